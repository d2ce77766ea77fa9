// SPDX-License-Identifier: GPL-2.0

//! Boots the board with the driver on it: sends a message and prints the lamp's text, or gives the
//! user the shell.

mod arguments;
mod events;
mod farewell;
mod input;
mod interactive;
mod key;
mod output;
mod panel;
mod reading;
mod reload;
mod screen;
mod send;
mod traces;
mod worker;

use std::process::ExitCode;

use clap::Parser;
use morse_board::{link, Board, Config, Options};

use arguments::{Arguments, Task};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("morse-run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if arguments.reload() {
        return Ok(match worker::reload()? {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        });
    }
    let task = arguments.task()?;
    let config = Config::from_env()?;
    eprintln!("booting {} ({}) ...", config.release, config.machine.arch);
    let mut options = Options::new(arguments.time()?);
    if task == Task::Shell && link::is_possible(&config) {
        options = options.link();
    }
    let mut board = Board::boot(&config, options)?;
    board.run("insmod morse.ko")?;
    match task {
        Task::Send(text) => send::send(&mut board, &config, &text, arguments.diagram()),
        Task::Shell => interactive::interact(&mut board, &config, arguments.hands_on()?),
    }
}
