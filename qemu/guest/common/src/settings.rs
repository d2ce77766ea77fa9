// SPDX-License-Identifier: GPL-2.0

//! The files of the device in sysfs.

/// A setting that is a number.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// The file.
    pub name: &'static str,
    /// The value when the driver is loaded.
    pub default: &'static str,
    /// The least value allowed.
    pub least: u64,
    /// The greatest value allowed.
    pub most: u64,
}

const fn number(name: &'static str, default: &'static str, least: u64, most: u64) -> Number {
    Number {
        name,
        default,
        least,
        most,
    }
}

/// All settings that are numbers. `wpm` and `unit_us` are two units of the same speed.
pub const NUMBERS: [Number; 10] = [
    number("monitor", "0", 0, 1),
    number("beacon_interval_s", "0", 0, 86_400),
    number("farnsworth_wpm", "0", 0, 1000),
    number("weight", "50", 20, 80),
    number("wpm", "6", 1, 1000),
    number("unit_us", "200000", 1200, 120_000_000),
    number("receive_wpm", "0", 0, 1000),
    number("debounce_us", "5000", 0, 1_000_000),
    number("ticker_ms", "1000", 10, 60_000),
    number("ticker_log", "0", 0, 1),
];

/// The setting that is a text, empty when the driver is loaded.
pub const BEACON: &str = "beacon";

/// The read-only files. All but `state` are numbers that begin at 0.
pub const READ_ONLY: [&str; 15] = [
    "state",
    "queued",
    "sent",
    "sent_messages",
    "received_wpm",
    "received",
    "received_messages",
    "lost",
    "edges",
    "edges_received",
    "edges_debounced",
    "edges_dropped",
    "softirqs",
    "edge_rate",
    "character_rate",
];

/// The write-only file that aborts.
pub const ABORT: &str = "abort";

/// The driver core's own files of every device.
pub const KERNELS: [&str; 2] = ["dev", "uevent"];

/// The settings and their values when the driver is loaded.
pub fn defaults() -> impl Iterator<Item = (&'static str, &'static str)> {
    let numbers = NUMBERS.iter().map(|number| (number.name, number.default));
    numbers.chain([(BEACON, "")])
}

/// All files.
pub fn files() -> impl Iterator<Item = &'static str> {
    defaults()
        .map(|(name, _)| name)
        .chain(READ_ONLY)
        .chain(KERNELS)
}
