// SPDX-License-Identifier: GPL-2.0

//! Owned work queues, and work items that stop with their owner.
//!
//! The kernel crate's `workqueue` knows the system queues and work items that own themselves
//! while queued (an `Arc` travels through the queue). Nothing there can be cancelled, so nothing
//! there may be used by a module that can be unloaded. The model here is the other way round:
//!
//! - A [`Queue`] is owned; the last owner destroys it. Its type says in which context its items run:
//!   a `Queue<Sleepable>` has worker threads, a `Queue<Atomic>` runs in softirq context (`WQ_BH`),
//!   where tasklets used to. [`Queue::system`] shares the kernel's own instead.
//! - A [`Work`] owns its [`WorkHandler`]. Dropping it forbids any further queueing, cancels what is
//!   pending, wakes and waits for what is running, and only then drops the handler. So a handler
//!   may own hardware, and needs no reference count of its own. Who wants what is pending to be done
//!   rather than cancelled has a [`FlushOnDrop`] dropped before the `Work`.
//! - A [`WorkHandle`] queues the item of a `Work` from anywhere, hard interrupts included. Handles may
//!   outlive the `Work`: they then do nothing. This is what a file that is still open after
//!   unbind holds.
//!
//! There are no reference cycles to break: `Work` and `WorkHandle` share only the C `work_struct`
//! and the queue, never the handler.
//!
//! As with interrupts, a `Work` must not be leaked (`mem::forget`): its handler is code of this
//! module. Nor may it be dropped by its own handler, which would wait for itself.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use super::context::{
    Atomic,
    Context,
    Sleepable, //
};
use core::{
    marker::PhantomData,
    pin::Pin,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*,
    sync::{
        Arc,
        LockClassKey, //
    },
    types::Opaque, //
};

/// Creates a [`Work`] with a newly-created lock class.
#[macro_export]
macro_rules! new_work {
    ($ctx:expr, $name:literal, $queue:expr, $handler:expr $(,)?) => {
        $crate::linux::workqueue::Work::new(
            $ctx,
            ::kernel::optional_name!($name),
            ::kernel::static_lock_class!(),
            $queue,
            $handler,
        )
    };
}
/// Let the kernel choose how many items may run at once.
const MAX_ACTIVE_DEFAULT: c_int = 0;
/// One item at a time, in the order in which they were queued.
const MAX_ACTIVE_ORDERED: c_int = 1;

/// A work queue whose items run in the context `C`: one of one's own, or one of the kernel's.
///
/// # Invariants
///
/// `wq` is a valid work queue, whose items run in the context `C`. If `is_own`, it came from
/// `alloc_workqueue()` and is destroyed only by [`Drop`]; otherwise it is never destroyed.
///
/// # Examples
///
/// ```ignore
/// let queue = Queue::unbound_highpri(ctx, c"morse")?;
/// let work = new_work!(ctx, "Keyer", &queue, Keyer::new())?;
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
    /// Items on it run concurrently; one that sleeps does not hold up the others.
    pub fn unbound_highpri(ctx: &Sleepable, name: &CStr) -> Result<Arc<Self>> {
        // INVARIANT: Without `WQ_BH`, items run on threads.
        Self::new(
            ctx,
            name,
            bindings::wq_flags_WQ_HIGHPRI | bindings::wq_flags_WQ_UNBOUND,
            MAX_ACTIVE_DEFAULT,
        )
    }

    /// Creates a queue whose worker threads run at normal priority on any CPU, one item at a time, in
    /// the order in which they were queued.
    pub fn ordered(ctx: &Sleepable, name: &CStr) -> Result<Arc<Self>> {
        // INVARIANT: Without `WQ_BH`, items run on threads.
        Self::new(
            ctx,
            name,
            bindings::wq_flags_WQ_UNBOUND | bindings::wq_flags___WQ_ORDERED,
            MAX_ACTIVE_ORDERED,
        )
    }

    /// Shares the kernel's own queue (`system_percpu_wq`), as `schedule_work()` does: on the CPU that
    /// queued them, at normal priority, beside the items of everybody else.
    ///
    /// For items that are few and short; many that sleep for long want a queue of their own.
    pub fn system(ctx: &Sleepable) -> Result<Arc<Self>> {
        // SAFETY: The kernel sets the pointer when it boots, and never changes it.
        let wq = unsafe { bindings::system_percpu_wq };
        Self::shared(ctx, wq)
    }

    /// As [`Self::system`], with workers of high priority (`system_highpri_wq`, nice -20).
    pub fn system_highpri(ctx: &Sleepable) -> Result<Arc<Self>> {
        // SAFETY: As above.
        let wq = unsafe { bindings::system_highpri_wq };
        Self::shared(ctx, wq)
    }

    fn shared(_ctx: &Sleepable, wq: *mut bindings::workqueue_struct) -> Result<Arc<Self>> {
        // INVARIANT: The kernel's queues have threads, and are never destroyed.
        let queue = Self {
            wq: NonNull::new(wq).ok_or(ENODEV)?,
            is_own: false,
            _context: PhantomData,
        };
        Ok(Arc::new(queue, GFP_KERNEL)?)
    }
}

