// SPDX-License-Identifier: GPL-2.0

//! The interrupt of a device, with a handler that is told its context.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::{
    context::Sleepable,
    irq::{
        IrqHandler,
        Registration, //
    },
};
use core::marker::PhantomData;
use kernel::{
    bindings,
    device::Bound,
    platform,
    prelude::*, //
};

extern "C" {
    /// `irq_get_trigger_type()`, which is inline in C.
    fn morse_helper_irq_trigger_type(irq: c_uint) -> u32;
}

/// What triggers the interrupt: `IRQ_TYPE_EDGE_BOTH`, which has the same value.
const BOTH_EDGES: u32 = bindings::IRQF_TRIGGER_RISING | bindings::IRQF_TRIGGER_FALLING;

/// A handler of the interrupt of a device. Dropping it waits for a handler that is running.
pub struct DeviceIrq<'a, T: IrqHandler> {
    registration: Registration<T>,
    /// The number belongs to the device as long as that is bound.
    _dev: PhantomData<&'a platform::Device<Bound>>,
}

impl<'a, T: IrqHandler> DeviceIrq<'a, T> {
    /// Registers `handler` for the first interrupt of `dev`, on both edges.
    ///
    /// # Errors
    ///
    /// `ENXIO` if the device has no interrupt, `EPROBE_DEFER` if its controller has not come up yet,
    /// `EBUSY` if somebody else has it, `EINVAL` if it is described as anything but one of both edges.
    pub fn new(
        ctx: &Sleepable,
        dev: &'a platform::Device<Bound>,
        name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let irq = dev.irq_by_index(0)?.irq();
        // A description that leaves it open is fine. To overrule any other would work once: the interrupt
        // keeps the type that it was requested with, and is not found by its description again.
        // SAFETY: This may be called for any number.
        let described = unsafe { morse_helper_irq_trigger_type(irq) };
        if described != 0 && described != BOTH_EDGES {
            return Err(EINVAL);
        }
        Ok(Self {
            registration: Registration::new(ctx, irq, BOTH_EDGES, name, handler)?,
            _dev: PhantomData,
        })
    }

    /// Returns the handler.
    pub fn handler(&self) -> &T {
        self.registration.handler()
    }
}
