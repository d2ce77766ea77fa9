// SPDX-License-Identifier: GPL-2.0

//! An interrupt that wakes the system from sleep.
//!
//! The PM core calls `enable_irq_wake()` for it when the system suspends, unless user space has written
//! `disabled` to the file `power/wakeup` of the device.
//!
//! C header: [`include/linux/pm_wakeirq.h`](srctree/include/linux/pm_wakeirq.h)

use super::{
    context::Sleepable,
    raw_device, //
};
use kernel::{
    device::Device,
    error::to_result,
    prelude::*,
    sync::aref::ARef, //
};

extern "C" {
    /// `device_init_wakeup()` and `dev_pm_set_wake_irq()`, which are inline in some configurations.
    fn morse_helper_wake_irq_set(dev: *mut c_void, irq: c_uint) -> c_int;
    /// `dev_pm_clear_wake_irq()` and `device_init_wakeup()`, as above.
    fn morse_helper_wake_irq_clear(dev: *mut c_void);
    /// `pm_wakeup_event()`, which is inline in some configurations.
    fn morse_helper_wakeup_event(dev: *mut c_void);
}

/// Reports an event that may wake the system, if `dev` has a wake interrupt: a suspend in progress is
/// aborted. In a softirq or a task.
pub fn report_event(dev: &Device) {
    // SAFETY: The device is valid.
    unsafe { morse_helper_wakeup_event(raw_device(dev).cast()) };
}

/// A wake interrupt of a device, which is cleared when dropped.
///
/// # Invariants
///
/// `dev` has a wake interrupt.
pub struct WakeIrq {
    dev: ARef<Device>,
}

impl WakeIrq {
    /// Makes the interrupt `irq` of `dev` wake the system, if the firmware description of the device has the
    /// property `wakeup-source`.
    ///
    /// The caller has requested the interrupt, and drops this before it frees it.
    pub(super) fn described(_ctx: &Sleepable, dev: &Device, irq: c_uint) -> Result<Option<Self>> {
        let is_source = dev
            .fwnode()
            .is_some_and(|node| node.property_present(c"wakeup-source"));
        if !is_source {
            return Ok(None);
        }
        // SAFETY: The device is valid, and bound during this call.
        to_result(unsafe { morse_helper_wake_irq_set(raw_device(dev).cast(), irq) })?;
        // INVARIANT: Set above.
        Ok(Some(Self { dev: dev.into() }))
    }
}

impl Drop for WakeIrq {
    fn drop(&mut self) {
        // SAFETY: The device is valid. Owners are dropped in process context.
        unsafe { morse_helper_wake_irq_clear(raw_device(&self.dev).cast()) };
    }
}
