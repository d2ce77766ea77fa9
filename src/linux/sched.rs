// SPDX-License-Identifier: GPL-2.0

//! Real-time priority for a stretch of code.
//!
//! A worker of a `WQ_HIGHPRI` queue is still a fair task: on a busy CPU it waits for the current one to
//! use up its slice, some milliseconds. Code with deadlines of microseconds has to be a real-time
//! task while it is at it, which on `PREEMPT_RT` also makes its timers expire in hard interrupt
//! context.
//!
//! C header: [`include/linux/sched.h`](srctree/include/linux/sched.h)

use super::context::Sleepable;
use core::marker::PhantomData;
use kernel::{
    bindings,
    prelude::*,
    task::Task, //
};

/// While this exists, the current task runs under `SCHED_FIFO`.
///
/// The priority is the kernel's default for drivers, in the middle of the range. A task that is a
/// real-time one already is left as it is.
///
/// # Invariants
///
/// Made and dropped by the same task. If there is a `nice`, the task was a fair one of this nice value
/// before.
///
/// # Examples
///
/// ```ignore
/// fn run(&self, ctx: &Sleepable) {
///     let _urgent = SchedFifoGuard::new(ctx);
///     // Deadlines are met here, if the work between them is short.
/// }
/// ```
pub struct SchedFifoGuard {
    nice: Option<c_int>,
    /// Not to be sent to another task.
    _task: PhantomData<*mut ()>,
}

/// `DEFAULT_PRIO` of `include/linux/sched/prio.h`: the static priority of nice value 0.
const STATIC_PRIO_OF_NICE_0: c_int = 120;

impl SchedFifoGuard {
    /// Makes the current task a real-time task.
    pub fn new(_ctx: &Sleepable) -> Self {
        let task = Task::current_raw();
        // SAFETY: The current task is valid.
        let (policy, static_prio) = unsafe { ((*task).policy, (*task).static_prio) };
        let nice = (policy == bindings::SCHED_NORMAL).then(|| static_prio - STATIC_PRIO_OF_NICE_0);
        if nice.is_some() {
            // SAFETY: The current task is valid.
            unsafe { bindings::sched_set_fifo(task) };
        }
        // INVARIANT: Just so.
        Self {
            nice,
            _task: PhantomData,
        }
    }
}

impl Drop for SchedFifoGuard {
    fn drop(&mut self) {
        if let Some(nice) = self.nice {
            // SAFETY: The current task is valid, and the one of `new()` since `self` is not
            // `Send`.
            unsafe { bindings::sched_set_normal(Task::current_raw(), nice) };
        }
    }
}
