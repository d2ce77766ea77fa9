// SPDX-License-Identifier: GPL-2.0

//! The adaptive receiver of libcw, to compare with: a program in C, as that is its interface.

use std::io::Write;
use std::path::Path;
use std::process::{
    Command,
    Stdio, //
};
use std::sync::LazyLock;

use crate::cases::operator::Beat;

/// The program; `None` where libcw or a compiler is not installed.
static PROGRAM: LazyLock<Option<String>> = LazyLock::new(|| {
    let program = format!("{}/cw-receive", env!("CARGO_TARGET_TMPDIR"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("libcw/receive.c");
    let built = Command::new("gcc")
        .args(["-O2", "-o", &program])
        .arg(source)
        .arg("-lcw")
        .stderr(Stdio::null())
        .status();
    built
        .is_ok_and(|status| status.success())
        .then_some(program)
});

/// The text that libcw reads.
pub struct Read {
    pub texts: Vec<String>,
    /// How long an edge takes.
    pub edge_ns: u64,
}

/// The text that libcw reads from each of these; `None` if it is not installed.
pub fn read(keyed: &[Vec<Beat>]) -> Option<Read> {
    let program = PROGRAM.as_ref()?;
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built");
    let mut input = child.stdin.take().expect("it is piped");
    let lines: String = keyed.iter().map(|beats| line(beats)).collect();
    // Its output is read meanwhile, or both would wait when a pipe is full.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer
        .join()
        .expect("it does not panic")
        .expect("it reads all");
    assert!(output.status.success(), "{output:?}");
    // Accented letters are in Latin-1.
    let text: String = output.stdout.iter().map(|byte| char::from(*byte)).collect();
    let said = String::from_utf8_lossy(&output.stderr);
    let cost = said.lines().last().and_then(|line| line.parse().ok());
    Some(Read {
        texts: text.lines().map(String::from).collect(),
        edge_ns: cost.expect("the cost of an edge"),
    })
}

/// Lengths in us; the last space is left out, as it has not ended.
fn line(beats: &[Beat]) -> String {
    let lengths = beats.iter().flat_map(|beat| [beat.mark_ns, beat.space_ns]);
    let lengths: Vec<String> = lengths
        .take(2 * beats.len() - 1)
        .map(|ns| (ns / 1000).to_string())
        .collect();
    lengths.join(" ") + "\n"
}
