// SPDX-License-Identifier: GPL-2.0

//! Brings rebuilt modules into the running board.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use morse_board::modules::{self, Module};
use morse_board::{image, Config, Error, Link};

/// How long a module may take to come or go.
const LOAD_LIMIT: Duration = Duration::from_secs(20);

/// The modules that the board has.
pub struct Modules {
    dir: PathBuf,
    release: String,
    brought: HashMap<String, u64>,
}

impl Modules {
    /// The modules that the board was booted with.
    pub fn of_board(config: &Config) -> Result<Self, Error> {
        let mut modules = Modules {
            dir: config.module_dir.clone(),
            release: config.release.clone(),
            brought: HashMap::new(),
        };
        modules.brought = modules::built(&modules.dir)?
            .iter()
            .map(|module| (module.name.clone(), digest(&module.image)))
            .collect();
        Ok(modules)
    }

    /// Copies all changed modules into the board, and reloads those that are loaded there. Reports each
    /// step through `tell`; returns false after an error that it has reported.
    pub fn bring(&mut self, link: &mut Link, tell: &mut dyn FnMut(&str)) -> Result<bool, Error> {
        let changed: Vec<Module> = modules::built(&self.dir)?
            .into_iter()
            .filter(|module| self.brought.get(&module.name) != Some(&digest(&module.image)))
            .collect();
        if changed.is_empty() {
            tell("nothing has changed");
            return Ok(true);
        }
        let loaded = link.run("cut -d ' ' -f 1 /proc/modules")?;
        let mut good = true;
        for module in &changed {
            if module.release != self.release {
                tell(&format!(
                    "{}.ko is for kernel {}, the board's is {}; is SERIES, ARCH or FLAVOUR another one than that of make run?",
                    module.name,
                    module.release,
                    self.release
                ));
                good = false;
                continue;
            }
            let file = format!("/{}/{}.ko", image::HOME, module.name);
            link.put(&file, &module.image)?;
            self.brought
                .insert(module.name.clone(), digest(&module.image));
            match loaded.lines().any(|name| name == module.name) {
                true => good &= load_again(link, &module.name, &file, tell)?,
                false => tell(&format!("{}.ko is new; it is not loaded", module.name)),
            }
        }
        Ok(good)
    }
}

fn digest(image: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    image.hash(&mut hasher);
    hasher.finish()
}

/// Unloads a module and loads it with the same parameters; reports the kernel's log.
fn load_again(
    link: &mut Link,
    name: &str,
    file: &str,
    tell: &mut dyn FnMut(&str),
) -> Result<bool, Error> {
    let parameters = link.run(&format!("cat /run/insmod.{name} 2>/dev/null || true"))?;
    let insert = format!("insmod {file} {}", parameters.trim());
    let lines = link.run("dmesg | wc -l")?;
    for command in [format!("rmmod {name}"), insert.trim_end().to_owned()] {
        tell(&format!("# {command}"));
        let output = link.execute(&command, LOAD_LIMIT)?;
        output.text.lines().for_each(&mut *tell);
        if output.status != 0 {
            return Ok(false);
        }
    }
    let first = lines.trim().parse::<u64>().unwrap_or(0) + 1;
    link.run(&format!("dmesg | tail -n +{first}"))?
        .lines()
        .for_each(tell);
    Ok(true)
}
