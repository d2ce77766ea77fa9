// SPDX-License-Identifier: GPL-2.0

//! The machines that a board can be: one entry of a table for each architecture.

use crate::error::{Error, Result};

/// The GPIO controller of the lamp and the key.
#[derive(Debug)]
pub struct Gpio {
    /// QEMU's name of the device's type.
    pub qom_type: &'static str,
    /// The output line that the lamp is on.
    pub lamp: u32,
    /// The input line that the key is on.
    pub key: u32,
    /// The source that is added to the machine's own device tree.
    pub device_tree: &'static str,
}

/// The differences between architectures.
#[derive(Debug)]
pub struct Machine {
    /// Debian's name of the architecture, as in its kernel packages.
    pub arch: &'static str,
    /// The emulator.
    pub qemu: &'static str,
    /// `-machine`
    pub machine: &'static str,
    /// `-cpu`
    pub cpu: &'static str,
    /// Whether KVM is tried in real time. Virtual time is always emulated.
    pub kvm: bool,
    /// The kernel's argument for a log that begins before there are drivers.
    pub early_log: &'static str,
    /// The first serial port, which has the kernel's log.
    pub log_tty: &'static str,
    /// The second serial port, which has the shell.
    pub shell_tty: &'static str,
    /// The controller of lamp and key. In a machine without one, the guest simulates a controller for the lamp,
    /// whose edges are not visible from outside, and the driver simulates the key.
    pub gpio: Option<Gpio>,
}

/// The label of the controller that the lamp is on, real or simulated.
pub const CHIP: &str = "pl061";
/// The line there that the lamp is on.
pub const LAMP: u32 = 0;

/// The GPIO controller of "virt" machines.
const PL061: Gpio = Gpio {
    qom_type: CHIP,
    lamp: LAMP,
    key: 5,
    device_tree: include_str!("../../board/morse.dtsi"),
};

/// The machines, one for each architecture.
pub const MACHINES: &[Machine] = &[
    Machine {
        arch: "arm64",
        qemu: "qemu-system-aarch64",
        machine: "virt",
        // A simple 64-bit core: pointer authentication and other features of newer ones are slow to
        // emulate.
        cpu: "cortex-a57",
        kvm: false,
        early_log: "earlycon",
        log_tty: "ttyAMA0",
        shell_tty: "ttyAMA1",
        gpio: Some(PL061),
    },
    Machine {
        arch: "armhf",
        qemu: "qemu-system-arm",
        // No devices at addresses that a kernel without LPAE cannot reach.
        machine: "virt,highmem=off",
        cpu: "cortex-a15",
        kvm: false,
        early_log: "earlycon",
        log_tty: "ttyAMA0",
        shell_tty: "ttyAMA1",
        gpio: Some(PL061),
    },
    Machine {
        arch: "amd64",
        qemu: "qemu-system-x86_64",
        machine: "q35",
        cpu: "qemu64",
        kvm: true,
        early_log: "earlycon=uart8250,io,0x3f8",
        log_tty: "ttyS0",
        shell_tty: "ttyS1",
        gpio: None,
    },
];

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
