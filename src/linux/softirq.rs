// SPDX-License-Identifier: GPL-2.0

//! Softirq work by either of two mechanisms, chosen at run time.
//!
//! A BH work item and a tasklet promise the same: run soon after the interrupt, on its CPU, never
//! twice at the same time, and once more if scheduled while running. So a [`Softirq`] takes the one
//! [`WorkHandler`] for both.

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
/// Owner of a handler that runs in softirq context. Dropping it stops and waits for it.
///
/// # Examples
///
/// ```ignore
/// let queue = (!legacy).then(|| Queue::bh_highpri(ctx, c"morse-bh")).transpose()?;
/// let softirq = new_softirq!(ctx, "Drain", queue.as_ref(), Drain::new())?;
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
    /// Makes `handler` an item of `queue`, or a tasklet if there is none; see [`new_softirq!`].
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

    /// Returns a handle that makes the handler run.
    pub fn handle(&self) -> SoftirqHandle {
        match self {
            Self::Bh(work) => SoftirqHandle::Bh(work.handle()),
            Self::Tasklet(tasklet) => SoftirqHandle::Tasklet(tasklet.handle()),
        }
    }
}

/// Makes the handler of a [`Softirq`] run, from any context. Does nothing once that is gone.
///
/// Dropped in process context, as the handles that it is made of.
#[derive(Clone)]
pub enum SoftirqHandle {
    /// Of an item of a BH work queue.
    Bh(WorkHandle<Atomic>),
    /// Of a tasklet.
    Tasklet(TaskletHandle),
}

impl SoftirqHandle {
    /// Makes the handler run soon, once, however often this is called before it does.
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
