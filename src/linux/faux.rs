// SPDX-License-Identifier: GPL-2.0

//! A faux device, for a driver that also works without hardware.
//!
//! The signatures of `kernel::faux` differ between releases; those of this file do not.

use super::context::Sleepable;
#[cfg(kernel_7_3)]
use kernel::device::Bound;
use kernel::{
    device::Device,
    faux,
    prelude::*, //
};

/// A registered faux device, which is unregistered when dropped.
pub struct Registration(faux::Registration);

impl Registration {
    /// Registers the device `/sys/devices/faux/<name>`.
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
