// SPDX-License-Identifier: GPL-2.0

//! What `/dev/morse` promises to programs, checked by one of them: `qemu/contract`.

use crate::fixture::{program, with_board};

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
            with_board(|board| {
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

groups![encoding, blocking, signals, poll, fsync, ioctl, file, writers, settings, unbind, module,];

fn run(group: &str) {
    with_board(|board| {
        print!("{}", program(board, &["contract", "run", group])?);
        Ok(())
    });
}
