// SPDX-License-Identifier: GPL-2.0

//! An interrupt that software raises.
//!
//! C header: [`include/linux/irq_sim.h`](srctree/include/linux/irq_sim.h)

use super::{
    context::{
        Context,
        Sleepable, //
    },
    irq::{
        IrqHandler,
        Registration, //
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

extern "C" {
    /// `irq_domain_create_sim()` with one interrupt. The bindings do not have this header.
    fn morse_helper_irq_sim_create() -> *mut c_void;
    /// `irq_domain_remove_sim()`.
    fn morse_helper_irq_sim_remove(domain: *mut c_void);
    /// `synchronize_rcu_expedited()`, which is inline on kernels for one CPU.
    fn morse_helper_synchronize_rcu_expedited();
}

/// An interrupt simulator (`kernel/irq/irq_sim.c`) with one interrupt.
///
/// # Invariants
///
/// `domain` is a simulator of one interrupt, and `irq` its number, or 0. The interrupt has no handler when
/// this is dropped.
struct Simulator {
    domain: *mut bindings::irq_domain,
    irq: c_uint,
}

impl Simulator {
    fn new(_ctx: &Sleepable) -> Result<Self> {
        // SAFETY: The function may be called at any time in process context.
        let domain = from_err_ptr(unsafe { morse_helper_irq_sim_create() })?.cast();
        // SAFETY: `domain` has one interrupt, number 0.
        let irq = unsafe { bindings::irq_create_mapping_affinity(domain, 0, ptr::null()) };
        // INVARIANT: Both were made above; `irq` is 0 if the mapping failed.
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

/// The time between two checks of a pending interrupt, which is due within a tick, in nanoseconds.
const PENDING_NS: i64 = 1_000_000;

/// An interrupt without hardware, which software raises.
///
/// The handler runs in hard interrupt context: the simulator of the kernel calls it from an interrupt that
/// the CPU sends to itself.
///
/// Dropping it waits for a running handler. It must not be leaked (see [`linux`](super)).
pub struct SimulatedIrq<T: IrqHandler> {
    /// Dropped before the simulator.
    registration: Registration<T>,
    _simulator: Simulator,
    /// Held while the interrupt is raised and handled.
    raising: Pin<KBox<SpinLock<()>>>,
}

// SAFETY: Interrupts may be raised and freed on any thread; the handler is `Send`.
unsafe impl<T: IrqHandler> Send for SimulatedIrq<T> {}
// SAFETY: Raising has its own locking; the handler is `Sync`.
unsafe impl<T: IrqHandler> Sync for SimulatedIrq<T> {}

impl<T: IrqHandler> SimulatedIrq<T> {
    /// Makes an interrupt, and registers `handler` for it.
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

    /// Raises the interrupt. When it returns, the handler has run once for this call.
    ///
    /// Concurrent calls are serialised. The simulator requires it: if it is raised on two CPUs at once,
    /// `irq_sim_handle_irq()` of `kernel/irq/irq_sim.c` runs on both, each clears the pending bits of the
    /// other, and one looks up an interrupt that does not exist.
    ///
    /// A machine with a single CPU may be unable to interrupt itself. There the handler runs at the next
    /// tick, once for all calls before it.
    pub fn raise(&self, _ctx: &Sleepable) -> Result {
        /// The number of checks whether the interrupt has been handled. The first one succeeds, unless the
        /// CPU cannot interrupt itself.
        const POLLS: u32 = 256;

        // The lock keeps this task on its CPU, which is the one that is interrupted. So the handler has run
        // when the interrupt is not pending.
        let _guard = self.raising.lock();
        // SAFETY: The interrupt exists as long as `registration`.
        to_result(unsafe {
            bindings::irq_set_irqchip_state(self.registration.number(), Self::PENDING, true)
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
        // SAFETY: The interrupt exists as long as `registration`; `pending` is valid for writes.
        let result = unsafe {
            bindings::irq_get_irqchip_state(self.registration.number(), Self::PENDING, &mut pending)
        };
        result == 0 && pending
    }

    /// Waits until an interrupt that was raised has been handled.
    ///
    /// The simulator looks the interrupt up when it handles it, and relies on its existence.
    fn settle(&self, ctx: &Sleepable) {
        while self.is_pending() {
            sleep_until(ctx, Ktime::now().after_ns(PENDING_NS));
        }
        // The simulator clears the pending bit before it looks the interrupt up. It does so in hard
        // interrupt context, whose end RCU waits for.
        // SAFETY: The token allows sleeping.
        unsafe { morse_helper_synchronize_rcu_expedited() };
    }
}

impl<T: IrqHandler> Drop for SimulatedIrq<T> {
    fn drop(&mut self) {
        // SAFETY: Owners are dropped in process context.
        let ctx = unsafe { Sleepable::enter() };
        self.settle(&ctx);
    }
}
