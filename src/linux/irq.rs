// SPDX-License-Identifier: GPL-2.0

//! Hard interrupt handlers that are given their context.
//!
//! An [`IrqHandler`] gets an [`Atomic`], so it cannot call functions that take a `Sleepable`. It runs in
//! hard interrupt context on `PREEMPT_RT`, too (`IRQF_NO_THREAD`), where handlers are threads by default: a
//! handler that reads the clock must not wait until it is scheduled. There it must not take a lock that
//! sleeps, that is, any lock but a raw spinlock.
//!
//! `kernel::irq` does not fit: its registration borrows a device, which a simulated interrupt does not
//! have, and its signatures differ between releases.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::context::{
    Atomic,
    Context,
    Sleepable, //
};
use core::{
    pin::Pin,
    ptr, //
};
use kernel::{
    bindings,
    error::to_result,
    prelude::*, //
};

/// The handler of an interrupt.
pub trait IrqHandler: Send + Sync + 'static {
    /// Runs in hard interrupt context, never concurrently with itself.
    ///
    /// This holds when the interrupt moves to another CPU, too: a flow handler does not enter the handler
    /// while it is in progress (`IRQD_IRQ_INPROGRESS`). It checks that under the lock of the interrupt
    /// descriptor, so each run sees the memory that the previous run wrote.
    fn handle(&self, ctx: &Atomic);

    /// Returns whether the interrupt has a thread, which runs [`handle_threaded`](Self::handle_threaded). It never
    /// changes.
    fn is_threaded(&self) -> bool {
        false
    }

    /// Runs in the thread of the interrupt, once for all interrupts since it last began, never twice at the
    /// same time.
    ///
    /// The interrupt of a chip on a bus is nested: the thread of its parent interrupt calls this, and
    /// [`handle`](Self::handle) never runs.
    fn handle_threaded(&self, _ctx: &Sleepable) {}
}

#[cfg(kernel_7_3)]
const IRQ_HANDLED: bindings::irqreturn_t = bindings::irqreturn::IRQ_HANDLED;
#[cfg(kernel_7_3)]
const IRQ_WAKE_THREAD: bindings::irqreturn_t = bindings::irqreturn::IRQ_WAKE_THREAD;
#[cfg(not(kernel_7_3))]
const IRQ_HANDLED: bindings::irqreturn_t = bindings::irqreturn_IRQ_HANDLED;
#[cfg(not(kernel_7_3))]
const IRQ_WAKE_THREAD: bindings::irqreturn_t = bindings::irqreturn_IRQ_WAKE_THREAD;

/// A registered handler. Dropping it frees the interrupt and waits for a running handler.
///
/// # Invariants
///
/// `Self::trampoline` is registered for the interrupt `irq`, with `handler` as its cookie.
pub(super) struct Registration<T: IrqHandler> {
    irq: c_uint,
    handler: Pin<KBox<T>>,
}

impl<T: IrqHandler> Registration<T> {
    /// Requests the interrupt number `irq` for `handler`, triggered by `edges` (`IRQF_TRIGGER_*`).
    pub(super) fn new(
        _ctx: &Sleepable,
        irq: c_uint,
        edges: u32,
        name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        // SAFETY: The cookie is the handler, which lives until the interrupt is freed. The function rejects
        // a number that is not an interrupt.
        to_result(unsafe {
            bindings::request_threaded_irq(
                irq,
                Some(Self::trampoline),
                handler.is_threaded().then_some(Self::thread),
                (edges | bindings::IRQF_NO_THREAD) as c_ulong,
                name.as_char_ptr(),
                Self::cookie(&handler),
            )
        })?;
        // INVARIANT: Registered above.
        Ok(Self { irq, handler })
    }

    /// Returns the number of the interrupt.
    pub(super) fn number(&self) -> c_uint {
        self.irq
    }

    fn cookie(handler: &T) -> *mut c_void {
        ptr::from_ref(handler).cast_mut().cast()
    }

    /// # Safety
    ///
    /// Called by the interrupt code only, with the cookie of [`Self::new`].
    unsafe extern "C" fn trampoline(_irq: c_int, cookie: *mut c_void) -> bindings::irqreturn_t {
        // SAFETY: The cookie is the handler, which lives until the interrupt is freed.
        let handler = unsafe { &*cookie.cast_const().cast::<T>() };
        // SAFETY: `Atomic` stands for any context.
        let ctx = unsafe { Atomic::enter() };
        handler.handle(&ctx);
        match handler.is_threaded() {
            true => IRQ_WAKE_THREAD,
            false => IRQ_HANDLED,
        }
    }

    /// # Safety
    ///
    /// Called by the thread of the interrupt only, with the cookie of [`Self::new`].
    unsafe extern "C" fn thread(_irq: c_int, cookie: *mut c_void) -> bindings::irqreturn_t {
        // SAFETY: The cookie is the handler, which lives until the interrupt is freed.
        let handler = unsafe { &*cookie.cast_const().cast::<T>() };
        // SAFETY: Threads of interrupts may sleep, and hold no lock when they call the handler.
        let ctx = unsafe { Sleepable::enter() };
        handler.handle_threaded(&ctx);
        IRQ_HANDLED
    }
}

impl<T: IrqHandler> Drop for Registration<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant the handler is registered with this cookie. This waits for a running
        // handler.
        unsafe { bindings::free_irq(self.irq, Self::cookie(&self.handler)) };
    }
}
