// SPDX-License-Identifier: GPL-2.0

//! KUnit suites of functions, wherever those are written.
//!
//! `#[kunit_tests]` of the kernel crate makes a suite of an inline module's `#[test]` functions, which then
//! are tests of a kernel only. [`kunit_suite!`] takes any functions instead, so that tests of code which
//! knows no kernel run under cargo as well.
//!
//! A test fails by panicking, as it does under cargo, and says why as it does there. In a kernel that is
//! a BUG, and ends the thread that KUnit made for the test; KUnit sees that, reports `not ok`, and goes
//! on with the next one. So a kernel that runs tests must not be told to panic at an oops.
//!
//! C header: [`include/kunit/test.h`](srctree/include/kunit/test.h)

use super::context::{
    Context,
    Sleepable, //
};

/// Makes a suite of KUnit of tests, each of which is a `fn(&Sleepable)` and may sleep.
///
/// # Examples
///
/// ```ignore
/// kunit_suite!(alphabet { sends: |_| cases::sends(), waits: wrappers::waits });
/// ```
#[macro_export]
macro_rules! kunit_suite {
    ($suite:ident { $($test:ident: $run:expr),+ $(,)? }) => {
        const _: () = {
            $(extern "C" fn $test(_test: *mut ::kernel::bindings::kunit) {
                // SAFETY: Only KUnit knows this function, and calls it on a thread that it made for it.
                unsafe { $crate::linux::kunit::run($run) };
            })+

            static mut TESTS: [::kernel::bindings::kunit_case;
                [$(::core::stringify!($test)),+].len() + 1] = [
                $(::kernel::kunit::kunit_case(
                    ::kernel::c_str!(::core::stringify!($test)),
                    $test,
                ),)+
                // The end.
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
