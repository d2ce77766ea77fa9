// SPDX-License-Identifier: GPL-2.0

//! Points in time on the monotonic clock, as signed nanoseconds.
//!
//! `kernel::time::Instant` does not tell its nanoseconds to modules, which events and absolute timers need.
//! [`Ktime`] does.
//!
//! C header: [`include/linux/timekeeping.h`](srctree/include/linux/timekeeping.h)

use super::context::Sleepable;
use kernel::bindings;

extern "C" {
    /// `set_current_state(TASK_IDLE)`, which is a macro in C.
    fn morse_helper_set_idle();
}

/// The length of a jiffy in nanoseconds.
pub const JIFFY_NS: u64 = 1_000_000_000 / bindings::CONFIG_HZ as u64;

/// A point in time on `CLOCK_MONOTONIC`, in nanoseconds since boot.
///
/// The clock stands still during system suspend.
///
/// # Examples
///
/// ```ignore
/// let deadline = Ktime::now().after_ns(200_000_000);
/// assert!(deadline.ns_after(Ktime::now()) > 0);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ktime(i64);

impl Ktime {
    /// Returns the current time.
    #[inline]
    pub fn now() -> Self {
        // SAFETY: `ktime_get()` may be called in any context but NMI, and no handler of this module runs
        // in NMI context.
        Self(unsafe { bindings::ktime_get() })
    }

    /// Returns the point `ns` nanoseconds after boot. Saturates at 2^63 - 1 ns, 292 years.
    #[inline]
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        if ns > i64::MAX as u64 {
            Self(i64::MAX)
        } else {
            Self(ns as i64)
        }
    }

    /// Returns the nanoseconds from boot to this point; 0 for a point before boot.
    #[inline]
    #[must_use]
    pub const fn as_ns(self) -> u64 {
        if self.0 < 0 {
            0
        } else {
            self.0 as u64
        }
    }

    /// Returns the point `ns` nanoseconds after this one, or before it if `ns` is negative. Saturates.
    #[inline]
    #[must_use]
    pub const fn after_ns(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }

    /// Returns the nanoseconds from `earlier` to this point; negative if this point lies before.
    #[inline]
    #[must_use]
    pub const fn ns_after(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the value as a C `ktime_t`.
    #[inline]
    pub(super) const fn as_raw(self) -> bindings::ktime_t {
        self.0
    }
}

/// Spins until `deadline`, with preemption enabled, and returns the time at the end.
///
/// For the last microseconds before a deadline only.
#[inline]
pub fn spin_until(deadline: Ktime) -> Ktime {
    loop {
        let now = Ktime::now();
        if now >= deadline {
            return now;
        }
        core::hint::spin_loop();
    }
}

/// Sleeps on a high-resolution timer until `deadline`. The sleep cannot be ended early.
///
/// For short times: a destructor that stops the handler waits for the end of the sleep.
/// A `WaitQueue` can be woken.
pub fn sleep_until(_ctx: &Sleepable, deadline: Ktime) {
    let mut expires = deadline.as_raw();
    while Ktime::now() < deadline {
        // SAFETY: The token allows sleeping. A task may set its own state, and is in `TASK_RUNNING` again
        // when the call returns. `expires` outlives the call.
        unsafe {
            morse_helper_set_idle();
            bindings::schedule_hrtimeout_range(
                &mut expires,
                0,
                bindings::hrtimer_mode_HRTIMER_MODE_ABS,
            );
        }
    }
}
