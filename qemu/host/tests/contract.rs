// SPDX-License-Identifier: GPL-2.0
// scripts/test: long

//! What `/dev/morse` promises to programs, checked by one of them: `qemu/guest/contract`.
//!
//! All groups share a board in virtual time, whose key is a simulated one.

use morse_board::driver::WITHOUT_KEY;
use morse_board::fixture::{program, Shared};
use morse_board::{Options, Time};

static BOARD: Shared =
    Shared::new(|| Options::new(Time::Virtual).optional_device_tree(WITHOUT_KEY))
        .needing_programs();

/// A test for each group of cases, and one that knows if a group is missing here.
macro_rules! groups {
    ($($group:ident),* $(,)?) => {
        $(
            #[test]
            #[ignore = "needs a board: make test"]
            fn $group() {
                run(stringify!($group));
            }
        )*

        #[test]
        #[ignore = "needs a board: make test"]
        fn every_group_is_run() {
            BOARD.with(|board| {
                let here = [$(stringify!($group)),*];
                for case in program(board, &["contract", "list"])?.lines() {
                    let group = case.split("::").next().expect("a first part");
                    assert!(here.contains(&group), "{case} is never run");
                }
                Ok(())
            });
        }
    };
}

groups![
    encoding, blocking, signals, poll, fsync, ioctl, file, writers, settings, unbind, module, read,
    waiting, pulses, lost, gaps, gone, copying,
];

fn run(group: &str) {
    BOARD.with(|board| {
        print!("{}", program(board, &["contract", "run", group])?);
        Ok(())
    });
}

#[test]
#[ignore = "needs a board: make test"]
fn zz_nothing_has_leaked() {
    morse_board::fixture::nothing_has_leaked();
}
