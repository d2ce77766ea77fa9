// SPDX-License-Identifier: GPL-2.0

//! The tests of `tests/kunit`, which run inside a kernel with KUnit. Each is a test here, too, and passes if
//! KUnit reports `ok`.
//!
//! A kernel without KUnit, as distributions have it, skips them.

mod run;

use crate::runner::test::Tests;

/// Names of suites and their tests, as the lists of the kernel's module have them.
type Suites = &'static [(&'static str, &'static [&'static str])];

macro_rules! expect {
    ($list:ident, $($suite:ident { $($test:ident),+ $(,)? })+) => {
        const $list: Suites = &[$((stringify!($suite), &[$(stringify!($test)),+])),+];
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

/// A test for each case, and tests of the whole run.
pub fn tests() -> Tests {
    let all = [PURE, WRAPPERS].concat();
    let each = all
        .iter()
        .flat_map(|(suite, tests)| tests.iter().map(|test| (*suite, *test)));
    let each = each
        .map(|(suite, test)| test!(format!("{suite}::{test}"), move || run::expect(suite, test)));
    Tests(each.collect())
        .and(tests![
            every_test_ran_and_no_other,
            the_kernel_has_no_complaint
        ])
        .on(&run::BOARD)
}

fn every_test_ran_and_no_other() {
    run::expect_exactly(&[PURE, WRAPPERS].concat());
}

fn the_kernel_has_no_complaint() {
    run::expect_no_complaint();
}
