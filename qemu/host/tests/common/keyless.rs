// SPDX-License-Identifier: GPL-2.0

//! Boards whose device has no wired key, so that programs of the guest can press a simulated one.

use std::time::Duration;

use morse_board::driver::WITHOUT_KEY;
use morse_board::{Board, Config, Options, Result};

/// These boards run for long, beside whatever else the host does.
const BOOT_LIMIT: Duration = Duration::from_secs(600);

/// Runs a test on a board, and checks that it left no module, no leak and no complaint behind.
pub fn on_board(board: &mut Board, test: impl FnOnce(&mut Board) -> Result<()>) -> Result<()> {
    test(board)?;
    board.run("! lsmod | grep -q '^morse ' || rmmod morse")?;
    board.check_leaks()?;
    board.check_log()
}

/// Boots a board without a wired key.
pub fn boot(options: Options) -> Result<Board> {
    let config = Config::from_env()?;
    assert!(
        config.guest.is_some(),
        "MORSE_GUEST is not set; run this through make test"
    );
    let options = options
        .optional_device_tree(WITHOUT_KEY)
        .boot_limit(BOOT_LIMIT);
    Board::boot(&config, options)
}

/// Runs a program that must succeed, and tells what it told.
pub fn program(board: &mut Board, command: &str, limit: Duration) -> Result<String> {
    let said = board.execute(command, limit)?.success(command)?;
    print!("{said}");
    Ok(said)
}
