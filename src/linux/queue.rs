// SPDX-License-Identifier: GPL-2.0

//! Owned work queues, and those of the kernel.
//!
//! The last reference to a [`Queue`] destroys it. Its type says in which context its items run: those
//! of a `Queue<Sleepable>` on worker threads, those of a `Queue<Atomic>` in softirq context
//! (`WQ_BH`), as tasklets do. [`Queue::system`] refers to the kernel's own queue instead.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use super::context::{
    Atomic,
    Context,
    Sleepable, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*,
    sync::Arc, //
};

/// The kernel chooses how many items may run at once.
const MAX_ACTIVE_DEFAULT: c_int = 0;
/// One item at a time, in the order in which they were queued.
const MAX_ACTIVE_ORDERED: c_int = 1;

/// A work queue whose items run in the context `C`, allocated here or one of the kernel's.
///
/// # Invariants
///
/// `wq` is a valid work queue, and runs its items in the context `C`. If `is_own`, it came from
/// `alloc_workqueue()` and is destroyed only by [`Drop`]; otherwise it is never destroyed.
///
/// # Examples
///
/// ```ignore
/// struct Hello;
///
/// impl WorkHandler for Hello {
///     type Context = Sleepable;
///
///     fn run(&self, _ctx: &Sleepable) {
///         pr_info!("hello\n");
///     }
/// }
///
/// let queue = Queue::unbound_highpri(ctx, c"demo")?;
/// let work = new_work!(ctx, "Hello", &queue, Ok(Hello))?;
/// work.handle().queue();
/// ```
pub struct Queue<C: Context> {
    wq: NonNull<bindings::workqueue_struct>,
    is_own: bool,
    _context: PhantomData<fn(C)>,
}

// SAFETY: A work queue may be used and destroyed on any thread.
unsafe impl<C: Context> Send for Queue<C> {}
// SAFETY: Queueing has its own locking.
unsafe impl<C: Context> Sync for Queue<C> {}

impl Queue<Sleepable> {
    /// Creates a queue whose worker threads run at high priority (nice -20) on any CPU.
    ///
    /// Its items run concurrently: one that sleeps does not delay the others. They run while the system suspends,
    /// too, and must not access a suspended device then.
    // Not `WQ_FREEZABLE`, as 7.3 stops an unbound queue for good if its only pending item is cancelled while it is frozen,
    // and queued again after that: the queue waits on its list for free places (`pending_pwqs`) until an item ends,
    // and none runs.
    pub fn unbound_highpri(ctx: &Sleepable, name: &CStr) -> Result<Arc<Self>> {
        // INVARIANT: Without `WQ_BH`, items run on threads.
        Self::new(
            ctx,
            name,
            bindings::wq_flags_WQ_HIGHPRI | bindings::wq_flags_WQ_UNBOUND,
            MAX_ACTIVE_DEFAULT,
        )
    }

    /// Creates a queue that runs one item at a time, in the order in which they were queued, at normal
    /// priority on any CPU.
    pub fn ordered(ctx: &Sleepable, name: &CStr) -> Result<Arc<Self>> {
        // INVARIANT: Without `WQ_BH`, items run on threads.
        Self::new(
            ctx,
            name,
            bindings::wq_flags_WQ_UNBOUND | bindings::wq_flags___WQ_ORDERED,
            MAX_ACTIVE_ORDERED,
        )
    }

    /// Refers to `system_percpu_wq`, the queue of `schedule_work()`: it runs items on the CPU that queued
    /// them, at normal priority, among the items of the whole kernel.
    ///
    /// Suits few and short items. Items that are many or sleep for long need a queue of their own.
    pub fn system(ctx: &Sleepable) -> Result<Arc<Self>> {
        // SAFETY: The kernel sets the pointer during boot, and never changes it.
        let wq = unsafe { bindings::system_percpu_wq };
        Self::shared(ctx, wq)
    }

    /// Refers to `system_highpri_wq`: as [`Self::system`], with workers of high priority (nice -20).
    pub fn system_highpri(ctx: &Sleepable) -> Result<Arc<Self>> {
        // SAFETY: As above.
        let wq = unsafe { bindings::system_highpri_wq };
        Self::shared(ctx, wq)
    }

