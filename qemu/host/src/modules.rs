// SPDX-License-Identifier: GPL-2.0

//! Kernel modules, as kmod reads them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};

/// A file for the guest: its path and its content.
pub type File = (String, Vec<u8>);

/// Returns the files that `modprobe` needs for modules of the kernel: the modules, their dependencies, and
/// `modules.dep`. Paths are below `lib/modules/RELEASE`, as is `dir`. Built-in modules are left out.
///
/// # Errors
///
/// [`Error::Module`] when the kernel does not have one of them, or kmod cannot read one.
pub fn with_dependencies(dir: &Path, release: &str, names: &[&str]) -> Result<Vec<File>> {
    let list = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
    let (order, builtin) = (list("modules.order"), list("modules.builtin"));
    let stage = tempfile::tempdir().map_err(Error::io("cannot make a temporary directory"))?;
    let home = stage.path().join("lib/modules").join(release);
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    let mut pending: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    while let Some(name) = pending.pop() {
        if path_of(&name, &builtin).is_some() || !seen.insert(plain_name(&name)) {
            continue;
        }
        let path = path_of(&name, &order)
            .and_then(|path| {
                [path.to_owned(), format!("{path}.xz")]
                    .into_iter()
                    .find(|path| dir.join(path).is_file())
            })
            .ok_or_else(|| Error::Module {
                name,
                problem: "this kernel has it neither as a module nor built in".into(),
            })?;
        let (source, staged) = (dir.join(&path), home.join(&path));
        pending.extend(
            info(&source, "depends")?
                .split([',', '\n'])
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
        );
        fs::create_dir_all(staged.parent().unwrap_or(&home))
            .map_err(Error::file("make a directory for", &staged))?;
        symlink(&source, &staged).map_err(Error::file("make", &staged))?;
        files.push((
            path,
            fs::read(&source).map_err(Error::file("read", &source))?,
        ));
    }
    if !files.is_empty() {
        run(Command::new("depmod")
            .arg("-b")
            .arg(stage.path())
            .arg(release))?;
        let path = home.join("modules.dep");
        files.push((
            "modules.dep".to_owned(),
            fs::read(&path).map_err(Error::file("read", &path))?,
        ));
    }
    Ok(files)
}

/// Whether the kernel has a module, as a file or built in.
pub fn is_there(dir: &Path, name: &str) -> bool {
    ["modules.order", "modules.builtin"].iter().any(|list| {
        fs::read_to_string(dir.join(list)).is_ok_and(|list| path_of(name, &list).is_some())
    })
}

/// Returns the line of a list with the path of a module.
fn path_of<'a>(name: &str, list: &'a str) -> Option<&'a str> {
    let name = plain_name(name);
    list.lines().find(|line| {
        Path::new(line)
            .file_stem()
            .is_some_and(|stem| plain_name(&stem.to_string_lossy()) == name)
    })
}

fn plain_name(name: &str) -> String {
    name.replace('-', "_")
}

/// A module that was built here.
#[derive(Clone)]
pub struct Module {
    /// Its name as `lsmod` shows it.
    pub name: String,
    /// The ELF file.
    pub image: Vec<u8>,
    /// The kernel release that it was built for.
    pub release: String,
}

/// The modules in a directory, at any depth, in the order of their paths.
///
/// # Errors
///
/// [`Error::Module`] for a file that is no module.
pub fn built(dir: &Path) -> Result<Vec<Module>> {
    let mut paths = Vec::new();
    find(dir, &mut paths)?;
    paths.sort();
    let read = |path: PathBuf| {
        let magic = info(&path, "vermagic")?;
        Ok(Module {
            name: plain_name(&path.file_stem().unwrap_or_default().to_string_lossy()),
            image: fs::read(&path).map_err(Error::file("read", &path))?,
            release: magic.split(' ').next().unwrap_or_default().to_owned(),
        })
    };
    paths.into_iter().map(read).collect()
}

/// As [`built`], and checks that all modules are built for this kernel.
///
/// # Errors
///
/// [`Error::Module`] for one that was built for another, and as [`built`].
pub fn built_for(dir: &Path, release: &str) -> Result<Vec<Module>> {
    let modules = built(dir)?;
    match modules.iter().find(|module| module.release != release) {
        None => Ok(modules),
        Some(other) => Err(Error::Module {
            name: other.name.clone(),
            problem: format!(
                "built for kernel {}, but the board's kernel is {release}; run `make` to build it anew",
                other.release
            ),
        }),
    }
}

fn find(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(Error::file("read", dir))? {
        let path = entry.map_err(Error::file("read", dir))?.path();
        if path.is_dir() && !path.is_symlink() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "ko") {
            found.push(path);
        }
    }
    Ok(())
}

/// A field of a module.
fn info(path: &Path, field: &str) -> Result<String> {
    run(Command::new("modinfo").args(["-F", field]).arg(path)).map_err(|error| match error {
        Error::Tool { message, .. } => Error::Module {
            name: path.display().to_string(),
            problem: message,
        },
        error => error,
    })
}

/// Runs a program of kmod, and returns its output.
fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| Error::Program {
        program: program.clone(),
        source,
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Error::Tool {
            program,
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_module_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("deep")).unwrap();
        fs::write(dir.path().join("deep/fake.ko"), "not ELF").unwrap();
        let error = built(dir.path()).err().expect("an error");
        assert!(error.to_string().contains("fake.ko"), "{error}");
    }

    #[test]
    fn a_module_that_the_kernel_lacks_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join("modules.builtin"),
            "kernel/drivers/gpio/gpio-pl061.ko\n",
        )
        .unwrap();
        assert!(with_dependencies(dir.path(), "7.3", &["gpio_pl061"])
            .unwrap()
            .is_empty());
        let error = with_dependencies(dir.path(), "7.3", &["gpio-sim"]).unwrap_err();
        assert!(matches!(error, Error::Module { name, .. } if name == "gpio-sim"));
    }
}
