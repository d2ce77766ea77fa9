// SPDX-License-Identifier: GPL-2.0

//! Delayed work that stops with its owner.
//!
//! The same model as [`workqueue`](super::workqueue), with a timer before the queue: a [`DelayedWork`]
//! owns a [`DelayedWorkHandler`], and a [`DelayedWorkHandle`] sets the delay after which it runs, from any
//! context. Each call replaces the previous delay, so an item that every event postpones runs once,
//! after the last event.
//!
//! Delays have the resolution of the timer wheel: whole jiffies, never early, and late by up to an eighth
//! of a long delay. [`DelayedWorkHandle::mod_delayed_stepwise_ns`] approaches a point in time more
//! exactly.
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
        ArcBorrow,
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
/// [`DelayedWorkHandle::mod_delayed_stepwise_ns`] treats shorter delays as zero, in nanoseconds.
///
/// The margin covers the latency from the timer to the worker, so that the handler is never a whole jiffy
/// late.
pub const MIN_DELAY_NS: u64 = JIFFY_NS + MARGIN_NS;
/// Less than a quarter, so that the timer waits for most of the usual debounce time, 5 ms (a jiffy and a
/// quarter at 250 HZ), at worst until 3.2 ms after it.
const MARGIN_NS: u64 = JIFFY_NS / 5;

/// The timer wheel has a resolution of one jiffy up to this delay. Longer ones are late by at most an
/// eighth (`kernel/time/timer.c`).
const WHEEL_EXACT_JIFFIES: u32 = 62;

/// The function of a delayed work item.
pub trait DelayedWorkHandler: Send + Sync + 'static {
    /// Runs on a worker of the queue, in process context, never concurrently with itself.
    ///
    /// It may arm `work` to run again.
    fn run(&self, work: &DelayedWorkHandle, ctx: &Sleepable);
}

/// The C work item, its timer, and its queue.
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

// SAFETY: `work` and `queue` may be used on any thread. `handler` points at a `Send + Sync` type, and only
// the trampoline dereferences it.
unsafe impl Send for RawDelayedWork {}
// SAFETY: As above.
unsafe impl Sync for RawDelayedWork {}

impl RawDelayedWork {
    /// Returns the C item, by the pointer of the `Arc`, to which the trampoline goes back from it.
    #[inline]
    fn item(this: &Arc<Self>) -> *mut bindings::delayed_work {
        let raw = Arc::as_ptr(this);
        // SAFETY: `this` keeps the object alive.
        Opaque::cast_into(unsafe { &raw const (*raw).work })
    }
}

/// Owner of a delayed work item and of its handler.
///
/// Dropping it disables the item, cancels it if it is armed or pending, and waits for a running
/// handler. It must not be leaked (see [`linux`](super)).
///
/// # Examples
///
/// ```ignore
/// struct Idle;
///
/// impl DelayedWorkHandler for Idle {
///     fn run(&self, _work: &DelayedWorkHandle, _ctx: &Sleepable) {
///         pr_info!("no event for 600 ms\n");
///     }
/// }
///
/// let idle = new_delayed_work!(ctx, "Idle", &Queue::system(ctx)?, Ok(Idle))?;
/// let work = idle.handle();
/// // For each event, in any context:
/// work.mod_delayed_ms(600);
/// ```
///
/// # Invariants
///
/// `raw.handler` points at `*handler`.
#[must_use = "dropping it stops the work item"]
pub struct DelayedWork<T: DelayedWorkHandler> {
    raw: Arc<RawDelayedWork>,
    handler: Pin<KBox<T>>,
}

