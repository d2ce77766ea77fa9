// SPDX-License-Identifier: GPL-2.0

//! Delayed work that stops with its owner.
//!
//! The same model as [`workqueue`](super::workqueue), with a timer before the queue: a [`DelayedWork`]
//! owns a [`DelayedWorkHandler`], a [`DelayedWorkHandle`] sets the time at which it runs, from any context. Only the
//! last time set counts, so an item that every event puts off runs once, after the last of them.
//!
//! Times are those of the timer wheel: whole jiffies, never early, and the later the longer they are, by
//! up to an eighth. [`DelayedWorkHandle::mod_delayed_stepwise_ns`] is for those who have to be more exact than that.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use super::{
    context::{
        Context,
        Sleepable, //
    },
    time::JIFFY_NS,
    workqueue::Queue, //
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
    time::{
        msecs_to_jiffies,
        Jiffies,
        Msecs, //
    },
    types::Opaque, //
};

/// Creates a [`DelayedWork`] with newly-created lock classes.
#[macro_export]
macro_rules! new_delayed_work {
    ($ctx:expr, $name:literal, $queue:expr, $handler:expr $(,)?) => {
        $crate::linux::delayed::DelayedWork::new(
            $ctx,
            ::kernel::optional_name!($name),
            [
                ::kernel::static_lock_class!(),
                ::kernel::static_lock_class!(),
            ],
            $queue,
            $handler,
        )
    };
}
/// What is nearer than this, [`DelayedWorkHandle::mod_delayed_stepwise_ns`] takes for now. The quarter of a jiffy is there for
/// whatever comes between a timer and the handler, so that not even then it is a jiffy late.
pub const MIN_DELAY_NS: u64 = JIFFY_NS + MARGIN_NS;
const MARGIN_NS: u64 = JIFFY_NS / 4;

/// Up to so many jiffies the timer wheel is exact to the jiffy. Beyond, it is too late by at most
/// an eighth of the time.
const WHEEL_EXACT_JIFFIES: u32 = 62;

/// What a delayed work item does.
pub trait DelayedWorkHandler: Send + Sync + 'static {
    /// Runs on a worker of the queue, in process context, never twice at the same time.
    ///
    /// It may arm `work` to run again.
    fn run(&self, work: &DelayedWorkHandle, ctx: &Sleepable);
}

/// The C work item, its timer, and the queue that it goes to.
///
/// # Invariants
///
/// - `work` is initialised; its function is `DelayedWork::<T>::trampoline`.
/// - While `work` is not disabled, `handler` points at the `T` that the one `DelayedWork<T>` of this
///   object owns.
#[pin_data]
struct RawDelayedWork {
    #[pin]
    work: Opaque<bindings::delayed_work>,
    handler: NonNull<c_void>,
    queue: Arc<Queue<Sleepable>>,
}

// SAFETY: `work` and `queue` may be used on any thread; `handler` is used only by the trampoline,
// and points at something that is `Send + Sync`.
unsafe impl Send for RawDelayedWork {}
// SAFETY: As above.
unsafe impl Sync for RawDelayedWork {}

/// Owner of a delayed work item and of its handler.
///
/// Dropping it forbids any further arming, cancels what is armed, and waits for what is running. Like
/// a [`Work`](super::workqueue::Work) it must not be leaked.
///
/// # Examples
///
/// ```ignore
/// let gap = new_delayed_work!(ctx, "Gap", &queue, Gap::new())?;
/// let work = gap.handle();
/// // For each edge, in any context:
/// work.mod_delayed_ms(600);
/// ```
///
/// # Invariants
///
/// `raw.handler` points at `*handler`.
pub struct DelayedWork<T: DelayedWorkHandler> {
    raw: Arc<RawDelayedWork>,
    handler: Pin<KBox<T>>,
}

