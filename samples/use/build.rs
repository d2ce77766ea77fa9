// SPDX-License-Identifier: GPL-2.0

//! Turns the driver's C header into Rust, as the driver's own build does.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

fn main() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/uapi/linux/morse.h");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("morse.rs");
    println!("cargo::rerun-if-changed={}", header.display());
    println!("cargo::rerun-if-changed=build.rs");

    // Types of a fixed width: the headers of the build machine serve every target. The checks of
    // sizes and offsets that bindgen adds prove it for the one that is built.
    let status = Command::new("bindgen")
        .arg(&header)
        .args([
            "--with-derive-default",
            "--no-prepend-enum-name",
            "--allowlist-file",
            ".*/morse\\.h",
            // Requests are macros.
            "--clang-macro-fallback",
            "--clang-macro-fallback-build-dir",
        ])
        .arg(out.with_file_name(""))
        .arg("-o")
        .arg(&out)
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("bindgen failed: {status}"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            panic!("there is no bindgen here; build through scripts/board or scripts/tools run")
        }
        Err(error) => panic!("cannot run bindgen: {error}"),
    }
}
