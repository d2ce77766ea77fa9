// SPDX-License-Identifier: GPL-2.0

//! The program; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    morse_contract::run(&words).unwrap_or_else(|error| {
        eprintln!("contract: {error}");
        ExitCode::FAILURE
    })
}
