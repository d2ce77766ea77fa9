// SPDX-License-Identifier: GPL-2.0

//! The interrupt of a device, with a handler that is given its context.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::{
    context::Sleepable,
    gpio::Input,
    irq::{
        IrqHandler,
        Registration, //
    },
    wakeup::WakeIrq, //
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

/// The trigger of the interrupt. `IRQ_TYPE_EDGE_BOTH` has the same value.
const BOTH_EDGES: u32 = bindings::IRQF_TRIGGER_RISING | bindings::IRQF_TRIGGER_FALLING;

/// A registered handler of the interrupt of a device, as long as the device is bound.
///
/// Dropping it waits for a running handler. It must not be leaked (see [`linux`](super)).
pub struct DeviceIrq<'a, T: IrqHandler> {
    /// Dropped before the registration.
    _wake: Option<WakeIrq>,
    _registration: Registration<T>,
    /// The number of the interrupt is that of the device while this is bound.
    _dev: PhantomData<&'a platform::Device<Bound>>,
}

impl<'a, T: IrqHandler> DeviceIrq<'a, T> {
    /// Registers `handler` for the first interrupt of `dev`, or for that of `line` if `dev` has none,
    /// triggered by both edges. The interrupt wakes the system if the firmware description says so, see
    /// [`WakeIrq`].
    ///
    /// # Errors
    ///
    /// `ENXIO` if the device has no interrupt, `EPROBE_DEFER` if its controller has not been probed yet,
    /// `EBUSY` if the interrupt is in use, `EINVAL` if the firmware describes another trigger.
    pub fn new(
        ctx: &Sleepable,
        dev: &'a platform::Device<Bound>,
        line: &Input,
        name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let irq = match dev.optional_irq_by_index(0) {
            Err(error) if error == ENXIO => line.irq(ctx)?,
            request => request?.irq(),
        };
        // Accept IRQ_TYPE_NONE. Overriding any other type succeeds once; the irq then keeps our type and
        // the next mapping fails with a type mismatch.
        // SAFETY: The function may be called for any number.
        let described = unsafe { morse_helper_irq_trigger_type(irq) };
        if described != 0 && described != BOTH_EDGES {
            return Err(EINVAL);
        }
        let registration = Registration::new(ctx, irq, BOTH_EDGES, name, handler)?;
        Ok(Self {
            _wake: WakeIrq::described(ctx, dev.as_ref(), irq)?,
            _registration: registration,
            _dev: PhantomData,
        })
    }
}
