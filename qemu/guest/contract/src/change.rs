// SPDX-License-Identifier: GPL-2.0

//! Changes settings while a message is being sent, and prints when.

use std::thread;
use std::time::Duration;

use crate::lamp::{self, Lamp};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

/// Sends `text`; writes all `settings`, each `NAME=VALUE`, `ms` milliseconds after its first mark; prints
/// the time before the first and after the last write, in ns of the trace clock; and waits for the end of
/// the message.
pub fn run(text: &str, ms: &str, settings: &[&str]) -> Result {
    let after = Duration::from_millis(ms.parse()?);
    let device = Device::open()?;
    let lamp = Lamp::watch()?;
    device.write(text)?;
    let first = lamp.wait_on()?;
    thread::sleep((first + after).saturating_sub(lamp::now()));
    let before = lamp::now();
    for setting in settings {
        let (name, value) = setting.split_once('=').ok_or("NAME=VALUE is wanted")?;
        driver::set(name, value)?;
    }
    println!("{} {}", before.as_nanos(), lamp::now().as_nanos());
    device.fsync()?;
    Ok(())
}