impl<T: DelayedWorkHandler> DelayedWork<T> {
    /// Creates a work item that runs `handler` on `queue`, not armed; see [`new_delayed_work!`].
    pub fn new(
        _ctx: &Sleepable,
        name: &'static CStr,
        [work_key, timer_key]: [Pin<&'static LockClassKey>; 2],
        queue: &Arc<Queue<Sleepable>>,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        let target = NonNull::from(&*handler).cast();
        let raw = Arc::pin_init(
            pin_init!(RawDelayedWork {
                work <- Opaque::ffi_init(|slot: *mut bindings::delayed_work| {
                    // SAFETY: `slot` is valid and pinned, `name` and `work_key` live for ever.
                    unsafe {
                        bindings::init_work_with_key(
                            &raw mut (*slot).work,
                            Some(Self::trampoline),
                            false,
                            name.as_char_ptr(),
                            work_key.as_ptr(),
                        )
                    };
                    // SAFETY: As above. This is the function and the flag that the workqueue
                    // code expects of the timer in a `delayed_work`.
                    unsafe {
                        bindings::timer_init_key(
                            &raw mut (*slot).timer,
                            Some(bindings::delayed_work_timer_fn),
                            bindings::TIMER_IRQSAFE,
                            name.as_char_ptr(),
                            timer_key.as_ptr(),
                        )
                    };
                }),
                handler: target,
                queue: queue.clone(),
            }),
            GFP_KERNEL,
        )?;
        // INVARIANT: `raw.handler` was just made from `handler`, which is pinned.
        Ok(Self { raw, handler })
    }

    /// Returns a handle that arms this item.
    pub fn handle(&self) -> DelayedWorkHandle {
        DelayedWorkHandle {
            raw: self.raw.clone(),
        }
    }

    /// # Safety
    ///
    /// Called by the workqueue code only, for the `work` of a [`RawDelayedWork`] that belongs to a
    /// `DelayedWork<T>`.
    unsafe extern "C" fn trampoline(work: *mut bindings::work_struct) {
        // SAFETY: By the safety requirements, `work` is the first part of a `delayed_work`...
        let work = unsafe { kernel::container_of!(work, bindings::delayed_work, work) };
        // SAFETY: ... which is the field of a `RawDelayedWork`.
        let raw = unsafe { kernel::container_of!(Opaque::cast_from(work), RawDelayedWork, work) };
        // SAFETY: The item runs, so it is not disabled, or `DelayedWork::drop` waits for us: by the
        // invariants of `RawDelayedWork` and `DelayedWork`, `handler` is alive until we return.
        let handler = unsafe { (*raw).handler.cast::<T>().as_ref() };
        // SAFETY: As above, the owner's reference to the `RawDelayedWork` is alive as well. Taking one of our
        // own keeps it so while the handler runs; `raw` came from an `Arc`.
        let work = unsafe {
            let borrowed = kernel::sync::ArcBorrow::<'_, RawDelayedWork>::from_raw(raw);
            DelayedWorkHandle {
                raw: borrowed.into(),
            }
        };
        // SAFETY: The queue is not a BH queue, so its workers run in process context, and hold no
        // locks when they call us.
        let ctx = unsafe { Sleepable::enter() };
        handler.run(&work, &ctx);
    }
}

impl<T: DelayedWorkHandler> core::ops::Deref for DelayedWork<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.handler
    }
}

impl<T: DelayedWorkHandler> Drop for DelayedWork<T> {
    fn drop(&mut self) {
        // SAFETY: `work` is initialised. Owners are dropped in process context. After this the
        // item neither runs nor can be armed again, so that the handler may go.
        unsafe { bindings::disable_delayed_work_sync(self.raw.work.get()) };
    }
}

/// Arms the item of a [`DelayedWork`], from any context. Does nothing once that is gone.
///
/// The last one may have to destroy the queue, so a handle is dropped in process context.
#[derive(Clone)]
pub struct DelayedWorkHandle {
    raw: Arc<RawDelayedWork>,
}

impl DelayedWorkHandle {
    /// Runs the item after `delay_ms` milliseconds, whatever was set before. 0 is at once.
    #[inline]
    pub fn mod_delayed_ms(&self, delay_ms: Msecs) {
        self.set_jiffies(msecs_to_jiffies(delay_ms));
    }

    /// Runs the item once before the time `delay_ns` nanoseconds from now, or at most three quarters of a
    /// jiffy after it, whatever was set before. Less than [`MIN_DELAY_NS`] is at once.
    ///
    /// The item looks at the clock and calls this again if there is time left, or sleeps if it is near.
    /// That takes some runs for a long time, and makes up for the wheel being coarse.
    #[inline]
    pub fn mod_delayed_stepwise_ns(&self, delay_ns: u64) {
        // In 32 bits, as 32-bit kernels have no division of 64: a step of four seconds is as good as
        // the whole way.
        let delay_ns = u32::try_from(delay_ns).unwrap_or(u32::MAX);
        // Set for a number of jiffies, a timer goes off up to one more after it.
        let jiffies = delay_ns.saturating_sub(MARGIN_NS as u32) / JIFFY_NS as u32;
        let early = if jiffies > WHEEL_EXACT_JIFFIES {
            jiffies / 8
        } else {
            0
        };
        self.set_jiffies((jiffies - early) as Jiffies);
    }

    fn set_jiffies(&self, jiffies: Jiffies) {
        // SAFETY: `work` is initialised and lives as long as `raw`, and so does the queue. Once
        // the `DelayedWork` is gone the item is disabled, and the workqueue code leaves it alone.
        unsafe {
            bindings::mod_delayed_work_on(
                bindings::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                self.raw.queue.as_raw(),
                self.raw.work.get(),
                jiffies,
            )
        };
    }
}
