// SPDX-License-Identifier: GPL-2.0

//! Tests that run inside a kernel with KUnit: loading this module runs them.
//!
//! The cases of `tests/code/cases`, which run on the host, too, test `src/code`; those of `wrappers/` test the
//! documented behaviour of `src/linux`. The results are in the kernel log as KTAP, which
//! `qemu/host/tests/kunit` reads.
//!
//! The kernel is booted with `kunit.enable=1 kunit.autorun=1` and without `oops=panic` (see `linux::kunit`).

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

/// The module. KUnit runs its suites when it is loaded.
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
