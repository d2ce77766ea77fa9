// SPDX-License-Identifier: GPL-2.0

//! The machines that a board can be: one entry of a table for each architecture.

use crate::error::{Error, Result};

/// The GPIO controller that the lamp and the key hang on.
#[derive(Debug)]
pub struct Gpio {
    /// QEMU's name of the device's type.
    pub qom_type: &'static str,
    /// The output line that the lamp is on.
    pub lamp: u32,
    /// The input line that the key is on.
    pub key: u32,
    /// What is added to the machine's own device tree.
    pub device_tree: &'static str,
}

/// What differs between architectures.
#[derive(Debug)]
pub struct Machine {
    /// The kernel's name of the architecture, as in Debian's kernel packages.
    pub arch: &'static str,
    /// The emulator.
    pub qemu: &'static str,
    /// `-machine`
    pub machine: &'static str,
    /// `-cpu`
    pub cpu: &'static str,
    /// The first serial port, which has the kernel's log.
    pub log_tty: &'static str,
    /// The second serial port, which has the shell.
    pub shell_tty: &'static str,
    /// Lamp and key. A machine without a device tree has none; the driver then simulates them.
    pub gpio: Option<Gpio>,
}

/// The machines, one for each architecture.
pub const MACHINES: &[Machine] = &[Machine {
    arch: "arm64",
    qemu: "qemu-system-aarch64",
    machine: "virt",
    // The plainest 64-bit core: pointer authentication and the like of newer ones are slow to
    // emulate.
    cpu: "cortex-a57",
    log_tty: "ttyAMA0",
    shell_tty: "ttyAMA1",
    gpio: Some(Gpio {
        qom_type: "pl061",
        lamp: 0,
        key: 5,
        device_tree: include_str!("../morse.dtsi"),
    }),
}];

impl Machine {
    /// The machine for an architecture.
    ///
    /// # Errors
    ///
    /// [`Error::Architecture`], which names those that there are.
    pub fn for_arch(arch: &str) -> Result<&'static Machine> {
        MACHINES
            .iter()
            .find(|machine| machine.arch == arch)
            .ok_or_else(|| Error::Architecture {
                arch: arch.to_owned(),
                known: MACHINES
                    .iter()
                    .map(|m| m.arch)
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }
}
