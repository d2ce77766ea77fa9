// SPDX-License-Identifier: GPL-2.0

//! The execution context as a type.
//!
//! Kernel code runs either in *process context*, where it may sleep, or in *atomic context* (hard
//! interrupt, softirq, timer, or under a spinlock), where sleeping is a bug that shows up as
//! "scheduling while atomic", at best. C leaves this to comments and to `might_sleep()`. Here it
//! is part of the signature:
//!
//! - a function that may sleep takes a [`&Sleepable`](Sleepable);
//! - a callback that runs in process context is handed a `&Sleepable`;
//! - a callback that runs in atomic context is handed an [`&Atomic`](Atomic), and nothing turns an
//!   `Atomic` into a `Sleepable`.
//!
//! Both tokens have no size and vanish at compile time. Kernels with `CONFIG_DEBUG_ATOMIC_SLEEP` verify at
//! run time that a `Sleepable` is made where one may sleep. The tokens are neither [`Send`] nor
//! [`Sync`], so that a closure which another context runs, and which is therefore asked to be `Send`,
//! cannot carry one over.
//!
//! # Examples
//!
//! A work item may sleep:
//!
//! ```ignore
//! impl workqueue::WorkHandler for Keyer {
//!     fn run(&self, ctx: &Sleepable) {
//!         self.lamp.set(ctx, true);
//!     }
//! }
//! ```
//!
//! A condition that a wait queue evaluates may not; this does not compile:
//!
//! ```compile_fail
//! fn run(&self, ctx: &Sleepable) {
//!     self.wait.wait_event_idle_until(ctx, deadline, |_: &Atomic| self.led.set(ctx, true).is_ok());
//! }
//! ```

use core::marker::PhantomData;

/// A token for a context, [`Sleepable`] or [`Atomic`].
///
/// Mechanisms that run callbacks in one or the other are generic over it.
pub trait Context: private::Sealed + 'static {
    /// Creates the token.
    ///
    /// # Safety
    ///
    /// The caller runs in the context that the token stands for, and does not let the token outlive
    /// the callback that it was made for. For [`Sleepable`] that is process context, with no lock
    /// held that forbids sleeping; for [`Atomic`] it is any.
    unsafe fn enter() -> Self;
}

mod private {
    pub trait Sealed {}
    impl Sealed for super::Sleepable {}
    impl Sealed for super::Atomic {}
}

/// Proof of running in process context, with no spinlock held: sleeping is allowed.
///
/// It stands for the place where it was made. A spinlock that is taken after that, or a section of RCU, is
/// not seen by the compiler, as in C: there, debug kernels help.
///
/// # Invariants
///
/// A reference to a `Sleepable` only exists where the kernel allows to sleep.
pub struct Sleepable(PhantomData<*mut ()>);

impl Context for Sleepable {
    #[track_caller]
    #[inline]
    unsafe fn enter() -> Self {
        // As C functions that may sleep do, whether or not they have to this time.
        #[cfg(CONFIG_DEBUG_ATOMIC_SLEEP)]
        kernel::task::might_sleep();
        // INVARIANT: By the safety requirements, sleeping is allowed here.
        Self(PhantomData)
    }
}

/// Marks atomic context: sleeping is a bug.
///
/// Handing an `Atomic` where a [`Sleepable`] would be sound is always fine.
pub struct Atomic(PhantomData<*mut ()>);

impl Context for Atomic {
    #[inline]
    unsafe fn enter() -> Self {
        Self(PhantomData)
    }
}

impl Atomic {
    /// Creates the token, which is sound anywhere.
    #[inline]
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}
