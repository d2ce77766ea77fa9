// SPDX-License-Identifier: GPL-2.0

//! The library of the programs that test `/dev/morse`. They run in the guest, on the guest's clock.

pub mod counters;
pub mod device;
pub mod driver;
pub mod kernel;
pub mod ktap;
pub mod random;
pub mod settings;

use std::time::{Duration, Instant};

/// Why a check failed. Checks use `?` and `assert!` alike.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Waits until `condition` holds.
///
/// # Errors
///
/// When it does not hold within `limit`; the message names the `event`.
pub fn wait_until(limit: Duration, event: &str, condition: impl Fn() -> Result<bool>) -> Result {
    const TICK: Duration = Duration::from_millis(1);

    let start = Instant::now();
    while !condition()? {
        if start.elapsed() > limit {
            return Err(format!("not within {limit:?}: {event}").into());
        }
        std::thread::sleep(TICK);
    }
    Ok(())
}
