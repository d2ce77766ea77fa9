// SPDX-License-Identifier: GPL-2.0

//! The interrupt of a device, with a handler that is told its context.
//!
//! [`platform`](super::platform) finds its number.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::irq::{IrqHandler, Registration};
use kernel::{bindings, prelude::*};

extern "C" {
    /// `irq_get_trigger_type()`, which is inline in C.
    fn morse_helper_irq_trigger_type(irq: c_uint) -> u32;
}

/// What triggers the interrupt: `IRQ_TYPE_EDGE_BOTH`, which has the same value.
const BOTH_EDGES: u32 = bindings::IRQF_TRIGGER_RISING | bindings::IRQF_TRIGGER_FALLING;

/// A handler of the interrupt of a device. Dropping it waits for a handler that is running.
pub struct DeviceIrq<T: IrqHandler>(Registration<T>);

impl<T: IrqHandler> DeviceIrq<T> {
    /// Registers `handler` for the interrupt number `irq` of a device, on both edges.
    ///
    /// Whoever holds this has to drop it while the device is bound, as the number could mean another
    /// interrupt after that.
    ///
    /// # Errors
    ///
    /// `EBUSY` if somebody else has the interrupt, `EINVAL` if it is described as anything but one of
    /// both edges.
    pub(super) fn register(
        irq: c_uint,
        name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        // A description that leaves it open is fine. To overrule any other would work once: the interrupt
        // keeps the type that it was requested with, and is not found by its description again.
        // SAFETY: This may be called for any number.
        let described = unsafe { morse_helper_irq_trigger_type(irq) };
        if described != 0 && described != BOTH_EDGES {
            return Err(EINVAL);
        }
        Registration::new(irq, BOTH_EDGES, name, handler).map(Self)
    }

    /// Returns the handler.
    pub fn handler(&self) -> &T {
        self.0.handler()
    }
}
