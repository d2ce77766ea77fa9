// SPDX-License-Identifier: GPL-2.0

//! The interrupt of a device, with a handler that is told its context.
//!
//! The kernel crate registers it, for the device that owns it; [`platform`](super::platform) finds that.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::{
    context::{Atomic, Context},
    irq::Handler,
};
use core::pin::Pin;
use kernel::{
    bindings,
    irq::{self, Flags, IrqRequest, IrqReturn},
    prelude::*,
};

/// Fits a [`Handler`] into the kernel crate's trait.
#[pin_data]
struct Glue<T> {
    #[pin]
    handler: T,
}

impl<T: Handler> irq::Handler for Glue<T> {
    fn handle(&self) -> IrqReturn {
        // SAFETY: `Atomic` stands for any context.
        let ctx = unsafe { Atomic::enter() };
        self.handler.handle(&ctx);
        IrqReturn::Handled
    }
}

/// A handler of the interrupt of a device. Dropping it waits for a handler that is running.
pub struct DeviceIrq<T: Handler> {
    registration: Pin<KBox<irq::Registration<'static, Glue<T>>>>,
}

extern "C" {
    /// `irq_get_trigger_type()`, which is inline in C.
    fn morse_helper_irq_trigger_type(irq: c_uint) -> u32;
}

/// What triggers the interrupt: `IRQ_TYPE_EDGE_BOTH`, which has the same value.
const BOTH_EDGES: u32 = bindings::IRQF_TRIGGER_RISING | bindings::IRQF_TRIGGER_FALLING;

impl<T: Handler> DeviceIrq<T> {
    /// Registers `handler` for the interrupt of `request`, on both edges.
    ///
    /// # Errors
    ///
    /// `EBUSY` if somebody else has the interrupt, `EINVAL` if it is described as anything but one of
    /// both edges.
    pub(super) fn register(
        request: IrqRequest<'_>,
        name: &'static CStr,
        handler: impl PinInit<T, Error> + 'static,
    ) -> Result<Self> {
        // A description that leaves it open is fine. To overrule any other would work once: the interrupt
        // keeps the type that it was requested with, and is not found by its description again.
        // SAFETY: This may be called for any number.
        let described = unsafe { morse_helper_irq_trigger_type(request.irq()) };
        if described != 0 && described != BOTH_EDGES {
            return Err(EINVAL);
        }
        // SAFETY: The lifetime keeps the registration from outliving the binding of the device, as the
        // number could mean another interrupt after it. Whoever holds this object is driver data,
        // which the driver core drops while the device is still bound, see `platform::Driver`.
        let request =
            unsafe { core::mem::transmute::<IrqRequest<'_>, IrqRequest<'static>>(request) };
        // SAFETY: The registration is owned by this object, and dropped with it.
        let registration = unsafe {
            irq::Registration::new(
                request,
                Flags::TRIGGER_RISING | Flags::TRIGGER_FALLING,
                name,
                try_pin_init!(Glue { handler <- handler }? Error),
            )
        };
        Ok(Self {
            registration: KBox::pin_init(registration, GFP_KERNEL)?,
        })
    }

    /// Returns the handler.
    pub fn handler(&self) -> &T {
        &self.registration.handler().handler
    }
}
