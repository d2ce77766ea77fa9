// SPDX-License-Identifier: GPL-2.0

//! Tests of `src/code` on the host: the cases that KUnit runs, too, and tests that need a host.

#![cfg(not(loom))]

mod properties;

/// The path by which the cases find the code under test; in the kernel it is a module of the same crate.
use morse_code as code;

mod cases;

macro_rules! suites {
    ($($suite:ident { $($case:ident),+ $(,)? })+) => {
        $(mod $suite {
            $(#[test]
            fn $case() {
                crate::cases::$suite::$case();
            })+
        })+
    };
}

include!("cases/all.rs");
