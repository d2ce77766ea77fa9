// SPDX-License-Identifier: GPL-2.0

//! The kernels that the tests run on, prepared while other tests run.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use morse_board::Config;

use super::top;

/// A kernel by its flavour.
pub struct Kernel {
    pub flavour: String,
    config: OnceLock<Result<Config, String>>,
}

impl Kernel {
    /// A kernel that is not prepared yet.
    pub fn new(flavour: &str) -> Self {
        Kernel {
            flavour: flavour.to_owned(),
            config: OnceLock::new(),
        }
    }

    /// Whether it is Debian's stock kernel.
    pub fn is_stock(&self) -> bool {
        self.flavour == "stock"
    }

    /// The flavour as `scripts/kernel` takes it, empty for the stock kernel.
    pub fn variable(&self) -> &str {
        match self.is_stock() {
            true => "",
            false => &self.flavour,
        }
    }

    /// Builds the tree, the modules and the guest's programs, if they are not there.
    pub fn prepare(&self) {
        let _ = self.config.set(self.try_prepare());
    }

    fn try_prepare(&self) -> Result<Config, String> {
        let broken = |why: String| format!("the kernel {} cannot be prepared: {why}", self.flavour);
        let output = Command::new(top().join("scripts/board"))
            .arg("env")
            .env("FLAVOUR", self.variable())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| broken(error.to_string()))?;
        if !output.status.success() {
            return Err(broken("see above".to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let settings: HashMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .collect();
        Config::from_settings(|name| settings.get(name).map(OsString::from))
            .map_err(|error| broken(error.to_string()))
    }

    /// Returns its settings, or the error of its preparation.
    pub fn try_config(&self) -> Result<&Config, String> {
        self.config
            .get()
            .expect("trials wait for their kernel")
            .as_ref()
            .map_err(Clone::clone)
    }
}
