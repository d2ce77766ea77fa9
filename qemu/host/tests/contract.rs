// SPDX-License-Identifier: GPL-2.0

//! The promises of `/dev/morse` to programs, checked by one of them: `qemu/guest/contract`.
//!
//! All groups share a board in virtual time, whose key is a simulated one.

use crate::boards::KEYLESS;
use crate::fixture::program;
use crate::runner::test::Tests;

const GROUPS: [&str; 18] = [
    "encoding", "blocking", "signals", "poll", "fsync", "ioctl", "file", "writers", "settings",
    "unbind", "module", "read", "waiting", "pulses", "lost", "gaps", "gone", "copying",
];

/// A test for each group of cases, and one that knows if a group is missing here.
pub fn tests() -> Tests {
    let groups = GROUPS.map(|group| test!(group, move || run(group)));
    Tests(groups.into())
        .and(tests![every_group_is_run])
        .on(&KEYLESS)
}

fn run(group: &str) {
    KEYLESS.with(|board| {
        note!("{}", program(board, &["contract", "run", group])?);
        Ok(())
    });
}

fn every_group_is_run() {
    KEYLESS.with(|board| {
        for case in program(board, &["contract", "list"])?.lines() {
            let group = case.split("::").next().expect("a first part");
            assert!(GROUPS.contains(&group), "{case} is never run");
        }
        Ok(())
    });
}
