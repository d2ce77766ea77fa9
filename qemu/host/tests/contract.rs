// SPDX-License-Identifier: GPL-2.0

//! The promises of `/dev/morse` to programs, checked by one of them: `qemu/guest/contract`.

use crate::boards::KEYLESS;
use crate::fixture::LONG;
use crate::ktap;
use crate::runner::test::Tests;

/// A test for each group of cases.
pub fn tests() -> Tests {
    let groups = morse_contract::groups().map(|group| test!(group, move || run(group)));
    Tests(groups.collect()).on(&KEYLESS)
}

fn run(group: &str) {
    KEYLESS.with(|board| ktap::run(board, &format!("contract run {group}"), LONG).map(drop));
}
