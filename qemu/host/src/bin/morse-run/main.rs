// SPDX-License-Identifier: GPL-2.0

//! Boots the board with the driver on it: sends a message and prints the lamp's text, or gives the
//! user the shell.

mod arguments;
mod events;
mod exercise;
mod farewell;
mod gdb;
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

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use morse_board::activity;
use morse_board::diagram::lanes;
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
    if let Some(number) = arguments.exercise() {
        return exercise::check(number);
    }
    let task = arguments.task()?;
    let config = Config::from_env()?;
    eprintln!("booting {} ({}) ...", config.release, config.machine.arch);
    let mut options = Options::new(arguments.time()?);
    if task == Task::Shell && link::is_possible(&config) {
        options = options.link();
    }
    if arguments.gdb() {
        options = options.gdb(&gdb::socket());
    }
    let mut board = Board::boot(&config, options)?;
    board.run("insmod morse.ko")?;
    if arguments.gdb() {
        gdb::prepare(&mut board, &config)?;
    }
    let timeline = arguments.timeline();
    if timeline.is_some() {
        board.run(&activity::start_command())?;
    }
    match task {
        Task::Send(text) => {
            let result = send::send(&mut board, &config, &text, arguments.diagram());
            if let Some(path) = timeline {
                draw(path, &board.run(&activity::stop_command())?)?;
            }
            result
        }
        Task::Shell => {
            let settings = interactive::Settings {
                hands_on: arguments.hands_on()?,
                timeline,
            };
            interactive::interact(&mut board, &config, &settings)
        }
    }
}

/// Draws a recording of handlers.
fn draw(path: &Path, recording: &str) -> Result<(), String> {
    let activities = activity::parse(recording);
    fs::write(path, lanes::draw("The last moments", &activities))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    println!("timeline: {}", path.display());
    Ok(())
}
