// SPDX-License-Identifier: GPL-2.0

//! KUnit suites made of plain functions.
//!
//! `#[kunit_tests]` of the `kernel` crate makes a suite of the `#[test]` functions of an inline module, which
//! then run in a kernel only. [`kunit_suite!`] takes functions by path, so the tests of code that is
//! independent of the kernel run under cargo, too.
//!
//! A test fails by a panic, as under cargo, with the same message. In the kernel a panic is a BUG, which ends
//! the thread of the test; KUnit then reports `not ok` and starts the next test. So the kernel must not be
//! booted with `oops=panic`.
//!
//! C header: [`include/kunit/test.h`](srctree/include/kunit/test.h)

use super::context::{
    Context,
    Sleepable, //
};

/// Makes a KUnit suite of tests, each a `fn(&Sleepable)`, which may sleep.
///
/// `tests/kunit/morse_kunit.rs` makes one of each list of cases.
#[macro_export]
macro_rules! kunit_suite {
    ($suite:ident { $($test:ident: $run:expr),+ $(,)? }) => {
        const _: () = {
            $(extern "C" fn $test(_test: *mut ::kernel::bindings::kunit) {
                // SAFETY: Only KUnit calls this function, on a thread of its own that holds no lock.
                unsafe { $crate::linux::kunit::run($run) };
            })+

            static mut TESTS: [::kernel::bindings::kunit_case;
                [$(::core::stringify!($test)),+].len() + 1] = [
                $(::kernel::kunit::kunit_case(
                    ::kernel::c_str!(::core::stringify!($test)),
                    $test,
                ),)+
                // Terminates the list.
                ::pin_init::zeroed(),
            ];
            ::kernel::kunit_unsafe_test_suite!($suite, TESTS);
        };
    };
}

/// Runs a test; for [`kunit_suite!`].
///
/// # Safety
///
/// Called on a kernel thread that holds no lock.
pub unsafe fn run(test: fn(&Sleepable)) {
    // SAFETY: By the safety requirements, sleeping is allowed.
    test(&unsafe { Sleepable::enter() });
}
