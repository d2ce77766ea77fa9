// SPDX-License-Identifier: GPL-2.0

//! Work items that stop with their owner.
//!
//! The `kernel` crate has the system queues, and work items that own themselves while they are queued
//! (the queue holds an `Arc`). It has no cancelling, which a module that can be unloaded needs. Here
//! ownership is the other way round:
//!
//! - A [`Queue`] runs the items, and lives as long as any of them.
//! - A [`Work`] owns its [`WorkHandler`]. Dropping it disables the item, cancels it if it is pending,
//!   tells a running handler to stop, waits for it, and then drops the handler. So a handler may own
//!   hardware, and needs no reference count. To run pending items instead of cancelling them, drop a
//!   [`FlushOnDrop`] before the `Work`.
//! - A [`WorkHandle`] queues the item of a `Work` from any context, hard interrupts included. Handles may
//!   outlive the `Work`, and then do nothing. A file that stays open after unbind holds one.
//!
//! `Work` and `WorkHandle` share the C `work_struct` and the queue, never the handler, so they form no
//! reference cycle.
//!
//! A `Work` must not be leaked (see [`linux`](super)), nor dropped by its own handler, which would wait
//! for itself.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

pub use super::queue::{
    FlushOnDrop,
    Queue, //
};

use super::context::{
    Context,
    Sleepable, //
};
use core::{
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

/// The function of a work item.
pub trait WorkHandler: Send + Sync + 'static {
    /// The context that it runs in, and with it the kind of queue.
    type Context: Context;

    /// Runs on the queue, never concurrently with itself.
    ///
    /// If the item is queued while this runs, it runs once more afterwards.
    fn run(&self, ctx: &Self::Context);

    /// Makes a running [`run`](Self::run) return soon. Called once, when the [`Work`] is dropped.
    ///
    /// Handlers that sleep or loop for long implement it. `run` may still be entered once after this
    /// call, if the worker had already picked the item up; it must then return at once.
    fn stop(&self) {}
}

/// The C work item and its queue, shared by a [`Work`] and its handles.
///
/// # Invariants
///
/// - `work` is initialised; its function is `Work::<T>::trampoline`.
/// - While `work` is not disabled, `handler` points at the `T` that the one `Work<T>` of this object
///   owns.
#[pin_data]
struct RawWork<C: Context> {
    #[pin]
    work: Opaque<bindings::work_struct>,
    handler: NonNull<c_void>,
    queue: Arc<Queue<C>>,
}

// SAFETY: `work` and `queue` may be used on any thread. `handler` points at a `Send + Sync` type, and only
// the trampoline dereferences it.
unsafe impl<C: Context> Send for RawWork<C> {}
// SAFETY: As above.
unsafe impl<C: Context> Sync for RawWork<C> {}

/// Owner of a work item and of its handler; see the [module documentation](self).
///
/// # Invariants
///
/// `raw.handler` points at `*handler`.
#[must_use = "dropping it stops the work item"]
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
                // SAFETY: `slot` is valid and pinned; `name` and `key` are static.
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
        // INVARIANT: `raw.handler` points at `*handler`, which is pinned.
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
        // SAFETY: The item runs, so either it is not disabled, or `Work::drop` waits for this call. By the
        // invariants of `RawWork` and `Work`, the handler lives until it returns.
        let handler = unsafe { (*raw).handler.cast::<T>().as_ref() };
        // SAFETY: By the invariant of `Queue`, items run in this context. The workqueue code holds no
        // lock during the call.
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
        // SAFETY: `work` is initialised. Owners are dropped in process context. After this the item does
        // not run and cannot be queued, so the handler may be dropped.
        unsafe { bindings::disable_work_sync(self.raw.work.get()) };
    }
}

/// Queues the item of a [`Work`], from any context.
///
/// Dropping the last reference destroys the queue, so handles are dropped in process context, and not by an
/// item of the same queue.
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

impl WorkHandle<Sleepable> {
    /// Waits until the item is neither queued nor running. The item itself must not call it: it would wait
    /// for itself.
    pub fn flush(&self, _ctx: &Sleepable) {
        // SAFETY: `work` is initialised and lives as long as `raw`. The token allows sleeping.
        unsafe { bindings::flush_work(self.raw.work.get()) };
    }
}

impl<C: Context> WorkHandle<C> {
    /// Queues the item. Returns `false` if it was already pending, or if its [`Work`] has been dropped.
    ///
    /// The run that follows sees all memory written before this call, also if the item was already
    /// pending: `test_and_set_bit()` orders memory in both cases.
    #[inline]
    pub fn queue(&self) -> bool {
        // SAFETY: `work` is initialised; it and the queue live as long as `raw`. Once the `Work` has been
        // dropped the item is disabled, and the workqueue code does not queue it.
        unsafe {
            bindings::queue_work_on(
                bindings::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                self.raw.queue.as_raw(),
                self.raw.work.get(),
            )
        }
    }
}
