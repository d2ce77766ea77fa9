// SPDX-License-Identifier: GPL-2.0

//! The kinds of boards that tests share. Each is booted once a run, so that few are better than many.

use morse_board::driver::WITHOUT_KEY;
use morse_board::{Options, Time};

use crate::runner::test::Kind;

/// In real time, with the lamp and the key outside.
pub static REAL: Kind = Kind::new("real", || Options::new(Time::Real).cpus(2));

/// In virtual time.
pub static VIRTUAL: Kind = Kind::new("virtual", || Options::new(Time::Virtual));

/// In virtual time, on two processors.
pub static VIRTUAL_SMP: Kind = Kind::new("virtual-smp", || Options::new(Time::Virtual).cpus(2));

/// In virtual time, with a simulated key, which programs of the guest press.
pub static KEYLESS: Kind = Kind::new("keyless", keyless);

/// The same; softirqs that interrupts raise run in a thread of usual priority, so that a real-time task holds
/// them up.
pub static THREADED: Kind = Kind::new("threaded", || keyless().kernel_argument("threadirqs"));

/// In real time on four processors, with a simulated key.
pub static KEYLESS_SMP: Kind = Kind::new("keyless-smp", || {
    Options::new(Time::Real)
        .cpus(4)
        .optional_device_tree(WITHOUT_KEY)
});

fn keyless() -> Options {
    Options::new(Time::Virtual).optional_device_tree(WITHOUT_KEY)
}
