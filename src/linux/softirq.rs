// SPDX-License-Identifier: GPL-2.0

//! Softirq work by either of two mechanisms, chosen at run time.
//!
//! A BH work item and a tasklet promise the same: run soon after the interrupt, on its CPU, never
//! twice at the same time, and once more if kicked while running. So a [`Softirq`] takes the one
//! [`Handler`] for both.

use super::{
    context::Atomic,
    tasklet::{self, Tasklet},
    workqueue::{self, Handler, Queue, Work},
};
use core::pin::Pin;
use kernel::{
    prelude::*,
    sync::{Arc, LockClassKey}, //
};

/// Creates a [`Softirq`] with a newly-created lock class.
#[macro_export]
macro_rules! new_softirq {
    ($name:literal, $queue:expr, $handler:expr $(,)?) => {
        $crate::linux::softirq::Softirq::new(
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
/// let queue = (!legacy).then(|| Queue::bh_highpri(c"morse-bh")).transpose()?;
/// let softirq = new_softirq!("Drain", queue.as_ref(), Drain::new())?;
/// let kick = softirq.kick();
/// // In an interrupt handler:
/// kick.raise();
/// ```
pub enum Softirq<T: Handler<Context = Atomic>> {
    /// An item of a BH work queue.
    Bh(Work<T>),
    /// A tasklet.
    Tasklet(Tasklet<T>),
}

impl<T: Handler<Context = Atomic>> Softirq<T> {
    /// Makes `handler` an item of `queue`, or a tasklet if there is none; see [`new_softirq!`].
    pub fn new(
        name: &'static CStr,
        key: Pin<&'static LockClassKey>,
        queue: Option<&Arc<Queue<Atomic>>>,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        match queue {
            Some(queue) => Work::new(name, key, queue, handler).map(Self::Bh),
            None => Tasklet::new(handler).map(Self::Tasklet),
        }
    }

    /// Returns a handle that makes the handler run.
    pub fn kick(&self) -> Kick {
        match self {
            Self::Bh(work) => Kick::Bh(work.kick()),
            Self::Tasklet(tasklet) => Kick::Tasklet(tasklet.kick()),
        }
    }
}

/// Makes the handler of a [`Softirq`] run, from any context. Does nothing once that is gone.
///
/// Dropped in process context, as the kicks that it is made of.
#[derive(Clone)]
pub enum Kick {
    /// Of an item of a BH work queue.
    Bh(workqueue::Kick<Atomic>),
    /// Of a tasklet.
    Tasklet(tasklet::Kick),
}

impl Kick {
    /// Makes the handler run soon, once, however often this is called before it does.
    #[inline]
    pub fn raise(&self) {
        match self {
            Self::Bh(kick) => {
                kick.queue();
            }
            Self::Tasklet(kick) => kick.schedule(),
        }
    }
}
