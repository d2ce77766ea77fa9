// SPDX-License-Identifier: GPL-2.0

//! Hard interrupt handlers that are told their context, and an interrupt to try them with.
//!
//! A [`Handler`] gets an [`Atomic`]: it cannot sleep. That of a device is registered by
//! `device_irq` through `kernel::irq`, which needs a device to own the interrupt.
//! The one of a [`SimulatedIrq`] has none, and is requested by its number.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::context::{Atomic, Context};
use core::pin::Pin;
use kernel::{
    bindings,
    error::{from_err_ptr, to_result},
    prelude::*, //
};

/// What an interrupt does.
pub trait Handler: Send + Sync + 'static {
    /// Runs in hard interrupt context, never twice at the same time.
    fn handle(&self, ctx: &Atomic);
}

extern "C" {
    /// `irq_domain_create_sim()` with one interrupt, whose header bindgen does not read.
    fn morse_helper_irq_sim_create() -> *mut c_void;
    /// `irq_domain_remove_sim()`.
    fn morse_helper_irq_sim_remove(domain: *mut c_void);
}

/// An interrupt without hardware, which software raises.
///
/// The handler runs in true hard interrupt context: the kernel's simulator raises it from an
/// interrupt that the CPU sends to itself.
///
/// # Invariants
///
/// `domain` is a simulator of one interrupt, `irq` is its number, and `handler` has been requested for
/// it.
pub struct SimulatedIrq<T: Handler> {
    domain: *mut bindings::irq_domain,
    irq: c_uint,
    handler: Pin<KBox<T>>,
}

// SAFETY: Interrupts may be raised and freed on any thread; the handler is `Send`.
unsafe impl<T: Handler> Send for SimulatedIrq<T> {}
// SAFETY: Raising has its own locking; the handler is `Sync`.
unsafe impl<T: Handler> Sync for SimulatedIrq<T> {}

impl<T: Handler> SimulatedIrq<T> {
    /// Makes an interrupt and registers `handler` for it.
    pub fn register(name: &'static CStr, handler: impl PinInit<T, Error>) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        // SAFETY: This may be called at any time in process context.
        let domain = from_err_ptr(unsafe { morse_helper_irq_sim_create() })?.cast();
        // SAFETY: `domain` has one interrupt, number 0.
        let irq = unsafe { bindings::irq_create_mapping_affinity(domain, 0, core::ptr::null()) };
        let requested = if irq == 0 {
            Err(ENOMEM)
        } else {
            // SAFETY: The cookie is the handler, which lives until the interrupt is freed.
            to_result(unsafe {
                bindings::request_threaded_irq(
                    irq,
                    Some(Self::trampoline),
                    None,
                    (bindings::IRQF_TRIGGER_RISING | bindings::IRQF_NO_THREAD) as c_ulong,
                    name.as_char_ptr(),
                    core::ptr::from_ref(&*handler).cast_mut().cast(),
                )
            })
        };
        if let Err(error) = requested {
            // SAFETY: The interrupt is not in use.
            unsafe { dispose(domain, irq) };
            return Err(error);
        }
        // INVARIANT: All three were just so made.
        Ok(Self {
            domain,
            irq,
            handler,
        })
    }

    /// Raises the interrupt. From any context; the handler runs at once, or as soon as interrupts
    /// are enabled on this CPU.
    pub fn raise(&self) -> Result {
        // SAFETY: By the type invariant the interrupt exists.
        to_result(unsafe {
            bindings::irq_set_irqchip_state(
                self.irq,
                bindings::irqchip_irq_state_IRQCHIP_STATE_PENDING,
                true,
            )
        })
    }

    /// Returns the handler.
    pub fn handler(&self) -> &T {
        &self.handler
    }

    /// # Safety
    ///
    /// Called by the interrupt code only, with the cookie of `register`.
    unsafe extern "C" fn trampoline(_irq: c_int, cookie: *mut c_void) -> bindings::irqreturn_t {
        // SAFETY: The cookie is the handler, which lives until the interrupt is freed.
        let handler = unsafe { &*cookie.cast_const().cast::<T>() };
        // SAFETY: `Atomic` stands for any context.
        let ctx = unsafe { Atomic::enter() };
        handler.handle(&ctx);
        bindings::irqreturn::IRQ_HANDLED
    }
}

impl<T: Handler> Drop for SimulatedIrq<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant the handler is registered with this cookie. This waits for one
        // that is running.
        unsafe {
            bindings::free_irq(
                self.irq,
                core::ptr::from_ref(&*self.handler).cast_mut().cast(),
            )
        };
        // SAFETY: The interrupt is not in use any more.
        unsafe { dispose(self.domain, self.irq) };
    }
}

/// # Safety
///
/// `domain` is a simulator, and `irq` its mapped interrupt or 0, with no handler. Neither is used after
/// this.
unsafe fn dispose(domain: *mut bindings::irq_domain, irq: c_uint) {
    // SAFETY: By the safety requirements; 0 is ignored.
    unsafe { bindings::irq_dispose_mapping(irq) };
    // SAFETY: By the safety requirements.
    unsafe { morse_helper_irq_sim_remove(domain.cast()) };
}
