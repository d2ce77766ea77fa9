// SPDX-License-Identifier: GPL-2.0

//! The board's device tree: the machine's own, dumped by QEMU, with the board's addition after it.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// Makes the device tree blob for a machine.
///
/// `machine_args` are QEMU's arguments as the board is going to be started with, as serial ports
/// and memory show in the tree; `addition` is device tree source put after the machine's.
///
/// # Errors
///
/// [`Error::Program`] when QEMU or dtc is missing, [`Error::Tool`] with its message when one of
/// them fails.
pub fn build(
    qemu: &str,
    machine: &str,
    machine_args: &[String],
    addition: &str,
) -> Result<Vec<u8>> {
    let dump = tempfile::NamedTempFile::new().map_err(Error::io("cannot make a temporary file"))?;
    let path = dump.path().display();
    // Random seeds in the tree would make every boot another one.
    let machine = format!("{machine},dtb-randomness=off,dumpdtb={path}");
    let mut command = Command::new(qemu);
    command.args(["-machine", &machine]).args(machine_args);
    filter(command, &[])?;

    let mut decompile = Command::new("dtc");
    decompile
        .args(["-q", "-I", "dtb", "-O", "dts"])
        .arg(dump.path());
    let mut source = filter(decompile, &[])?;
    source.extend_from_slice(addition.as_bytes());

    let mut compile = Command::new("dtc");
    compile.args(["-q", "-I", "dts", "-O", "dtb"]);
    filter(compile, &source)
}

/// Runs a program with the given standard input and returns its standard output.
fn filter(mut command: Command, input: &[u8]) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| Error::Program {
            program: program.clone(),
            source,
        })?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // A program that fails early does not read all its input; its exit status reports that.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
    .map_err(Error::io(format!("cannot run {program}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::Tool { program, message })
}
