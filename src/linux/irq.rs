// SPDX-License-Identifier: GPL-2.0

//! Hard interrupt handlers that are told their context, and an interrupt to try them with.
//!
//! A [`IrqHandler`] gets an [`Atomic`]: it cannot sleep. It runs in hard interrupt context on `PREEMPT_RT` as well
//! (`IRQF_NO_THREAD`), where handlers are threads by default: one that exists to note the time must
//! not wait for its turn. So it must not take a lock that sleeps there, which is every lock but a
//! raw spinlock.
//!
//! Not `kernel::irq`: its registration is bound to the lifetime of a borrowed device and of another
//! shape in each release, and a simulated interrupt has no device.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::{
    context::{
        Atomic,
        Context,
        Sleepable, //
    },
    time::{
        sleep_until,
        Ktime, //
    },
};
use core::{
    pin::Pin,
    ptr, //
};
use kernel::{
    bindings,
    error::{
        from_err_ptr,
        to_result, //
    },
    new_spinlock,
    prelude::*,
    sync::SpinLock, //
};

/// What an interrupt does.
pub trait IrqHandler: Send + Sync + 'static {
    /// Runs in hard interrupt context, never twice at the same time.
    ///
    /// Not even when the interrupt moves to another CPU: the kernel's flow handlers do not enter it
    /// there while it is in progress, and as they look that up under the lock of the interrupt, what
    /// one run wrote is seen by the next.
    fn handle(&self, ctx: &Atomic);
}

#[cfg(kernel_7_3)]
const HANDLED: bindings::irqreturn_t = bindings::irqreturn::IRQ_HANDLED;
#[cfg(not(kernel_7_3))]
const HANDLED: bindings::irqreturn_t = bindings::irqreturn_IRQ_HANDLED;

/// A registered interrupt handler. Dropping it frees the interrupt, and waits for a handler that
/// is running.
///
/// # Invariants
///
/// The interrupt `irq` has the trampoline for `T` as a handler, with `handler` as its cookie.
pub(super) struct Registration<T: IrqHandler> {
    irq: c_uint,
    handler: Pin<KBox<T>>,
}

impl<T: IrqHandler> Registration<T> {
    /// Requests the interrupt number `irq` for `handler`, on the edges that `edges` says
    /// (`IRQF_TRIGGER_*`).
    pub(super) fn new(
        _ctx: &Sleepable,
        irq: c_uint,
        edges: u32,
        name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        // SAFETY: The cookie is the handler, which lives until the interrupt is freed. A number that is
        // no interrupt is refused.
        to_result(unsafe {
            bindings::request_threaded_irq(
                irq,
                Some(Self::trampoline),
                None,
                (edges | bindings::IRQF_NO_THREAD) as c_ulong,
                name.as_char_ptr(),
                Self::cookie(&handler),
            )
        })?;
        // INVARIANT: Just so.
        Ok(Self { irq, handler })
    }

    /// Returns the handler.
    pub(super) fn handler(&self) -> &T {
        &self.handler
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
        HANDLED
    }
}

impl<T: IrqHandler> Drop for Registration<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant the handler is registered with this cookie. This waits for one
        // that is running.
        unsafe { bindings::free_irq(self.irq, Self::cookie(&self.handler)) };
    }
}

extern "C" {
    /// `irq_domain_create_sim()` with one interrupt, whose header bindgen does not read.
    fn morse_helper_irq_sim_create() -> *mut c_void;
    /// `irq_domain_remove_sim()`.
    fn morse_helper_irq_sim_remove(domain: *mut c_void);
}

/// A domain with one interrupt, mapped.
///
/// # Invariants
///
/// `domain` is a simulator of one interrupt, and `irq` its number. Nobody has the interrupt any more
/// when this is dropped.
struct Simulator {
    domain: *mut bindings::irq_domain,
    irq: c_uint,
}

impl Simulator {
    fn new(_ctx: &Sleepable) -> Result<Self> {
        // SAFETY: This may be called at any time in process context.
        let domain = from_err_ptr(unsafe { morse_helper_irq_sim_create() })?.cast();
        // SAFETY: `domain` has one interrupt, number 0.
        let irq = unsafe { bindings::irq_create_mapping_affinity(domain, 0, ptr::null()) };
        // INVARIANT: Both were just so made, or there is nothing to map.
        let simulator = Self { domain, irq };
        if irq == 0 {
            return Err(ENOMEM);
        }
        Ok(simulator)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // SAFETY: By the type invariant; 0 is ignored.
        unsafe { bindings::irq_dispose_mapping(self.irq) };
        // SAFETY: By the type invariant.
        unsafe { morse_helper_irq_sim_remove(self.domain.cast()) };
    }
}

