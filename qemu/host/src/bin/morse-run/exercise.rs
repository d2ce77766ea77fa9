// SPDX-License-Identifier: GPL-2.0

//! Checks an exercise of `samples/exercises` on a board of its own.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use morse_board::exercise::Exercise;
use morse_board::{Board, Config, Options, Time};

/// Checks the exercise with this number, and tells the result in one line. A handler that would freeze the board is
/// found before that boots.
pub fn check(number: &str) -> Result<ExitCode, Box<dyn Error>> {
    let exercises = Exercise::all()?;
    let chosen = number
        .parse::<usize>()
        .ok()
        .and_then(|number| exercises.get(number.checked_sub(1)?));
    let Some(exercise) = chosen else {
        let names: Vec<String> = exercises.iter().map(Exercise::name).collect();
        return Err(format!(
            "N is the number of an exercise, such as `make exercise N=1`; there are {}",
            names.join(", ")
        )
        .into());
    };
    let readme = format!("samples/exercises/{}/README.md", exercise.name());
    let file = match env::var_os("SOLUTION").is_some_and(|solution| !solution.is_empty()) {
        true => "solution.rs",
        false => "exercise.rs",
    };
    let path = exercise.directory.join(file);
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let shown = Path::new("samples/exercises")
        .join(exercise.name())
        .join(file);
    if let Some(finding) = morse_lint::check(&[(&shown, &text)])?.first() {
        println!("wrong: {finding}");
        return Ok(ExitCode::FAILURE);
    }
    eprintln!("{}: booting a board ...", exercise.name());
    let mut board = Board::boot(&Config::from_env()?, Options::new(Time::Virtual))?;
    let verdict = exercise.check(&mut board)?;
    for line in &verdict.log {
        println!("    {line}");
    }
    let Some(mismatch) = verdict.mismatch else {
        let next = match exercises.get(exercise.number) {
            Some(next) => format!(
                "next: samples/exercises/{}/README.md, make exercise N={}",
                next.name(),
                next.number
            ),
            None => "that was the last one; Documentation/choosing.md sums up".to_owned(),
        };
        println!("right: the log is that of {readme}; {next}");
        return Ok(ExitCode::SUCCESS);
    };
    println!("wrong: {mismatch}");
    println!("the task, and a hint: {readme}");
    Ok(ExitCode::FAILURE)
}
