// SPDX-License-Identifier: GPL-2.0

//! An interrupt that wakes the system.
//!
//! The PM core arms it with `enable_irq_wake()` when the system goes to sleep, if user space has not
//! written `disabled` to the file `power/wakeup` of the device.
//!
//! C header: [`include/linux/pm_wakeirq.h`](srctree/include/linux/pm_wakeirq.h)

use super::{
    context::Sleepable,
    raw_device, //
};
use kernel::{device::Device, error::to_result, prelude::*, sync::aref::ARef};

extern "C" {
    /// `device_init_wakeup()` and `dev_pm_set_wake_irq()`, which are inline, or may be.
    fn morse_helper_wake_irq_set(dev: *mut c_void, irq: c_uint) -> c_int;
    /// `dev_pm_clear_wake_irq()` and `device_init_wakeup()`, as above.
    fn morse_helper_wake_irq_clear(dev: *mut c_void);
}

/// A device whose interrupt wakes the system, until this is dropped.
///
/// # Invariants
///
/// `dev` has a wake interrupt.
pub struct WakeIrq {
    dev: ARef<Device>,
}

impl WakeIrq {
    /// Makes the interrupt `irq` of `dev` wake the system, if the description of the device has the
    /// property `wakeup-source`.
    ///
    /// The interrupt has to be requested as long as this exists.
    pub(super) fn described(_ctx: &Sleepable, dev: &Device, irq: c_uint) -> Result<Option<Self>> {
        let is_source = dev
            .fwnode()
            .is_some_and(|node| node.property_present(c"wakeup-source"));
        if !is_source {
            return Ok(None);
        }
        // SAFETY: The device is valid, and bound while this is called.
        to_result(unsafe { morse_helper_wake_irq_set(raw_device(dev).cast(), irq) })?;
        // INVARIANT: Just so.
        Ok(Some(Self { dev: dev.into() }))
    }
}

impl Drop for WakeIrq {
    fn drop(&mut self) {
        // SAFETY: The device is valid. Owners are dropped in process context.
        unsafe { morse_helper_wake_irq_clear(raw_device(&self.dev).cast()) };
    }
}
