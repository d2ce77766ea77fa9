// SPDX-License-Identifier: GPL-2.0

//! The guest's root file system: an initramfs, made in memory without privileges.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use cpio::newc;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::modules::{self, File, Module};

/// Where the modules under test are in the guest: the home of its user, so that `insmod morse.ko`
/// finds it.
pub const HOME: &str = "root";
/// Makes the lamp's controller in the guest of a machine that has none.
pub(crate) const SIMULATED_GPIO: &str = "/etc/gpio";
/// Where the programs of [`crate::config::GUEST`] are in the guest, which is in its `PATH`.
const PROGRAMS: &str = "usr/local/bin";

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// Device number of `/dev/console`, the one node that the kernel opens before the guest can make
/// nodes.
const CONSOLE: (u32, u32) = (5, 1);

const DIRECTORIES: &[&str] = &[
    "bin",
    "dev",
    "etc",
    "lib",
    "lib/modules",
    "proc",
    "root",
    "run",
    "sbin",
    "sys",
    "tmp",
    "usr",
    "usr/bin",
    "usr/local",
    "usr/local/bin",
    "usr/sbin",
];

/// A cpio archive in the form that the kernel unpacks.
pub(crate) struct Archive {
    out: Vec<u8>,
    entries: u32,
}

impl Archive {
    pub(crate) fn new() -> Self {
        Archive {
            out: Vec::new(),
            entries: 0,
        }
    }

    fn entry(&mut self, name: &str, mode: u32, device: (u32, u32), data: &[u8]) -> io::Result<()> {
        self.entries += 1;
        let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut writer = newc::Builder::new(name)
            // Equal inode numbers would be hard links of each other.
            .ino(self.entries)
            .mode(mode)
            .nlink(1)
            .rdev_major(device.0)
            .rdev_minor(device.1)
            .write(&mut self.out, length);
        writer.write_all(data)?;
        writer.finish()?;
        Ok(())
    }

    pub(crate) fn directory(&mut self, name: &str) -> io::Result<()> {
        self.entry(name, DIRECTORY | 0o755, (0, 0), &[])
    }

    pub(crate) fn file(&mut self, name: &str, permissions: u32, data: &[u8]) -> io::Result<()> {
        self.entry(name, REGULAR | permissions, (0, 0), data)
    }

    pub(crate) fn symlink(&mut self, name: &str, target: &str) -> io::Result<()> {
        self.entry(name, SYMLINK | 0o777, (0, 0), target.as_bytes())
    }

    pub(crate) fn device(&mut self, name: &str, device: (u32, u32)) -> io::Result<()> {
        self.entry(name, CHARACTER_DEVICE | 0o600, device, &[])
    }

    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        newc::trailer(self.out)
    }
}

/// Makes the guest's root file system.
///
/// `stock` are modules of the kernel that the guest must be able to load with `modprobe`, `files`
/// are further files (path without leading `/`, content), which are executable.
///
/// # Errors
///
/// [`Error::Io`] when a file cannot be read, [`Error::Module`] when a module is missing, or one
/// under test was built for another kernel.
pub fn build(config: &Config, stock: &[&str], files: &[File]) -> Result<Vec<u8>> {
    let programs = match &config.guest {
        Some(dir) => read_programs(dir)?,
        None => Vec::new(),
    };
    let busybox = fs::read(&config.busybox).map_err(Error::file("read", &config.busybox))?;
    let stock = match &config.modules {
        Some(dir) => modules::with_dependencies(dir, &config.release, stock)?,
        None => Vec::new(),
    };
    let tested = modules::built_for(&config.module_dir, &config.release)?;
    pack(config, &busybox, &stock, &tested, &programs, files)
        .map_err(Error::io("cannot make the guest image"))
}

fn pack(
    config: &Config,
    busybox: &[u8],
    stock: &[File],
    tested: &[Module],
    programs: &[File],
    files: &[File],
) -> io::Result<Vec<u8>> {
    let mut archive = Archive::new();
    for directory in DIRECTORIES {
        archive.directory(directory)?;
    }
    archive.device("dev/console", CONSOLE)?;
    archive.file("bin/busybox", 0o755, busybox)?;
    archive.symlink("bin/sh", "busybox")?;
    archive.symlink("init", "bin/busybox")?;
    archive.file("etc/inittab", 0o644, inittab(config).as_bytes())?;
    archive.file("etc/rc", 0o755, include_bytes!("../../guest/image/rc"))?;
    archive.file(
        SIMULATED_GPIO.trim_start_matches('/'),
        0o755,
        include_bytes!("../../guest/image/gpio"),
    )?;
    archive.file(
        "etc/shell",
        0o755,
        include_bytes!("../../guest/image/shell"),
    )?;
    archive.file(
        "etc/profile",
        0o644,
        include_bytes!("../../guest/image/profile"),
    )?;

    let home = format!("lib/modules/{}", config.release);
    archive.directory(&home)?;
    let mut made = BTreeSet::new();
    for (path, content) in stock {
        for directory in path.match_indices('/').map(|(end, _)| &path[..end]) {
            if made.insert(directory) {
                archive.directory(&format!("{home}/{directory}"))?;
            }
        }
        archive.file(&format!("{home}/{path}"), 0o644, content)?;
    }
    for module in tested {
        archive.file(&format!("{HOME}/{}.ko", module.name), 0o644, &module.image)?;
    }
    for (name, image) in programs {
        archive.file(&format!("{PROGRAMS}/{name}"), 0o755, image)?;
    }
    for (path, content) in files {
        archive.file(path, 0o755, content)?;
    }
    archive.finish()
}

/// The table of busybox's init: it mounts the file systems once, and restarts the shell whenever it exits.
fn inittab(config: &Config) -> String {
    let tty = config.machine.shell_tty;
    format!("::sysinit:/etc/rc\n{tty}::respawn:/etc/shell\n")
}

fn read_programs(dir: &Path) -> Result<Vec<File>> {
    let mut programs = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::file("read", dir))? {
        let path = entry.map_err(Error::file("read", dir))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.is_file() {
            let image = fs::read(&path).map_err(Error::file("read", &path))?;
            programs.push((name.to_owned(), image));
        }
    }
    programs.sort();
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archive_reads_back() {
        let mut archive = Archive::new();
        archive.directory("dev").unwrap();
        archive.device("dev/console", CONSOLE).unwrap();
        archive.file("etc-rc", 0o755, b"hello").unwrap();
        archive.symlink("init", "bin/busybox").unwrap();
        let bytes = archive.finish().unwrap();

        let mut rest = bytes.as_slice();
        let mut names = Vec::new();
        loop {
            let mut entry = newc::Reader::new(rest).unwrap();
            if entry.entry().is_trailer() {
                break;
            }
            let mut data = Vec::new();
            io::Read::read_to_end(&mut entry, &mut data).unwrap();
            let head = entry.entry();
            names.push((head.name().to_owned(), head.mode(), head.rdev_minor(), data));
            rest = entry.finish().unwrap();
        }
        let expected = [
            ("dev", 0o040_755, 0, &b""[..]),
            ("dev/console", 0o020_600, 1, b""),
            ("etc-rc", 0o100_755, 0, b"hello"),
            ("init", 0o120_777, 0, b"bin/busybox"),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, mode, minor, data)| (name.to_string(), *mode, *minor, data.to_vec()))
            .collect();
        assert_eq!(names, expected);
    }
}
