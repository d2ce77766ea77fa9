// SPDX-License-Identifier: GPL-2.0

//! Measures every mechanism that defers work, on boards of both clocks, and prints the figures that
//! `Documentation/choosing.md` shows.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use morse_board::latency::{Table, NAMES};
use morse_board::{Board, Config, Options, Time};

/// Measures the mechanisms that defer work: mean / 99 of 100 / maximum of so many times each
#[derive(Parser)]
#[command(name = "morse-latency")]
struct Arguments {
    /// How often each is measured
    #[arg(default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
}

fn measure(time: Time, rounds: u32) -> Result<Table, Box<dyn Error>> {
    let mut board = Board::boot(&Config::from_env()?, Options::new(time))?;
    board.run("insmod latency.ko")?;
    let table = Table::measure(&mut board, rounds)?;
    board.run("rmmod latency")?;
    board.check_log()?;
    Ok(table)
}

fn main() -> ExitCode {
    let Arguments { rounds } = Arguments::parse();
    let tables = measure(Time::Virtual, rounds).and_then(|exact| {
        let real = measure(Time::Real, rounds)?;
        Ok((exact, real))
    });
    match tables {
        Ok((exact, real)) => {
            println!("{:<24}{:<32}real time", "", "virtual time");
            for name in NAMES {
                let [exact, real] = [&exact, &real].map(|table| table.row(name).to_string());
                println!("{name:<24}{exact:<32}{real}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("morse-latency: {error}");
            ExitCode::FAILURE
        }
    }
}
