// SPDX-License-Identifier: GPL-2.0

//! The execution context as a type.
//!
//! Kernel code runs either in *process context*, where it may sleep, or in *atomic context* (hard
//! interrupt, softirq, timer, or under a spinlock), where sleeping is a bug: at best the kernel reports
//! "scheduling while atomic". C states the context in comments and checks it with `might_sleep()`.
//! Here it is part of the signature:
//!
//! - a function that may sleep takes a [`&Sleepable`](Sleepable);
//! - a callback that runs in process context is given a `&Sleepable`;
//! - a callback that runs in atomic context is given an [`&Atomic`](Atomic), which cannot be turned
//!   into a `Sleepable`.
//!
//! Both tokens have no size. With `CONFIG_DEBUG_ATOMIC_SLEEP` the kernel verifies at run time that a
//! `Sleepable` is made where sleeping is allowed. The tokens are neither [`Send`] nor [`Sync`], so a
//! closure that another context runs, and that is therefore required to be `Send`, cannot capture one.
//!
//! # Limits
//!
//! The token covers the functions of [`linux`](super), nothing else. The following sleep, and compile in an
//! atomic handler:
//!
//! - functions of the `kernel` crate: `Mutex::lock()`, `fsleep()`, allocations with `GFP_KERNEL`. The lint
//!   (`scripts/lint atomic`, `tests/lint`) refuses them by their names in the driver, the samples and the
//!   exercises, as far as it can follow the calls from a function that takes an `&Atomic`;
//! - destructors of owners, since `drop()` takes no argument;
//! - a call with a token under a spinlock, or inside an RCU read-side critical section, that was
//!   entered after the token was made;
//! - calls that the lint cannot follow: through a function pointer, a destructor, another crate.
//!
//! The last three are left to `CONFIG_DEBUG_ATOMIC_SLEEP`, on the sanitizer kernel.
//!
//! # Examples
//!
//! A work item may sleep:
//!
//! ```ignore
//! struct Keyer {
//!     led: gpio::Output,
//! }
//!
//! impl WorkHandler for Keyer {
//!     type Context = Sleepable;
//!
//!     fn run(&self, ctx: &Sleepable) {
//!         let _ = self.led.set(ctx, true);
//!     }
//! }
//! ```
//!
//! The condition of a wait may not; this does not compile (`tests/must_not_compile/sleep_in_condition.rs`):
//!
//! ```compile_fail
//! fn run(&self, ctx: &Sleepable) {
//!     self.wait.wait_event_idle_until(ctx, deadline, |_: &Atomic| self.led.set(ctx, true).is_ok());
//! }
//! ```

use core::marker::PhantomData;

/// A token for a context, [`Sleepable`] or [`Atomic`].
///
/// Mechanisms whose handlers run in either context are generic over it.
pub trait Context: private::Sealed + 'static {
    /// Creates the token.
    ///
    /// # Safety
    ///
    /// For [`Sleepable`], the caller runs in process context and holds no lock that forbids sleeping;
    /// for [`Atomic`], any context will do. The token must not outlive the callback that it is made for.
    unsafe fn enter() -> Self;
}

mod private {
    pub trait Sealed {}
    impl Sealed for super::Sleepable {}
    impl Sealed for super::Atomic {}
}

/// Proof that the callback which it was made for runs in process context: sleeping is allowed.
///
/// # Invariants
///
/// Sleeping was allowed where the token was made. A spinlock taken since, or an RCU read-side critical
/// section entered since, forbids it for its duration; the type does not track these.
pub struct Sleepable(PhantomData<*mut ()>);

impl Context for Sleepable {
    #[track_caller]
    #[inline]
    unsafe fn enter() -> Self {
        // C functions that may sleep check this, too, whether or not they sleep this time.
        #[cfg(CONFIG_DEBUG_ATOMIC_SLEEP)]
        kernel::task::might_sleep();
        // INVARIANT: By the safety requirements, sleeping is allowed here.
        Self(PhantomData)
    }
}

/// Marks atomic context: sleeping is a bug.
///
/// An `Atomic` may be made in any context; it allows nothing.
pub struct Atomic(PhantomData<*mut ()>);

impl Context for Atomic {
    #[inline]
    unsafe fn enter() -> Self {
        Self(PhantomData)
    }
}

impl Atomic {
    /// Creates the token.
    #[inline]
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}
