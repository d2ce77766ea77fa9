// SPDX-License-Identifier: GPL-2.0

//! A platform driver that the device tree binds, reduced to what stays the same between kernels.
//!
//! `kernel::platform` changes its signatures from release to release; this file is where that
//! ends. A driver implements [`Driver`]: it makes a value from a device, and dropping that value is
//! all there is to unbinding.

use super::context::Sleepable;
use core::marker::PhantomData;
use kernel::{
    device::{Bound, Core, Device},
    of, platform,
    prelude::*,
};

/// A driver for devices of the platform bus.
pub trait Driver: Send + Sized + 'static {
    /// The devices that the driver is for.
    const OF_TABLE: of::IdTable<()>;

    /// Binds to `dev`. The value is dropped when the device is unbound.
    fn probe(dev: &Device<Bound>, ctx: &Sleepable) -> Result<Self>;
}

/// What the registration of a platform driver is parametrised with, for a [`Driver`].
pub type Adapter<T> = platform::Adapter<Glue<T>>;

/// Fits a [`Driver`] into the kernel's trait.
pub struct Glue<T>(PhantomData<T>);

/// The driver data of one bound device.
pub struct Data<T> {
    _driver: T,
}

impl<T: Driver> platform::Driver for Glue<T> {
    type IdInfo = ();
    type Data<'bound> = Data<T>;
    const OF_ID_TABLE: Option<of::IdTable<Self::IdInfo>> = Some(T::OF_TABLE);

    fn probe<'bound>(
        pdev: &'bound platform::Device<Core<'_>>,
        _info: Option<&'bound Self::IdInfo>,
    ) -> impl PinInit<Self::Data<'bound>, Error> + 'bound {
        // SAFETY: The driver core probes in process context.
        let ctx = unsafe { Sleepable::new() };
        T::probe(pdev.as_ref(), &ctx).map(|_driver| Data { _driver })
    }
}
