// SPDX-License-Identifier: GPL-2.0

//! Sends a message and prints the lamp's text.

use std::error::Error;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use morse_board::{line, transmission, Board, Config, Pace};

/// Columns of the timing line where there is no terminal to ask.
const COLUMNS: u16 = 80;

/// Sends a text; successful only if the lamp showed it, in time, and the kernel had nothing to
/// complain of.
pub fn send(
    board: &mut Board,
    config: &Config,
    text: &str,
    diagram: Option<&Path>,
) -> Result<ExitCode, Box<dyn Error>> {
    let pace = Pace::DEFAULT;
    let sending = transmission::send(board, text, pace)?;
    let columns = match io::stdout().is_terminal() {
        true => ratatui::crossterm::terminal::size().map_or(COLUMNS, |(columns, _)| columns),
        false => COLUMNS,
    };
    println!(
        "{}",
        line::draw(
            &sending.timeline,
            &sending.seen,
            pace.unit_ns,
            columns.into()
        )
    );
    println!("{sending}");
    println!(
        "kernel: {} ({}), booted in {:.1} s",
        config.release,
        config.machine.arch,
        board.boot_time().as_secs_f64()
    );
    if let Some(path) = diagram {
        let svg = morse_board::diagram::draw(&sending);
        fs::write(path, svg)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("diagram: {}", path.display());
    }
    board.check_log()?;
    if !sending.agrees() {
        return Err("the lamp showed another text than the one sent".into());
    }
    if !sending.is_good() {
        return Err("the lamp showed the text, but not within the time bound".into());
    }
    Ok(ExitCode::SUCCESS)
}