impl Queue<Atomic> {
    /// Creates a queue that runs its items in softirq context, on the CPU that queued them, ahead of
    /// other softirqs.
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
        // SAFETY: The format takes one C string, and `name` is one. Its text is copied.
        let wq = unsafe {
            bindings::alloc_workqueue_noprof(
                c"%s".as_char_ptr(),
                flags,
                max_active,
                name.as_char_ptr(),
            )
        };
        // INVARIANT: `wq` is a new queue, and only this object knows it. If the allocation below
        // fails, dropping the object destroys it. The callers choose flags that suit `C`.
        let queue = Self {
            wq: NonNull::new(wq).ok_or(ENOMEM)?,
            is_own: true,
            _context: PhantomData,
        };
        Ok(Arc::new(queue, GFP_KERNEL)?)
    }

    /// Waits until everything has run that was queued before. Not to be called by an item of the queue,
    /// which would wait for itself.
    ///
    /// Unlike with `drain_workqueue()`, which takes what is queued meanwhile for a mistake, more may be
    /// queued; it is not waited for.
    ///
    /// # Errors
    ///
    /// `EINVAL` if the queue is the kernel's: that would be to wait for what others queued.
    pub fn flush(&self, _ctx: &Sleepable) -> Result {
        if !self.is_own {
            return Err(EINVAL);
        }
        // SAFETY: By the type invariant, `wq` is valid. The context token says that waiting is allowed.
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
            // SAFETY: By the type invariant, `wq` is valid. Whatever was queued on it belongs to a
            // `Work` that held a reference to this object, so it is cancelled by now.
            unsafe { bindings::destroy_workqueue(self.wq.as_ptr()) };
        }
    }
}

/// Lets a queue finish when it is dropped: waits until everything has run that was queued before.
///
/// As a field it comes after what queues, and before the [`Work`]s, which would otherwise cancel what is
/// pending.
///
/// # Examples
///
/// ```ignore
/// struct Demo {
///     _irq: SimulatedIrq<TopHalf>,
///     _finish: FlushOnDrop,
///     _work: Work<Step>,
/// }
/// ```
pub struct FlushOnDrop(Arc<Queue<Sleepable>>);

impl FlushOnDrop {
    /// Takes note of `queue`.
    ///
    /// # Errors
    ///
    /// `EINVAL` if the queue is the kernel's, see [`Queue::flush`].
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
        // It is an own queue, so this does not fail.
        let _ = self.0.flush(&ctx);
    }
}

/// What a work item does.
pub trait WorkHandler: Send + Sync + 'static {
    /// The context that it runs in, and so the kind of queue that it goes to.
    type Context: Context;

    /// Runs on the queue, never twice at the same time.
    ///
    /// If the item is queued again while this runs, it runs once more afterwards.
    fn run(&self, ctx: &Self::Context);

    /// Makes a running [`run`](Self::run) return soon. Called once, when the [`Work`] is dropped.
    ///
    /// A handler that sleeps or loops for long has to act on it. After this, `run` may still be
    /// entered once, if it was about to be; it has to return at once then.
    fn stop(&self) {}
}

/// The C work item, and the queue that it goes to.
///
/// # Invariants
///
/// - `work` is initialised; its function is `Work::<T>::trampoline`.
/// - While `work` is not disabled, `handler` points at the `T` that the one `Work<T>` of this
///   object owns.
#[pin_data]
struct RawWork<C: Context> {
    #[pin]
    work: Opaque<bindings::work_struct>,
    handler: NonNull<c_void>,
    queue: Arc<Queue<C>>,
}

