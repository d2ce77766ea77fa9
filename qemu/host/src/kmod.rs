// SPDX-License-Identifier: GPL-2.0

//! Kernel modules as files: finding them, unpacking them, and what they say of themselves.
//!
//! Dependencies are taken from the modules themselves (`depends` in `.modinfo`), as `modules.dep`
//! is made where a kernel is installed and no kernel package has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use object::{Object, ObjectSection};

use crate::error::{Error, Result};

/// A kernel module, unpacked.
#[derive(Clone)]
pub struct Module {
    /// Its name as `lsmod` shows it, with `_` for `-`.
    pub name: String,
    /// The ELF file.
    pub image: Vec<u8>,
    info: Vec<(String, String)>,
}

impl Module {
    /// Reads `NAME.ko` or `NAME.ko.xz`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the file cannot be read or unpacked, [`Error::Module`] when it is no
    /// module.
    pub fn read(path: &Path) -> Result<Self> {
        let name = module_name(path).ok_or_else(|| Error::Module {
            name: path.display().to_string(),
            problem: "not a .ko or .ko.xz file".into(),
        })?;
        let mut image = fs::read(path).map_err(Error::file("read", path))?;
        if path.extension().is_some_and(|extension| extension == "xz") {
            let mut plain = Vec::new();
            lzma_rust2::XzReader::new(image.as_slice(), true)
                .read_to_end(&mut plain)
                .map_err(Error::file("unpack", path))?;
            image = plain;
        }
        let info = modinfo(&image).map_err(|problem| Error::Module {
            name: path.display().to_string(),
            problem,
        })?;
        Ok(Module { name, image, info })
    }

    /// The values of a field, as `modinfo -F` gives them.
    pub fn info<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.info
            .iter()
            .filter(move |(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// The names of the modules that must be there before this one.
    pub fn depends(&self) -> impl Iterator<Item = String> + '_ {
        self.info("depends")
            .flat_map(|value| value.split(','))
            .filter(|name| !name.is_empty())
            .map(plain_name)
    }

    /// The kernel release that the module was built for.
    pub fn release(&self) -> Option<&str> {
        self.info("vermagic").next()?.split(' ').next()
    }
}

/// The modules of a kernel.
pub struct Modules {
    files: BTreeMap<String, PathBuf>,
    builtin: BTreeSet<String>,
}

impl Modules {
    /// Looks what there is in a directory with the content of `lib/modules/RELEASE`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when it cannot be read.
    pub fn open(dir: &Path) -> Result<Self> {
        let home = dir.join("kernel");
        // A kernel with all built in installs no such directory.
        let files = if home.is_dir() {
            find(&home)?
        } else {
            Vec::new()
        };
        let files = files
            .into_iter()
            .filter_map(|path| Some((module_name(&path)?, path)))
            .collect();
        let list = dir.join("modules.builtin");
        let builtin = match fs::read_to_string(&list) {
            Ok(text) => text
                .lines()
                .filter_map(|line| module_name(Path::new(line)))
                .collect(),
            Err(_) => BTreeSet::new(),
        };
        Ok(Modules { files, builtin })
    }

    /// The modules named and all they depend on, each after those it depends on. Built-in ones are
    /// left out.
    ///
    /// # Errors
    ///
    /// [`Error::Module`] when the kernel does not have one of them.
    pub fn closure(&self, names: &[&str]) -> Result<Vec<Module>> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for name in names {
            self.add(&plain_name(name), &mut seen, &mut order)?;
        }
        Ok(order)
    }

    fn add(&self, name: &str, seen: &mut BTreeSet<String>, order: &mut Vec<Module>) -> Result<()> {
        if self.builtin.contains(name) || !seen.insert(name.to_owned()) {
            return Ok(());
        }
        let path = self.files.get(name).ok_or_else(|| Error::Module {
            name: name.to_owned(),
            problem: "this kernel has it neither as a module nor built in".into(),
        })?;
        let module = Module::read(path)?;
        for dependency in module.depends() {
            self.add(&dependency, seen, order)?;
        }
        order.push(module);
        Ok(())
    }
}

/// The modules in a directory and those below it, in the order of their names.
///
/// # Errors
///
/// [`Error::Io`] when it cannot be read.
pub fn find(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![dir.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).map_err(Error::file("read", &dir))? {
            let entry = entry.map_err(Error::file("read", &dir))?;
            let kind = entry
                .file_type()
                .map_err(Error::file("read", entry.path()))?;
            if kind.is_dir() {
                pending.push(entry.path());
            } else if module_name(&entry.path()).is_some() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The name of the module in a file, if it is one.
fn module_name(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    file.strip_suffix(".ko")
        .or_else(|| file.strip_suffix(".ko.xz"))
        .map(plain_name)
}

fn plain_name(name: &str) -> String {
    name.replace('-', "_")
}

/// The `NAME=VALUE` strings of the `.modinfo` section.
fn modinfo(image: &[u8]) -> std::result::Result<Vec<(String, String)>, String> {
    let elf = object::File::parse(image).map_err(|error| error.to_string())?;
    let section = elf
        .section_by_name(".modinfo")
        .ok_or("no .modinfo section: not a kernel module")?;
    let data = section.data().map_err(|error| error.to_string())?;
    Ok(data
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = |path: &str| module_name(Path::new(path));
        assert_eq!(
            name("kernel/drivers/gpio/gpio-sim.ko.xz").as_deref(),
            Some("gpio_sim")
        );
        assert_eq!(name("morse.ko").as_deref(), Some("morse"));
        assert_eq!(name("morse.o"), None);
        assert_eq!(name("morse.ko.zst"), None);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fake.ko");
        fs::write(&path, "not ELF").unwrap();
        assert!(matches!(Module::read(&path), Err(Error::Module { .. })));
        let path = dir.path().join("fake.ko.xz");
        fs::write(&path, "not xz").unwrap();
        assert!(matches!(Module::read(&path), Err(Error::Io { .. })));
    }

    #[test]
    fn a_module_that_the_kernel_lacks_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("kernel")).unwrap();
        fs::write(
            dir.path().join("modules.builtin"),
            "kernel/drivers/gpio/gpio-pl061.ko\n",
        )
        .unwrap();
        let modules = Modules::open(dir.path()).unwrap();
        assert!(modules.closure(&["gpio-pl061"]).unwrap().is_empty());
        let Err(Error::Module { name, .. }) = modules.closure(&["gpio-sim"]) else {
            panic!("found a module that is not there");
        };
        assert_eq!(name, "gpio_sim");
    }
}
