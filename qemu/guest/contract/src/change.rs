// SPDX-License-Identifier: GPL-2.0

//! Changes settings while a message is being sent, and tells when.

use std::thread;
use std::time::Duration;

use crate::lamp::{self, Lamp};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

/// Sends `text`; `ms` milliseconds after its first mark makes all `settings`, each `NAME=VALUE`;
/// prints when the first and the last of them was made, in ns of the clock of the trace; and waits
/// for the end of the message.
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
