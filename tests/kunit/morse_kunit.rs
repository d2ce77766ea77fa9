// SPDX-License-Identifier: GPL-2.0

//! Tests that run inside a kernel with KUnit: loading this module runs them.
//!
//! The pure code is tested by the very cases that run on the host (`tests/code/cases`), the wrappers of
//! `src/linux` by those of `wrappers/`: each shows what its wrapper promises. The results are in the
//! kernel's log, as KTAP; `qemu/host/tests/kunit` reads them.
//!
//! The kernel has to be told `kunit.enable=1 kunit.autorun=1`, and nothing of panicking at an oops (`linux::kunit`).

pub mod linux;

#[path = "../../src/code/mod.rs"]
pub mod code;

#[path = "../code/cases/mod.rs"]
mod cases;

mod wrappers;

use kernel::prelude::*;

module! {
    type: MorseKunit,
    name: "morse_kunit",
    authors: ["The morse authors"],
    description: "KUnit tests of the morse driver",
    license: "GPL v2",
}

/// KUnit runs the suites when the module is there; it has nothing to do itself.
struct MorseKunit;

impl kernel::Module for MorseKunit {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        Ok(Self)
    }
}

macro_rules! suites {
    ($($suite:ident { $($case:ident),+ $(,)? })+) => {
        $(kunit_suite!($suite {
            $($case: |_| crate::cases::$suite::$case()),+
        });)+
    };
}

include!("../code/cases/all.rs");

macro_rules! wrapper_suites {
    ($($suite:ident { $($case:ident),+ $(,)? })+) => {
        $(kunit_suite!($suite {
            $($case: crate::wrappers::$suite::$case),+
        });)+
    };
}

include!("wrappers/all.rs");
