// SPDX-License-Identifier: GPL-2.0

//! The tests of the workspace's crates, as cargo finds them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{process, top, Trial};

/// A program of tests.
struct Program {
    name: String,
    directory: PathBuf,
    path: String,
}

/// Builds all programs of tests, and lists them.
fn programs() -> Vec<Program> {
    let output = Command::new("cargo")
        .args([
            "test",
            "--quiet",
            "--workspace",
            "--no-run",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(top())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo is in the tool root");
    assert!(
        output.status.success(),
        "the crates do not build (see above)"
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| program(&message)).collect()
}

fn program(message: &Value) -> Option<Program> {
    if message["profile"]["test"] != true {
        return None;
    }
    let manifest = Path::new(message["manifest_path"].as_str()?);
    Some(Program {
        name: message["target"]["name"].as_str()?.to_owned(),
        directory: manifest.parent()?.to_owned(),
        path: message["executable"].as_str()?.to_owned(),
    })
}

/// A trial for each test of each program.
pub fn trials() -> Vec<Trial> {
    programs().iter().flat_map(tests).collect()
}

fn tests(program: &Program) -> Vec<Trial> {
    let output = Command::new(&program.path)
        .args(["--list", "--format", "terse"])
        .current_dir(&program.directory)
        .output()
        .expect("cargo has built it");
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    names
        .map(|test| {
            let (directory, path, test) = (
                program.directory.clone(),
                program.path.clone(),
                test.to_owned(),
            );
            Trial::new(format!("{}::{test}", program.name), move || {
                process::succeeds(&directory, &[&path, "--exact", &test], &[]);
            })
        })
        .collect()
}

/// A trial for the examples of each crate that has some.
pub fn examples() -> Vec<Trial> {
    ["morse-board", "morse-code", "morse-use"]
        .map(|package| {
            Trial::new(format!("docs::{package}"), move || {
                process::succeeds(
                    top(),
                    &["cargo", "test", "--quiet", "--doc", "--package", package],
                    &[],
                );
            })
        })
        .into()
}
