// SPDX-License-Identifier: GPL-2.0

//! Real-time priority for a section of code.
//!
//! A worker of a `WQ_HIGHPRI` queue is a fair task: on a busy CPU it waits until the current task has used
//! up its slice, some milliseconds. Code with deadlines of microseconds has to run as a real-time task.
//! On `PREEMPT_RT` the timers on which such a task sleeps also expire in hard interrupt context.
//!
//! C header: [`include/linux/sched.h`](srctree/include/linux/sched.h)

use super::context::Sleepable;
use core::marker::PhantomData;
use kernel::{
    bindings,
    prelude::*,
    task::Task, //
};

/// Runs the current task under `SCHED_FIFO` until dropped.
///
/// The priority is that of `sched_set_fifo()`, in the middle of the range. A task that is not of the policy
/// `SCHED_NORMAL` keeps its policy and priority.
///
/// # Invariants
///
/// Created and dropped by the same task. If `nice` is `Some`, the task had the policy `SCHED_NORMAL` and
/// this nice value before.
///
/// # Examples
///
/// ```ignore
/// {
///     let _fifo = SchedFifoGuard::new(ctx);
///     // Short work with deadlines.
/// }
/// // The task has its former policy again.
/// ```
pub struct SchedFifoGuard {
    nice: Option<c_int>,
    /// Makes the guard neither `Send` nor `Sync`: it belongs to the task that created it.
    _task: PhantomData<*mut ()>,
}

/// `DEFAULT_PRIO` of `include/linux/sched/prio.h`: the static priority of nice value 0.
const STATIC_PRIO_OF_NICE_0: c_int = 120;

impl SchedFifoGuard {
    /// Gives the current task the policy `SCHED_FIFO`.
    pub fn new(_ctx: &Sleepable) -> Self {
        let task = Task::current_raw();
        // SAFETY: The current task is valid.
        let (policy, static_prio) = unsafe { ((*task).policy, (*task).static_prio) };
        let nice = (policy == bindings::SCHED_NORMAL).then(|| static_prio - STATIC_PRIO_OF_NICE_0);
        if nice.is_some() {
            // SAFETY: The current task is valid.
            unsafe { bindings::sched_set_fifo(task) };
        }
        // INVARIANT: `nice` is that of the current task, read before the change.
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
