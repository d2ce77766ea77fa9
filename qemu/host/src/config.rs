// SPDX-License-Identifier: GPL-2.0

//! The paths of the kernel, the guest's programs and the driver.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::machine::Machine;

/// Directory of the kernel: `vmlinuz`, `release`, `arch` and `modules/`.
pub const KERNEL: &str = "MORSE_KERNEL";
/// A static busybox for the guest.
pub const BUSYBOX: &str = "MORSE_BUSYBOX";
/// Directory that holds `morse.ko`, and those of the samples, at any depth.
pub const MODULE_DIR: &str = "MORSE_MODULE_DIR";
/// Directory of static programs for the guest; may be left out.
pub const GUEST: &str = "MORSE_GUEST";

/// The paths of the kernel, the guest's programs and the driver.
///
/// ```no_run
/// # fn main() -> morse_board::Result<()> {
/// let config = morse_board::Config::from_env()?;
/// println!("kernel {}", config.release);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// The machine that goes with the kernel's architecture.
    pub machine: &'static Machine,
    /// The kernel's release, as `uname -r` gives it.
    pub release: String,
    /// The bootable kernel image.
    pub vmlinuz: PathBuf,
    /// The content of `lib/modules/RELEASE`; a kernel without modules may lack it.
    pub modules: Option<PathBuf>,
    /// A static busybox for the guest.
    pub busybox: PathBuf,
    /// Directory of the modules under test.
    pub module_dir: PathBuf,
    /// Directory of static programs for the guest.
    pub guest: Option<PathBuf>,
}

impl Config {
    /// Reads the settings from the environment.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when a variable is not set or names something that is not there,
    /// [`Error::Architecture`] when the kernel is of an architecture that no board exists for.
    pub fn from_env() -> Result<Self> {
        Self::from_settings(env::var_os)
    }

    /// As [`Config::from_env`], with another source for the variables.
    ///
    /// # Errors
    ///
    /// As [`Config::from_env`].
    pub fn from_settings(get: impl Fn(&'static str) -> Option<OsString>) -> Result<Self> {
        let needed = |setting: &'static str| match get(setting) {
            Some(value) if !value.is_empty() => Ok(PathBuf::from(value)),
            _ => Err(Error::Setting {
                setting,
                problem: "not set".into(),
            }),
        };
        let kernel = needed(KERNEL)?;
        let busybox = file(BUSYBOX, needed(BUSYBOX)?)?;
        let module_dir = directory(MODULE_DIR, needed(MODULE_DIR)?)?;
        let guest = match get(GUEST) {
            Some(value) if !value.is_empty() => Some(directory(GUEST, value.into())?),
            _ => None,
        };
        let modules = Some(kernel.join("modules")).filter(|path| path.is_dir());
        Ok(Config {
            machine: Machine::for_arch(&word(&kernel, "arch")?)?,
            release: word(&kernel, "release")?,
            vmlinuz: file(KERNEL, kernel.join("vmlinuz"))?,
            modules,
            busybox,
            module_dir,
            guest,
        })
    }
}

impl Config {
    /// Whether the kernel's configuration has this line.
    pub fn has_setting(&self, line: &str) -> bool {
        let config = self.vmlinuz.with_file_name("config");
        fs::read_to_string(config).is_ok_and(|text| text.lines().any(|other| other == line))
    }

    /// Whether the kernel is the sanitizer kernel, which `scripts/kernel --flavour sanitizer` builds.
    pub fn has_sanitizers(&self) -> bool {
        self.release.ends_with("-sanitizer")
    }
}

/// Reads a file of the kernel's directory that holds one word.
fn word(kernel: &Path, name: &str) -> Result<String> {
    let path = file(KERNEL, kernel.join(name))?;
    let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(Error::Setting {
            setting: KERNEL,
            problem: format!("{} must hold one word, but holds {text:?}", path.display()),
        });
    }
    Ok(text.to_owned())
}

fn file(setting: &'static str, path: PathBuf) -> Result<PathBuf> {
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::Setting {
        setting,
        problem: format!("there is no file {}", path.display()),
    })
}

fn directory(setting: &'static str, path: PathBuf) -> Result<PathBuf> {
    if path.is_dir() {
        return Ok(path);
    }
    Err(Error::Setting {
        setting,
        problem: format!("there is no directory {}", path.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// A kernel directory as `scripts/` leaves it, without its large content.
    fn kernel(arch: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("arch"), format!("{arch}\n")).unwrap();
        fs::write(dir.path().join("release"), "7.3.4-test\n").unwrap();
        fs::write(dir.path().join("vmlinuz"), "").unwrap();
        fs::write(dir.path().join("busybox"), "").unwrap();
        dir
    }

    fn settings(dir: &Path) -> HashMap<&'static str, OsString> {
        HashMap::from([
            (KERNEL, dir.into()),
            (BUSYBOX, dir.join("busybox").into()),
            (MODULE_DIR, dir.into()),
        ])
    }

    fn config(settings: &HashMap<&'static str, OsString>) -> Result<Config> {
        Config::from_settings(|name| settings.get(name).cloned())
    }

    #[test]
    fn complete() {
        let dir = kernel("arm64");
        let config = config(&settings(dir.path())).unwrap();
        assert_eq!(config.release, "7.3.4-test");
        assert_eq!(config.machine.arch, "arm64");
        assert_eq!(config.modules, None);
        assert_eq!(config.guest, None);
    }

    #[test]
    fn each_missing_setting_is_named() {
        let dir = kernel("arm64");
        for name in [KERNEL, BUSYBOX, MODULE_DIR] {
            let mut settings = settings(dir.path());
            settings.remove(name);
            let message = config(&settings).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("{name}: not set")),
                "{message}"
            );
            assert!(message.contains("make run"), "{message}");
        }
    }

    #[test]
    fn wrong_paths_are_named() {
        let dir = kernel("arm64");
        let mut settings = settings(dir.path());
        settings.insert(GUEST, dir.path().join("nowhere").into());
        let message = config(&settings).unwrap_err().to_string();
        assert!(message.contains("nowhere"), "{message}");

        fs::remove_file(dir.path().join("vmlinuz")).unwrap();
        settings.remove(GUEST);
        let message = config(&settings).unwrap_err().to_string();
        assert!(message.contains("vmlinuz"), "{message}");
    }

    #[test]
    fn unknown_architecture_names_the_known_ones() {
        let dir = kernel("vax");
        let message = config(&settings(dir.path())).unwrap_err().to_string();
        assert!(
            message.contains("vax") && message.contains("arm64"),
            "{message}"
        );
    }
}
