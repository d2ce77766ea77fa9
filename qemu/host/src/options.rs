// SPDX-License-Identifier: GPL-2.0

//! The options of a board, and the arguments of QEMU and of the kernel that follow from them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::link;
use crate::machine::Machine;

/// Time limit of a boot. It takes some 3 s; a debug kernel on a busy host many times that.
const BOOT_LIMIT: Duration = Duration::from_secs(120);
/// The modules of the kernel that every board has, to be loaded with `modprobe`.
const STOCK_MODULES: &[&str] = &["configfs", "gpio-sim", LEDS];
/// The driver of LEDs on GPIO lines, which Debian's cloud flavours lack.
pub(crate) const LEDS: &str = "leds-gpio";

/// The clock that the guest runs by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The host's. The lamp is watched and the key pressed from outside.
    Real,
    /// An instruction takes 1 ns and idle time is skipped, so that the guest's own stamps are exact
    /// and the same in every run. Outside events arrive at arbitrary guest times: watch the lamp
    /// with [`crate::trace`], and press keys from inside.
    Virtual,
}

/// The options of a board.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(crate) time: Time,
    cpus: u32,
    memory_mib: u32,
    counter_hz: Option<u64>,
    pub(crate) stock_modules: Vec<String>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) device_tree: String,
    pub(crate) needs_device_tree: bool,
    kernel_arguments: Vec<String>,
    panics_on_oops: bool,
    pub(crate) link: bool,
    pub(crate) gdb: Option<PathBuf>,
    pub(crate) boot_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options::new(Time::Real)
    }
}

impl Options {
    /// The usual options.
    pub fn new(time: Time) -> Self {
        Options {
            time,
            // The exact mode has one thread of instructions only.
            cpus: if time == Time::Real { 2 } else { 1 },
            memory_mib: 256,
            counter_hz: None,
            stock_modules: STOCK_MODULES
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            files: Vec::new(),
            device_tree: String::new(),
            needs_device_tree: false,
            kernel_arguments: Vec::new(),
            panics_on_oops: true,
            link: false,
            gdb: None,
            boot_limit: BOOT_LIMIT,
        }
    }

    /// With so many processors.
    pub fn cpus(mut self, cpus: u32) -> Self {
        self.cpus = cpus;
        self
    }

    /// With so much memory, in MiB.
    pub fn memory_mib(mut self, memory_mib: u32) -> Self {
        self.memory_mib = memory_mib;
        self
    }

    /// With a guest clock that counts at this rate, instead of the processor's default (62.5 MHz, 16 ns a tick,
    /// on arm64).
    pub fn counter_hz(mut self, hz: u64) -> Self {
        self.counter_hz = Some(hz);
        self
    }

    /// With a further module of the kernel, and those it needs, to be loaded with `modprobe`.
    pub fn stock_module(mut self, name: &str) -> Self {
        self.stock_modules.push(name.to_owned());
        self
    }

    /// With a further executable file in the guest; the directory must be there.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        let path = path.trim_start_matches('/').to_owned();
        self.files.push((path, content.into()));
        self
    }

    /// With device tree source after the board's own. Requires a machine with a device tree.
    pub fn device_tree(mut self, source: &str) -> Self {
        self.needs_device_tree = true;
        self.optional_device_tree(source)
    }

    /// With device tree source after the board's own. A machine without a device tree ignores it: it has no key
    /// to remove, for example.
    pub fn optional_device_tree(mut self, source: &str) -> Self {
        self.device_tree.push_str(source);
        self
    }

    /// With a further argument for the kernel.
    pub fn kernel_argument(mut self, argument: &str) -> Self {
        self.kernel_arguments.push(argument.to_owned());
        self
    }

    /// With a kernel that kills the faulting task after an oops, instead of panicking.
    pub fn lives_on_after_oops(mut self) -> Self {
        self.panics_on_oops = false;
        self
    }

    /// With a second channel beside the shell, to be taken with [`crate::Board::link`].
    pub fn link(mut self) -> Self {
        self.link = true;
        link::prepare(self)
    }

    /// With a socket by which gdb can attach at any time, and a kernel at the addresses of its `vmlinux`.
    pub fn gdb(mut self, socket: &Path) -> Self {
        self.gdb = Some(socket.to_owned());
        self
    }

    /// With so much time to boot, on the host's clock.
    pub fn boot_limit(mut self, limit: Duration) -> Self {
        self.boot_limit = limit;
        self
    }

    /// Returns the clock that it runs by.
    pub fn time(&self) -> Time {
        self.time
    }

    /// Whether the options require a machine with a device tree.
    pub fn needs_device_tree(&self) -> bool {
        self.needs_device_tree
    }

    /// The arguments that shape the machine, and with it its device tree.
    pub(crate) fn hardware(&self, machine: &Machine) -> Vec<String> {
        let cpus = self.cpus.to_string();
        let memory = format!("{}M", self.memory_mib);
        let mut cpu = machine.cpu.to_owned();
        if let Some(hz) = self.counter_hz {
            cpu += &format!(",cntfrq={hz}");
        }
        [
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-cpu",
            &cpu,
            "-smp",
            &cpus,
            "-m",
            &memory,
        ]
        .map(String::from)
        .to_vec()
    }

    /// The arguments that choose the clock.
    pub(crate) fn clock(&self) -> Vec<String> {
        match self.time {
            Time::Real => Vec::new(),
            Time::Virtual => [
                "-icount",
                "shift=0,sleep=off",
                "-rtc",
                "base=2026-01-01,clock=vm",
            ]
            .map(String::from)
            .to_vec(),
        }
    }

    /// The kernel's command line.
    pub(crate) fn kernel_command_line(&self, machine: &Machine) -> String {
        let mut arguments = vec![
            // Log to the first serial port before its driver is there, so that an early failure shows.
            machine.early_log.to_owned(),
            format!("console={}", machine.log_tty),
            // Info and above, as `dmesg` has it.
            "loglevel=7".to_owned(),
            // The self-tests of its cryptography take half of the time that a distribution kernel
            // needs to boot.
            "cryptomgr.notests".to_owned(),
            // Reboot at once after a panic, which ends QEMU (-no-reboot).
            "panic=-1".to_owned(),
        ];
        if self.panics_on_oops {
            // Panic after an oops, too.
            arguments.push("oops=panic".to_owned());
        }
        if self.time == Time::Virtual || self.gdb.is_some() {
            // Another layout would change the cache and branch behaviour of the guest's code, and
            // with it the run.
            arguments.push("nokaslr".to_owned());
        }
        arguments.extend(self.kernel_arguments.iter().cloned());
        arguments.join(" ")
    }
}
