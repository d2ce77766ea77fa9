// SPDX-License-Identifier: GPL-2.0

//! Commands for gdb, which attaches to the kernel of the board.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use morse_board::{Board, Config};

/// The directory of the socket and the commands, and the variable that names another one.
const DIRECTORY_SETTING: &str = "MORSE_GDB";
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../build");
/// The sections of a module that have names for gdb.
const SECTIONS: [&str; 4] = [".text", ".data", ".bss", ".rodata"];

fn directory() -> PathBuf {
    let directory = env::var_os(DIRECTORY_SETTING).map_or_else(|| DIRECTORY.into(), PathBuf::from);
    fs::canonicalize(&directory).unwrap_or(directory)
}

/// Where gdb attaches.
pub fn socket() -> PathBuf {
    directory().join("gdb.socket")
}

/// Writes the commands by which gdb finds the kernel, the driver, and their names, and tells how to use them.
pub fn prepare(board: &mut Board, config: &Config) -> Result<(), Box<dyn Error>> {
    let mut commands = String::new();
    let kernel = config.vmlinuz.with_file_name("build").join("vmlinux");
    match kernel.exists() {
        true => commands += &format!("file {}\n", kernel.display()),
        false => eprintln!(
            "gdb: Debian's kernel has no symbols; with FLAVOUR=sanitizer its names are there, too"
        ),
    }
    commands += &format!("target remote {}\n", socket().display());
    let module = fs::canonicalize(config.module_dir.join("morse.ko"))?;
    commands += &add_symbols(board, &module)?;
    let file = directory().join("gdb.commands");
    fs::write(&file, commands)
        .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    println!(
        "In another terminal: scripts/tools run gdb-multiarch -x {}",
        file.display()
    );
    println!("The board stops when gdb attaches; `continue` there lets it run.\n");
    Ok(())
}

/// The command that tells gdb where the module is.
fn add_symbols(board: &mut Board, module: &Path) -> Result<String, morse_board::Error> {
    let mut command = format!("add-symbol-file {}", module.display());
    for section in SECTIONS {
        let file = format!("/sys/module/morse/sections/{section}");
        let address = board.run(&format!("[ ! -e {file} ] || cat {file}"))?;
        if !address.trim().is_empty() {
            command += &format!(" -s {section} {}", address.trim());
        }
    }
    Ok(command + "\n")
}
