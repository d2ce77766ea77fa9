// SPDX-License-Identifier: GPL-2.0

//! The kernel that this runs on.

use std::path::Path;
use std::time::Duration;

/// Whether it is one full of sanitizers, slow and merciless: one that looks for leaks.
pub fn has_sanitizers() -> bool {
    Path::new("/sys/kernel/debug/kmemleak").exists()
}

/// How late something may be: `exact` on kernels that people run, and no bound to speak of on one where a
/// wake-up alone takes some hundred us.
pub fn bound(exact: Duration) -> Duration {
    const SANITIZERS: Duration = Duration::from_millis(2);
    if has_sanitizers() {
        SANITIZERS
    } else {
        exact
    }
}