/// How long to wait for a pending interrupt before looking again: it is due within a tick.
const PENDING_NS: i64 = 1_000_000;

/// An interrupt without hardware, which software raises.
///
/// The handler runs in true hard interrupt context: the kernel's simulator raises it from an
/// interrupt that the CPU sends to itself.
pub struct SimulatedIrq<T: IrqHandler> {
    /// Dropped first.
    registration: Registration<T>,
    _simulator: Simulator,
    /// Held while the interrupt is raised and runs.
    raising: Pin<KBox<SpinLock<()>>>,
}

// SAFETY: Interrupts may be raised and freed on any thread; the handler is `Send`.
unsafe impl<T: IrqHandler> Send for SimulatedIrq<T> {}
// SAFETY: Raising has its own locking; the handler is `Sync`.
unsafe impl<T: IrqHandler> Sync for SimulatedIrq<T> {}

impl<T: IrqHandler> SimulatedIrq<T> {
    /// Makes an interrupt and registers `handler` for it.
    pub fn register(
        ctx: &Sleepable,
        name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let raising = KBox::pin_init(new_spinlock!((), "SimulatedIrq::raising"), GFP_KERNEL)?;
        let simulator = Simulator::new(ctx)?;
        let edges = bindings::IRQF_TRIGGER_RISING;
        let registration = Registration::new(ctx, simulator.irq, edges, name, handler)?;
        Ok(Self {
            registration,
            _simulator: simulator,
            raising,
        })
    }

    /// Raises the interrupt, and returns when the handler has run: once for each call.
    ///
    /// Calls at the same time take turns. The simulator could not bear it otherwise: raised on two CPUs
    /// at once it runs on both, and each takes interrupts from under the other (`irq_sim_handle_irq()`
    /// of `kernel/irq/irq_sim.c` then looks for the handler of an interrupt that does not exist).
    ///
    /// Where a CPU cannot interrupt itself, which is where there is only one, the handler runs at the
    /// next tick; of several interrupts before that, one is seen.
    pub fn raise(&self, _ctx: &Sleepable) -> Result {
        /// How often the CPU is given the opportunity to be interrupted. The first will do, or none.
        const POLLS: u32 = 256;

        // Whoever has the lock stays on this CPU, which is the one that is interrupted. So once the
        // interrupt is not pending any more, it is over.
        let _turn = self.raising.lock();
        // SAFETY: The interrupt exists as long as `registration`.
        to_result(unsafe {
            bindings::irq_set_irqchip_state(self.registration.irq, Self::PENDING, true)
        })?;
        for _ in 0..POLLS {
            if !self.is_pending() {
                break;
            }
            core::hint::spin_loop();
        }
        Ok(())
    }

    const PENDING: bindings::irqchip_irq_state = bindings::irqchip_irq_state_IRQCHIP_STATE_PENDING;

    fn is_pending(&self) -> bool {
        let mut pending = false;
        // SAFETY: The interrupt exists as long as `registration`; there is room for the answer.
        let result = unsafe {
            bindings::irq_get_irqchip_state(self.registration.irq, Self::PENDING, &mut pending)
        };
        result == 0 && pending
    }

    /// Waits for an interrupt that was raised and has not been handled yet.
    ///
    /// The simulator looks its interrupt up when it gets to it, and takes for granted that it is there.
    fn settle(&self, ctx: &Sleepable) {
        while self.is_pending() {
            sleep_until(ctx, Ktime::now().after_ns(PENDING_NS));
        }
        // It is not pending any more from right before it is looked up. That is done in hard interrupt
        // context, which is a section that RCU waits for.
        // SAFETY: The context token says that waiting is allowed.
        unsafe { bindings::synchronize_rcu_expedited() };
    }

    /// Returns the handler.
    pub fn handler(&self) -> &T {
        self.registration.handler()
    }
}

impl<T: IrqHandler> Drop for SimulatedIrq<T> {
    fn drop(&mut self) {
        // SAFETY: Owners are dropped in process context.
        let ctx = unsafe { Sleepable::enter() };
        // Before its parts go.
        self.settle(&ctx);
    }
}
