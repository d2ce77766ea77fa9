// SPDX-License-Identifier: GPL-2.0

//! The running kernel.

use std::path::Path;
use std::time::Duration;

/// Whether it is the sanitizer kernel, which is slow. The sign is kmemleak.
pub fn has_sanitizers() -> bool {
    Path::new("/sys/kernel/debug/kmemleak").exists()
}

/// The bound for a delay: `exact`, or 2 ms on the sanitizer kernel, where a wake-up alone takes some
/// hundred us.
pub fn bound(exact: Duration) -> Duration {
    const SANITIZERS: Duration = Duration::from_millis(2);
    if has_sanitizers() {
        SANITIZERS
    } else {
        exact
    }
}