// SAFETY: `work` and `queue` may be used on any thread; `handler` is used only by the trampoline,
// and points at something that is `Send + Sync`.
unsafe impl<C: Context> Send for RawWork<C> {}
// SAFETY: As above.
unsafe impl<C: Context> Sync for RawWork<C> {}

/// Owner of a work item and of its handler; see the [module documentation](self).
///
/// # Invariants
///
/// `raw.handler` points at `*handler`.
pub struct Work<T: WorkHandler> {
    raw: Arc<RawWork<T::Context>>,
    handler: Pin<KBox<T>>,
}

impl<T: WorkHandler> Work<T> {
    /// Creates a work item that runs `handler` on `queue`; see [`new_work!`].
    pub fn new(
        _ctx: &Sleepable,
        name: &'static CStr,
        key: Pin<&'static LockClassKey>,
        queue: &Arc<Queue<T::Context>>,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        let target = NonNull::from(&*handler).cast();
        let raw = Arc::pin_init(
            pin_init!(RawWork {
                // SAFETY: `slot` is valid and pinned, `name` and `key` live for ever.
                work <- Opaque::ffi_init(|slot| unsafe {
                    bindings::init_work_with_key(
                        slot,
                        Some(Self::trampoline),
                        false,
                        name.as_char_ptr(),
                        key.as_ptr(),
                    )
                }),
                handler: target,
                queue: queue.clone(),
            }),
            GFP_KERNEL,
        )?;
        // INVARIANT: `raw.handler` was just made from `handler`, which is pinned.
        Ok(Self { raw, handler })
    }

    /// Returns a handle that queues this item.
    pub fn handle(&self) -> WorkHandle<T::Context> {
        WorkHandle {
            raw: self.raw.clone(),
        }
    }

    /// # Safety
    ///
    /// Called by the workqueue code only, for the `work` of a [`RawWork`] that belongs to a
    /// `Work<T>`.
    unsafe extern "C" fn trampoline(work: *mut bindings::work_struct) {
        // SAFETY: By the safety requirements, `work` is the field of a `RawWork`.
        let raw =
            unsafe { kernel::container_of!(Opaque::cast_from(work), RawWork<T::Context>, work) };
        // SAFETY: The item runs, so it is not disabled, or `Work::drop` waits for us: by the
        // invariants of `RawWork` and `Work`, `handler` is alive until we return.
        let handler = unsafe { (*raw).handler.cast::<T>().as_ref() };
        // SAFETY: By the invariant of `Queue`, this is the context; the workqueue code holds no locks
        // when it calls us.
        let ctx = unsafe { T::Context::enter() };
        handler.run(&ctx);
    }
}

impl<T: WorkHandler> core::ops::Deref for Work<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.handler
    }
}

impl<T: WorkHandler> Drop for Work<T> {
    fn drop(&mut self) {
        self.handler.stop();
        // SAFETY: `work` is initialised. Owners are dropped in process context. After this the
        // item neither runs nor can be queued again, so that the handler may go.
        unsafe { bindings::disable_work_sync(self.raw.work.get()) };
    }
}

/// Queues the item of a [`Work`], from any context.
///
/// The last one may have to destroy the queue, so a handle is dropped in process context, and not by an item
/// of the queue itself.
pub struct WorkHandle<C: Context> {
    raw: Arc<RawWork<C>>,
}

impl<C: Context> Clone for WorkHandle<C> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
        }
    }
}

impl<C: Context> WorkHandle<C> {
    /// Queues the item, and returns whether that made a difference.
    ///
    /// It does not if the item is pending already, or if its [`Work`] is gone. A run that follows sees what was
    /// written before, also if it was pending already.
    #[inline]
    pub fn queue(&self) -> bool {
        // SAFETY: `work` is initialised and lives as long as `raw`, and so does the queue. Once
        // the `Work` is gone the item is disabled, and the workqueue code leaves it alone.
        unsafe {
            bindings::queue_work_on(
                bindings::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                self.raw.queue.as_raw(),
                self.raw.work.get(),
            )
        }
    }
}
