// SPDX-License-Identifier: GPL-2.0

//! Softirq work by one of two mechanisms, chosen at run time.
//!
//! A BH work item and a tasklet make the same promises: the handler runs soon after the interrupt, on the
//! same CPU, never concurrently with itself, and once more if it is scheduled while it runs. So a
//! [`Softirq`] takes one [`WorkHandler`] for either.

use super::{
    context::{
        Atomic,
        Sleepable, //
    },
    tasklet::{
        Tasklet,
        TaskletHandle, //
    },
    workqueue::{
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use core::pin::Pin;
use kernel::{
    prelude::*,
    sync::{
        Arc,
        LockClassKey, //
    },
};

/// Creates a [`Softirq`] with a newly-created lock class.
#[macro_export]
macro_rules! new_softirq {
    ($ctx:expr, $name:literal, $queue:expr, $handler:expr $(,)?) => {
        $crate::linux::softirq::Softirq::new(
            $ctx,
            ::kernel::optional_name!($name),
            ::kernel::static_lock_class!(),
            $queue,
            $handler,
        )
    };
}
/// Owner of a handler that runs in softirq context.
///
/// Dropping it waits for a running handler. It must not be leaked (see [`linux`](super)).
///
/// # Examples
///
/// ```ignore
/// struct BottomHalf;
///
/// impl WorkHandler for BottomHalf {
///     type Context = Atomic;
///
///     fn run(&self, _ctx: &Atomic) {
///         pr_info!("bottom half runs\n");
///     }
/// }
///
/// let queue = Queue::bh_highpri(ctx, c"demo")?;
/// let softirq = new_softirq!(ctx, "BottomHalf", Some(&queue), Ok(BottomHalf))?;
/// let handle = softirq.handle();
/// // In an interrupt handler:
/// handle.schedule();
/// ```
pub enum Softirq<T: WorkHandler<Context = Atomic>> {
    /// An item of a BH work queue.
    Bh(Work<T>),
    /// A tasklet.
    Tasklet(Tasklet<T>),
}

impl<T: WorkHandler<Context = Atomic>> Softirq<T> {
    /// Makes `handler` an item of `queue`, or a tasklet if `queue` is `None`; see [`new_softirq!`].
    pub fn new(
        ctx: &Sleepable,
        name: &'static CStr,
        key: Pin<&'static LockClassKey>,
        queue: Option<&Arc<Queue<Atomic>>>,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        match queue {
            Some(queue) => Work::new(ctx, name, key, queue, handler).map(Self::Bh),
            None => Tasklet::new(ctx, handler).map(Self::Tasklet),
        }
    }

    /// Returns a handle that schedules the handler.
    pub fn handle(&self) -> SoftirqHandle {
        match self {
            Self::Bh(work) => SoftirqHandle::Bh(work.handle()),
            Self::Tasklet(tasklet) => SoftirqHandle::Tasklet(tasklet.handle()),
        }
    }
}

/// Schedules the handler of a [`Softirq`], from any context. Does nothing once the owner has been dropped.
///
/// Handles are dropped in process context.
#[derive(Clone)]
pub enum SoftirqHandle {
    /// Queues an item of a BH work queue.
    Bh(WorkHandle<Atomic>),
    /// Schedules a tasklet.
    Tasklet(TaskletHandle),
}

impl SoftirqHandle {
    /// Schedules the handler, unless it is already scheduled.
    #[inline]
    pub fn schedule(&self) {
        match self {
            Self::Bh(work) => {
                work.queue();
            }
            Self::Tasklet(tasklet) => tasklet.schedule(),
        }
    }
}
