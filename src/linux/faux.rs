// SPDX-License-Identifier: GPL-2.0

//! A device without hardware, for a driver that can do without.
//!
//! `kernel::faux` changes its signatures between releases; this file is where that ends.

use super::context::Sleepable;
#[cfg(kernel_7_3)]
use kernel::device::Bound;
use kernel::{
    device::Device,
    faux,
    prelude::*, //
};

/// A faux device, which is bound as long as this exists.
pub struct Registration(faux::Registration);

impl Registration {
    /// Makes the device appear under `/sys/devices/faux`.
    pub fn new(_ctx: &Sleepable, name: &'static CStr) -> Result<Self> {
        faux::Registration::new(name, None).map(Self)
    }

    /// Returns the device.
    #[cfg(kernel_7_3)]
    pub fn device(&self) -> &Device {
        let device: &Device<Bound> = self.0.as_ref().as_ref();
        device
    }

    /// Returns the device.
    #[cfg(not(kernel_7_3))]
    pub fn device(&self) -> &Device {
        self.0.as_ref()
    }
}