impl<T: DelayedWorkHandler> DelayedWork<T> {
    /// Creates a work item that is not armed and runs `handler` on `queue`; see [`new_delayed_work!`].
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
                    // SAFETY: `slot` is valid and pinned; `name` and `work_key` are static.
                    unsafe {
                        bindings::init_work_with_key(
                            &raw mut (*slot).work,
                            Some(Self::trampoline),
                            false,
                            name.as_char_ptr(),
                            work_key.as_ptr(),
                        )
                    };
                    // SAFETY: As above. Function and flag are those of `INIT_DELAYED_WORK()`.
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
        // INVARIANT: `raw.handler` points at `*handler`, which is pinned.
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
        // SAFETY: By the safety requirements, `work` is the `work` of a `delayed_work`...
        let work = unsafe { kernel::container_of!(work, bindings::delayed_work, work) };
        // SAFETY: ... which is the `work` of a `RawDelayedWork`.
        let raw = unsafe { kernel::container_of!(Opaque::cast_from(work), RawDelayedWork, work) };
        // SAFETY: The item runs, so either it is not disabled, or `DelayedWork::drop` waits for this call.
        // By the invariants of `RawDelayedWork` and `DelayedWork`, the handler lives until it returns.
        let handler = unsafe { (*raw).handler.cast::<T>().as_ref() };
        // SAFETY: The item was armed by its pointer from `RawDelayedWork::item()`, so `raw` is that of
        // `Arc::as_ptr()`. As above, the owner holds a reference during this call.
        let raw = unsafe { ArcBorrow::from_raw(raw) };
        let work = DelayedWorkHandle { raw: raw.into() };
        // SAFETY: The queue has worker threads, which run in process context and hold no lock during the
        // call.
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
        // SAFETY: `work` is initialised. Owners are dropped in process context. After this the item does
        // not run and cannot be armed, so the handler may be dropped.
        unsafe { bindings::disable_delayed_work_sync(RawDelayedWork::item(&self.raw)) };
    }
}

/// Arms the item of a [`DelayedWork`], from any context. Does nothing once the owner has been dropped.
///
/// Dropping the last reference destroys the queue, so handles are dropped in process context.
#[derive(Clone)]
pub struct DelayedWorkHandle {
    raw: Arc<RawDelayedWork>,
}

impl DelayedWorkHandle {
    /// Runs the item after `delay_ms` milliseconds, in place of any delay set before. 0 queues it at once.
    #[inline]
    pub fn mod_delayed_ms(&self, delay_ms: Msecs) {
        self.set_jiffies(msecs_to_jiffies(delay_ms));
    }

    /// Runs the item before the time `delay_ns` nanoseconds from now, or at most four fifths of a jiffy
    /// after it, in place of any delay set before. A delay below [`MIN_DELAY_NS`] queues it at once.
    ///
    /// The handler reads the clock, and calls this again with the time that is left, or sleeps if that is
    /// short. A long delay thus takes several runs, which makes up for the coarse timer wheel.
    #[inline]
    pub fn mod_delayed_stepwise_ns(&self, delay_ns: u64) {
        // 32-bit kernels have no division of 64-bit numbers. A step of at most four seconds will do.
        let delay_ns = u32::try_from(delay_ns).unwrap_or(u32::MAX);
        // A timer expires up to one jiffy after the number of jiffies that it is set to.
        let jiffies = delay_ns.saturating_sub(MARGIN_NS as u32) / JIFFY_NS as u32;
        let early = if jiffies > WHEEL_EXACT_JIFFIES {
            jiffies / 8
        } else {
            0
        };
        self.set_jiffies((jiffies - early) as Jiffies);
    }

    /// Runs the item at once if it is armed, and waits until it is neither queued nor running. The item itself must not
    /// call it: it would wait for itself.
    pub fn flush(&self, _ctx: &Sleepable) {
        // SAFETY: `work` is initialised and lives as long as `raw`. The token allows sleeping.
        unsafe { bindings::flush_delayed_work(RawDelayedWork::item(&self.raw)) };
    }

    fn set_jiffies(&self, jiffies: Jiffies) {
        // SAFETY: `work` is initialised; it and the queue live as long as `raw`. Once the `DelayedWork` has
        // been dropped the item is disabled, and the workqueue code does not arm it.
        unsafe {
            bindings::mod_delayed_work_on(
                bindings::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                self.raw.queue.as_raw(),
                RawDelayedWork::item(&self.raw),
                jiffies,
            )
        };
    }
}