    fn shared(_ctx: &Sleepable, wq: *mut bindings::workqueue_struct) -> Result<Arc<Self>> {
        // INVARIANT: These queues have worker threads, and are never destroyed.
        let queue = Self {
            wq: NonNull::new(wq).ok_or(ENODEV)?,
            is_own: false,
            _context: PhantomData,
        };
        Ok(Arc::new(queue, GFP_KERNEL)?)
    }
}

impl Queue<Atomic> {
    /// Creates a queue that runs its items in softirq context on the CPU that queued them, before all
    /// other softirqs (`HI_SOFTIRQ`).
    pub fn bh_highpri(ctx: &Sleepable, name: &CStr) -> Result<Arc<Self>> {
        Self::new(
            ctx,
            name,
            bindings::wq_flags_WQ_BH | bindings::wq_flags_WQ_HIGHPRI | bindings::wq_flags_WQ_PERCPU,
            MAX_ACTIVE_DEFAULT,
        )
    }
}

impl<C: Context> Queue<C> {
    fn new(
        _ctx: &Sleepable,
        name: &CStr,
        flags: bindings::wq_flags,
        max_active: c_int,
    ) -> Result<Arc<Self>> {
        // SAFETY: The format takes one C string, which is `name`. The kernel copies it.
        let wq = unsafe {
            bindings::alloc_workqueue_noprof(
                c"%s".as_char_ptr(),
                flags,
                max_active,
                name.as_char_ptr(),
            )
        };
        // INVARIANT: `wq` is a new queue that only this object refers to; if the allocation below fails,
        // dropping the object destroys it. The callers pass flags that suit `C`.
        let queue = Self {
            wq: NonNull::new(wq).ok_or(ENOMEM)?,
            is_own: true,
            _context: PhantomData,
        };
        Ok(Arc::new(queue, GFP_KERNEL)?)
    }

    /// Waits until all items queued before the call have run. An item of the queue must not call it: it
    /// would wait for itself.
    ///
    /// Items may be queued during the call; unlike `drain_workqueue()`, this does not wait for them.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a queue of the kernel, whose items belong to others.
    pub fn flush(&self, _ctx: &Sleepable) -> Result {
        if !self.is_own {
            return Err(EINVAL);
        }
        // SAFETY: By the type invariant, `wq` is valid. The token allows sleeping.
        unsafe { bindings::__flush_workqueue(self.wq.as_ptr()) };
        Ok(())
    }

    /// Returns the C queue; valid as long as `self`.
    #[inline]
    pub(super) fn as_raw(&self) -> *mut bindings::workqueue_struct {
        self.wq.as_ptr()
    }
}

impl<C: Context> Drop for Queue<C> {
    fn drop(&mut self) {
        if self.is_own {
            // SAFETY: By the type invariant, `wq` is valid. Each item that was queued on it belongs to a
            // `Work` that held a reference to this object, so all are cancelled by now.
            unsafe { bindings::destroy_workqueue(self.wq.as_ptr()) };
        }
    }
}

/// Flushes a queue when dropped: waits until all items queued before have run.
///
/// As a field it stands after the source of the items and before the [`Work`]s, which would otherwise
/// cancel pending items.
///
/// # Examples
///
/// ```ignore
/// struct Demo<I: IrqHandler, W: WorkHandler> {
///     _irq: SimulatedIrq<I>,
///     _flush: FlushOnDrop,
///     _work: Work<W>,
/// }
/// ```
#[must_use = "it flushes the queue when it is dropped"]
pub struct FlushOnDrop(Arc<Queue<Sleepable>>);

impl FlushOnDrop {
    /// Creates a guard that flushes `queue`.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a queue of the kernel, see [`Queue::flush`].
    pub fn new(queue: &Arc<Queue<Sleepable>>) -> Result<Self> {
        if !queue.is_own {
            return Err(EINVAL);
        }
        Ok(Self(queue.clone()))
    }
}

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        // SAFETY: Owners are dropped in process context.
        let ctx = unsafe { Sleepable::enter() };
        // `new()` accepts own queues only, so this does not fail.
        let _ = self.0.flush(&ctx);
    }
}
