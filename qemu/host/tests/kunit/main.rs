// SPDX-License-Identifier: GPL-2.0

//! The tests that run inside a kernel with KUnit, those of `tests/kunit`: each is one here as well, and
//! passes if KUnit says `ok`.
//!
//! A kernel without KUnit, as distributions have it, skips them.

mod run;

/// Names of suites and their tests, as the lists of the kernel's module have them.
type Suites = &'static [(&'static str, &'static [&'static str])];

macro_rules! expect {
    ($list:ident, $($suite:ident { $($test:ident),+ $(,)? })+) => {
        const $list: Suites = &[$((stringify!($suite), &[$(stringify!($test)),+])),+];
        $(mod $suite {
            $(#[test]
            #[ignore = "needs a board: make test"]
            fn $test() {
                crate::run::expect(stringify!($suite), stringify!($test));
            })+
        })+
    };
}

macro_rules! suites {
    ($($suites:tt)+) => { expect!(PURE, $($suites)+); };
}

macro_rules! wrapper_suites {
    ($($suites:tt)+) => { expect!(WRAPPERS, $($suites)+); };
}

include!("../../../../tests/code/cases/all.rs");
include!("../../../../tests/kunit/wrappers/all.rs");

#[test]
#[ignore = "needs a board: make test"]
fn every_test_ran_and_no_other() {
    run::expect_exactly(&[PURE, WRAPPERS].concat());
}

#[test]
#[ignore = "needs a board: make test"]
fn the_kernel_has_no_complaint() {
    run::expect_no_complaint();
}
