// SPDX-License-Identifier: GPL-2.0

//! The board whose key is pressed from inside, and how the tests do that.

use morse_board::{Board, Result};

use crate::boards::KEYLESS;
use crate::fixture::long;

/// Longer than a session lasts after its last edge.
pub const QUIET: &str = "sleep 6";

/// Runs a test in virtual time on a board with an LED and a simulated key, for each mechanism with the
/// module loaded, and checks that it left no complaint behind.
pub fn with_each(test: impl Fn(&mut Board) -> Result<()>) {
    KEYLESS.with_each(test);
}

/// As [`with_each`], for one mechanism.
pub fn with(mechanism: &str, test: impl FnOnce(&mut Board) -> Result<()>) {
    note!("softirq={mechanism}:");
    KEYLESS.with_driver(&format!("softirq={mechanism}"), test);
}

/// Runs `command`, which may take long, while a reader reads, and returns the text that it read.
pub fn read_while(board: &mut Board, command: &str) -> Result<String> {
    let command = format!(
        "cat /dev/morse > /tmp/text & {command}; status=$?; kill %1; cat /tmp/text; exit $status"
    );
    long(board, &command)
}

/// As [`with`], for the usual mechanism.
pub fn with_bh(test: impl FnOnce(&mut Board) -> Result<()>) {
    with("bh", test);
}
