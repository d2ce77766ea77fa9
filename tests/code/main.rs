// SPDX-License-Identifier: GPL-2.0

//! The pure code on the host: the cases that the kernel runs as well, and what wants a host.

#![cfg(not(loom))]

mod properties;

/// What the cases call the code under test, which in the kernel is a module beside them.
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
