// SPDX-License-Identifier: GPL-2.0

//! A spinlock shared by softirqs and tasks.
//!
//! `kernel::sync::SpinLock` leaves softirqs enabled: if a softirq interrupts a task that holds the lock,
//! and takes the same lock, the CPU deadlocks. [`SpinLockBh`] disables softirqs on this CPU while it is
//! held (`spin_lock_bh()`). Hard interrupts stay enabled, and must not take it.
//!
//! C header: [`include/linux/spinlock.h`](srctree/include/linux/spinlock.h)

use kernel::{
    bindings,
    prelude::*,
    sync::lock::{
        Backend,
        Guard,
        Lock, //
    },
};

extern "C" {
    /// `spin_lock_bh()`, which is inline in C.
    fn morse_helper_spin_lock_bh(lock: *mut bindings::spinlock_t);
    /// `spin_trylock_bh()`, which is inline in C.
    fn morse_helper_spin_trylock_bh(lock: *mut bindings::spinlock_t) -> c_int;
    /// `spin_unlock_bh()`, which is inline in C.
    fn morse_helper_spin_unlock_bh(lock: *mut bindings::spinlock_t);
}

/// Creates a [`SpinLockBh`] initialiser with a newly-created lock class.
#[macro_export]
macro_rules! new_spinlock_bh {
    ($inner:expr, $name:literal) => {
        $crate::linux::bhlock::SpinLockBh::new(
            $inner,
            ::kernel::optional_name!($name),
            ::kernel::static_lock_class!(),
        )
    };
}
/// A spinlock that disables softirqs while it is held.
///
/// # Examples
///
/// ```ignore
/// #[pin_data]
/// struct Receiver {
///     #[pin]
///     edges: SpinLockBh<u64>,
/// }
///
/// let receiver = Arc::pin_init(
///     pin_init!(Receiver {
///         edges <- new_spinlock_bh!(0, "Receiver::edges"),
///     }),
///     GFP_KERNEL,
/// )?;
/// // In a softirq or in a task:
/// *receiver.edges.lock() += 1;
/// ```
pub type SpinLockBh<T> = Lock<T, SpinLockBhBackend>;

/// A [`Guard`] of a [`SpinLockBh`].
pub type SpinLockBhGuard<'a, T> = Guard<'a, T, SpinLockBhBackend>;

/// The kernel's `spinlock_t`, taken with softirqs disabled.
pub struct SpinLockBhBackend;

// SAFETY: The `spinlock_t` ensures mutual exclusion. The default `relock()` calls `lock()`.
unsafe impl Backend for SpinLockBhBackend {
    type State = bindings::spinlock_t;
    type GuardState = ();

    #[inline]
    unsafe fn init(ptr: *mut Self::State, name: *const c_char, key: *mut bindings::lock_class_key) {
        // SAFETY: The safety requirements ensure that `ptr` is valid for writes, and that `name` and
        // `key` are valid indefinitely.
        unsafe { bindings::__spin_lock_init(ptr, name, key) }
    }

    #[inline]
    unsafe fn lock(ptr: *mut Self::State) -> Self::GuardState {
        // SAFETY: The safety requirements ensure that the lock is initialised.
        unsafe { morse_helper_spin_lock_bh(ptr) }
    }

    #[inline]
    unsafe fn unlock(ptr: *mut Self::State, _guard_state: &Self::GuardState) {
        // SAFETY: The safety requirements ensure that the caller owns the lock.
        unsafe { morse_helper_spin_unlock_bh(ptr) }
    }

    #[inline]
    unsafe fn try_lock(ptr: *mut Self::State) -> Option<Self::GuardState> {
        // SAFETY: The safety requirements ensure that the lock is initialised.
        let taken = unsafe { morse_helper_spin_trylock_bh(ptr) };
        (taken != 0).then_some(())
    }

    #[inline]
    unsafe fn assert_is_held(ptr: *mut Self::State) {
        // Only lockdep knows. Each guard asks, by a call of a function that is empty without lockdep.
        if cfg!(CONFIG_LOCKDEP) {
            // SAFETY: The safety requirements ensure that the lock is initialised.
            unsafe { bindings::spin_assert_is_held(ptr) }
        }
    }
}
