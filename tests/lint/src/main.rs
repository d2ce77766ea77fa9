// SPDX-License-Identifier: GPL-2.0

//! Checks the files and directories that are given, each on its own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let mut good = true;
    for argument in env::args_os().skip(1) {
        match findings(Path::new(&argument)) {
            Ok(findings) => {
                good &= findings.is_empty();
                findings.iter().for_each(|finding| println!("{finding}"));
            }
            Err(error) => {
                good = false;
                eprintln!("{error}");
            }
        }
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn findings(path: &Path) -> Result<Vec<morse_lint::Finding>, String> {
    let mut files = Vec::new();
    collect(path, &mut files).map_err(|error| format!("{}: {error}", path.display()))?;
    let files: Vec<(&Path, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_path(), text.as_str()))
        .collect();
    morse_lint::check(&files)
}

fn collect(path: &Path, files: &mut Vec<(PathBuf, String)>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.is_dir() || path.extension().is_some_and(|end| end == "rs") {
                collect(&path, files)?;
            }
        }
        return Ok(());
    }
    files.push((path.to_owned(), fs::read_to_string(path)?));
    Ok(())
}
