// SPDX-License-Identifier: GPL-2.0

//! The figures that `Documentation/choosing.md` and `samples/README.md` show.

use morse_board::latency::{Table, NAMES};
use morse_board::{Board, Result};

use crate::boards::VIRTUAL;
use crate::fixture::skip;
use crate::runner::test::Tests;

use super::readme::block;
use super::with;

/// The tests here.
pub fn tests() -> Tests {
    tests![with => the_figures_for_choosing_are_those_of_this_kernel].on(&VIRTUAL)
}

const DOCUMENT: &str = include_str!("../../../../Documentation/choosing.md");
const ROUNDS: u32 = 200;

/// The mean in ns that the row of `name` shows, in microseconds.
fn documented(name: &str) -> f64 {
    let row = DOCUMENT
        .lines()
        .find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")))
        .unwrap_or_else(|| panic!("{name} is not documented"));
    let mean_us: f64 = row
        .split('|')
        .find_map(|cell| cell.trim().strip_suffix(" us")?.parse().ok())
        .unwrap_or_else(|| panic!("no figure in {row:?}"));
    mean_us * 1e3
}

/// In virtual time they are nearly the same in every run on the same kernel; a compiler or a release
/// that changes them by much is a reason to print them anew, by `scripts/choosing`.
fn the_figures_for_choosing_are_those_of_this_kernel(board: &mut Board) -> Result<()> {
    let kernel = board.run("uname -mr")?;
    let is_stock = kernel.starts_with("7.3.") && kernel.ends_with("+deb13-arm64 aarch64\n");
    if !is_stock {
        skip(&format!(
            "documented for another kernel than {}",
            kernel.trim()
        ));
        return Ok(());
    }
    board.run("insmod latency.ko")?;
    let shown = Table::parse(&block("latency")).expect("the documented form");
    let table = Table::measure(board, ROUNDS)?;
    board.run("rmmod latency")?;
    for name in NAMES {
        let row = table.row(name);
        note!("{name}: {row}");
        let measured = row.mean_ns as f64;
        for documented in [documented(name), shown.row(name).mean_ns as f64] {
            // A quarter, and two ticks of the clock.
            let slack = documented / 4.0 + 32.0;
            assert!(
                (documented - measured).abs() <= slack,
                "{name}: {documented} ns is documented, {measured} ns is measured"
            );
        }
    }
    Ok(())
}
