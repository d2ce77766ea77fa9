// SPDX-License-Identifier: GPL-2.0

//! The functions and constants of the `kernel` crate that sleep, and take no token that says so.

/// Each with the reason. A name stands for functions and constants alike, wherever they come from.
const SLEEPERS: [(&str, &str); 17] = [
    (
        "fsleep",
        "sleeps; linux::time::sleep_until() asks for a &Sleepable",
    ),
    ("msleep", "sleeps"),
    ("usleep_range", "sleeps"),
    ("schedule_timeout", "sleeps"),
    ("might_sleep", "says that the caller may sleep"),
    ("cond_resched", "may give the processor away"),
    ("synchronize_rcu", "waits for a grace period"),
    (
        "wait_for_completion",
        "sleeps until another task completes it",
    ),
    ("wait_interruptible", "sleeps until it is notified"),
    ("wait_interruptible_timeout", "sleeps until it is notified"),
    ("new_mutex", "makes a lock that sleeps"),
    (
        "GFP_KERNEL",
        "lets an allocation sleep; GFP_ATOMIC does not",
    ),
    (
        "GFP_KERNEL_ACCOUNT",
        "lets an allocation sleep; GFP_ATOMIC does not",
    ),
    ("GFP_NOIO", "lets an allocation sleep; GFP_ATOMIC does not"),
    ("GFP_NOFS", "lets an allocation sleep; GFP_ATOMIC does not"),
    (
        "UserSlice",
        "reads or writes memory of a program, which may be swapped out",
    ),
    ("Mutex", "is a lock that sleeps; SpinLock does not"),
];

/// Types whose `lock()` sleeps.
const SLEEPING_LOCKS: [&str; 2] = ["Mutex", "RwSemaphore"];

/// Why `name` must not stand in atomic context.
pub fn reason(name: &str) -> Option<&'static str> {
    let (_, reason) = SLEEPERS.iter().find(|(sleeper, _)| *sleeper == name)?;
    Some(reason)
}

/// Whether the names of a type have a lock that sleeps.
pub fn is_lock(names: &str) -> bool {
    names.split(' ').any(|name| SLEEPING_LOCKS.contains(&name))
}
