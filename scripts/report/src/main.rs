// SPDX-License-Identifier: GPL-2.0

//! Sums up the logs that `scripts/test` leaves: failures first, then what was skipped, then each program,
//! and one closing line. Fails unless something passed and nothing failed.
//!
//! The argument is the directory of the logs. Every test by its name goes to `report` there.

mod log;
mod summary;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use log::Job;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1) else {
        eprintln!("usage: morse-report DIRECTORY");
        return ExitCode::FAILURE;
    };
    let dir = Path::new(&dir);
    match read(dir) {
        Ok(jobs) => {
            let written = fs::write(dir.join("report"), summary::every_test(&jobs));
            print!("{}", summary::text(&jobs));
            if let Err(error) = &written {
                eprintln!("cannot write {}: {error}", dir.join("report").display());
            }
            match summary::is_good(&jobs) && written.is_ok() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("cannot read {}: {error}", dir.display());
            ExitCode::FAILURE
        }
    }
}

/// Reads all logs, in the order of their names.
fn read(dir: &Path) -> std::io::Result<Vec<Job>> {
    let mut paths: Vec<_> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text = fs::read(path)?;
            Ok(Job::parse(
                &path.display().to_string(),
                &String::from_utf8_lossy(&text),
            ))
        })
        .collect()
}
