// SPDX-License-Identifier: GPL-2.0

//! The cases, in groups. Each begins with the driver loaded, idle, and at its default settings.

mod aio;
mod async_io;
mod blocking;
mod copying;
mod cwd;
mod encoding;
mod file;
mod fsync;
mod gaps;
mod gone;
mod ioctl;
mod lost;
mod meanwhile;
mod module;
mod poll;
mod programs;
mod pulses;
mod read;
mod restart;
mod settings;
mod signals;
mod splice;
mod sync;
mod unbind;
mod uring;
mod waiting;
mod writers;

use crate::Result;

/// The function of a case.
pub type Case = fn() -> Result;

/// The cases by group.
pub const GROUPS: &[(&str, &[(&str, Case)])] = &[
    ("encoding", encoding::CASES),
    ("blocking", blocking::CASES),
    ("signals", signals::CASES),
    ("poll", poll::CASES),
    ("fsync", fsync::CASES),
    ("ioctl", ioctl::CASES),
    ("file", file::CASES),
    ("writers", writers::CASES),
    ("settings", settings::CASES),
    ("unbind", unbind::CASES),
    ("module", module::CASES),
    ("read", read::CASES),
    ("waiting", waiting::CASES),
    ("pulses", pulses::CASES),
    ("lost", lost::CASES),
    ("gaps", gaps::CASES),
    ("gone", gone::CASES),
    ("copying", copying::CASES),
    ("restart", restart::CASES),
    ("sync", sync::CASES),
    ("async_io", async_io::CASES),
    ("splice", splice::CASES),
    ("uring", uring::CASES),
    ("aio", aio::CASES),
    ("meanwhile", meanwhile::CASES),
    ("programs", programs::CASES),
    ("cwd", cwd::CASES),
];

/// A table of cases from the functions of that name.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub const CASES: &[(&str, crate::cases::Case)] = &[$((stringify!($name), $name)),*];
    };
}
use cases;
