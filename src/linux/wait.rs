// SPDX-License-Identifier: GPL-2.0

//! Sleeping until an absolute deadline or a wake-up.
//!
//! `kernel::sync::CondVar` takes a timeout in jiffies (4 ms at `HZ=250`). A [`WaitQueue`] sleeps on a
//! high-resolution timer until an absolute time, and can be woken from any context, so a handler that
//! sleeps for seconds still stops within microseconds.
//!
//! The sleeping task is in `TASK_IDLE`: signals do not wake it, it does not count for the load average, and
//! the hung-task watchdog ignores it. This suits kernel threads and work items, which get no signals.
//!
//! C header: [`include/linux/wait.h`](srctree/include/linux/wait.h)

use super::{
    context::{
        Atomic,
        Sleepable, //
    },
    time::Ktime, //
};
use core::{
    pin::Pin,
    ptr, //
};
use kernel::{
    bindings,
    prelude::*,
    sync::LockClassKey,
    types::Opaque, //
};

/// Creates a [`WaitQueue`] initialiser with a newly-created lock class.
#[macro_export]
macro_rules! new_wait_queue {
    ($name:literal) => {
        $crate::linux::wait::WaitQueue::new(
            ::kernel::optional_name!($name),
            ::kernel::static_lock_class!(),
        )
    };
}
/// The reason why a wait ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum WakeReason {
    /// The deadline passed.
    Deadline,
    /// The condition became true.
    Condition,
}

/// A wait queue (`wait_queue_head_t`) on which tasks sleep until an absolute deadline.
///
/// # Examples
///
/// ```ignore
/// #[pin_data]
/// struct Blinker {
///     led: gpio::Output,
///     stopped: AtomicFlag,
///     #[pin]
///     wait: WaitQueue,
/// }
///
/// impl Blinker {
///     /// Lights the LED at `deadline`, unless it is stopped before.
///     fn light(&self, ctx: &Sleepable, deadline: Ktime) -> Result {
///         let stopped = |_: &Atomic| self.stopped.load(Relaxed);
///         match self.wait.wait_event_idle_until(ctx, deadline, stopped) {
///             WakeReason::Deadline => self.led.set(ctx, true),
///             WakeReason::Condition => Ok(()),
///         }
///     }
///
///     /// From any context.
///     fn stop(&self) {
///         self.stopped.store(true, Relaxed);
///         self.wait.wake_up_all();
///     }
/// }
/// ```
///
/// # Invariants
///
/// `head` is an initialised `struct wait_queue_head`.
#[pin_data]
pub struct WaitQueue {
    #[pin]
    head: Opaque<bindings::wait_queue_head>,
}

// SAFETY: A wait queue may be used from any thread.
unsafe impl Send for WaitQueue {}
// SAFETY: A wait queue has its own lock, so it may be used from several threads at once.
unsafe impl Sync for WaitQueue {}

impl WaitQueue {
    /// Creates a wait queue; see [`new_wait_queue!`].
    pub fn new(name: &'static CStr, key: Pin<&'static LockClassKey>) -> impl PinInit<Self> {
        pin_init!(Self {
            // SAFETY: `slot` is valid and pinned; `name` and `key` are static.
            head <- Opaque::ffi_init(|slot| unsafe {
                bindings::__init_waitqueue_head(slot, name.as_char_ptr(), key.as_ptr())
            }),
        })
    }

    /// Wakes all sleeping tasks, which then evaluate their conditions again.
    ///
    /// The caller writes the variables of the condition first. May be called in any context, except from
    /// hard interrupts on `PREEMPT_RT`, where the lock of a wait queue sleeps.
    pub fn wake_up_all(&self) {
        // SAFETY: By the type invariant, `head` is a valid wait queue. A count of 0 wakes all tasks.
        unsafe {
            bindings::__wake_up(self.head.get(), bindings::TASK_NORMAL, 0, ptr::null_mut());
        }
    }

    /// Sleeps until `deadline`, or until `condition` is true after a wake-up.
    ///
    /// The condition is evaluated before the first sleep, too, so a wake-up before the call is not lost.
    /// It must not sleep, because the state of the task is already `TASK_IDLE`; the bound [`Send`] keeps
    /// it from capturing a [`Sleepable`].
    ///
    /// The timer has no slack. The remaining lateness is interrupt and scheduling latency.
    pub fn wait_event_idle_until(
        &self,
        _ctx: &Sleepable,
        deadline: Ktime,
        mut condition: impl FnMut(&Atomic) -> bool + Send,
    ) -> WakeReason {
        let entry = Opaque::<bindings::wait_queue_entry>::uninit();
        // SAFETY: `entry` is valid for writes, and does not move before `finish_wait()`.
        unsafe { bindings::init_wait_entry(entry.get(), 0) };

        let wake = loop {
            // SAFETY: `head` and `entry` are initialised. `TASK_IDLE` is not interruptible, so the
            // result is always 0.
            unsafe {
                bindings::prepare_to_wait_event(
                    self.head.get(),
                    entry.get(),
                    bindings::TASK_IDLE as c_int,
                )
            };
            if condition(&Atomic::new()) {
                break WakeReason::Condition;
            }
            if Ktime::now() >= deadline {
                break WakeReason::Deadline;
            }
            let mut expires = deadline.as_raw();
            // SAFETY: The token allows sleeping, and `expires` outlives the call. After a wake-up since
            // `prepare_to_wait_event()` the task is runnable, and this returns at once.
            unsafe {
                bindings::schedule_hrtimeout_range(
                    &mut expires,
                    0,
                    bindings::hrtimer_mode_HRTIMER_MODE_ABS,
                )
            };
        };

        // SAFETY: `head` and `entry` are initialised. This takes `entry` off the queue.
        unsafe { bindings::finish_wait(self.head.get(), entry.get()) };
        wake
    }
}
