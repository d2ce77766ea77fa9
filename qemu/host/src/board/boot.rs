// SPDX-License-Identifier: GPL-2.0

//! Boots a board: the command line of QEMU, and the sockets that lead to the guest.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::{Board, END_LIMIT};
use crate::config::Config;
use crate::device_tree;
use crate::emulator::{CommandLine, Emulator};
use crate::error::{Console, Error, Result};
use crate::image;
use crate::link::Ports;
use crate::log::Log;
use crate::modules;
use crate::monitor::Monitor;
use crate::options::{Options, Time, LEDS};
use crate::qtest::Qtest;
use crate::shell::{Failure, Shell};

/// The host's accelerator.
const KVM: &str = "/dev/kvm";
/// How long a boot may take with KVM, which takes a second.
const KVM_BOOT_LIMIT: Duration = Duration::from_secs(20);
/// Set when KVM has failed to run this kernel, as it does within some virtual machines; later boots then do
/// without it.
static KVM_FAILED: AtomicBool = AtomicBool::new(false);

impl Board {
    /// Boots a board and waits for its shell.
    ///
    /// # Errors
    ///
    /// [`Error::NoBoot`] or [`Error::Panic`] with the last lines of the console, [`Error::Program`]
    /// when QEMU or dtc is missing, [`Error::NoDeviceTree`], and those of making the guest image.
    pub fn boot(config: &Config, options: Options) -> Result<Board> {
        if options.needs_device_tree && config.machine.gpio.is_none() {
            return Err(Error::NoDeviceTree {
                arch: config.machine.arch,
            });
        }
        let try_kvm = config.machine.kvm && options.time == Time::Real && Path::new(KVM).exists();
        if try_kvm && !KVM_FAILED.load(Relaxed) {
            let limit = options.boot_limit.min(KVM_BOOT_LIMIT);
            match Self::boot_with("kvm", config, options.clone().boot_limit(limit)) {
                Err(Error::NoBoot { .. }) => KVM_FAILED.store(true, Relaxed),
                result => return result,
            }
        }
        Self::boot_with("tcg", config, options)
    }

    fn boot_with(accelerator: &str, config: &Config, options: Options) -> Result<Board> {
        let start = Instant::now();
        let machine = config.machine;
        let has = |name: &str| {
            let dir = config.modules.as_deref();
            name != LEDS || dir.is_some_and(|dir| modules::is_there(dir, name))
        };
        let stock: Vec<&str> = options
            .stock_modules
            .iter()
            .map(String::as_str)
            .filter(|name| has(name))
            .collect();
        let image = image::build(config, &stock, &options.files)?;

        let mut line = CommandLine::new(machine.qemu);
        line.args(["-machine", machine.machine]);
        let hardware = options.hardware(machine);
        if let Some(gpio) = &machine.gpio {
            let addition = format!("{}{}", gpio.device_tree, options.device_tree);
            // Two serial ports that lead nowhere, for the tree of a machine that has two.
            let mut dumped = hardware.clone();
            dumped.extend(["-serial", "null", "-serial", "null"].map(String::from));
            line.content(
                "-dtb",
                &device_tree::build(machine.qemu, machine.machine, &dumped, &addition)?,
            )?;
        }
        line.args(hardware);
        line.args(["-accel", accelerator]);
        line.args(options.clock());
        if let Some(socket) = &options.gdb {
            // The name may be left by another board.
            let _ = std::fs::remove_file(socket);
            let device = format!("unix:{},server=on,wait=off", socket.display());
            line.args(["-gdb", &device]);
        }
        let kernel = config.vmlinuz.to_string_lossy();
        line.args([
            "-no-reboot",
            "-S",
            "-kernel",
            &kernel,
            "-append",
            &options.kernel_command_line(machine),
        ]);
        line.content("-initrd", &image)?;
        let log_port = line.socket("log")?;
        let shell_port = line.socket("shell")?;
        let monitor_port = line.socket("monitor")?;
        let qtest_port = line.socket("qtest")?;
        line.args(["-serial", "chardev:log", "-serial", "chardev:shell"]);
        line.args(["-mon", "chardev=monitor,mode=control"]);
        line.args(["-object", "qtest,id=qtest0,chardev=qtest"]);

        let ports = match options.link {
            true => Some(Ports::add(&mut line)?),
            false => None,
        };

        let mut emulator = line.start()?;
        let log = Log::read(
            log_port
                .try_clone()
                .map_err(Error::io("cannot share a socket"))?,
        )?;
        let mut shell = Shell::new(shell_port);
        let lamp_line = machine.gpio.as_ref().map_or(0, |gpio| gpio.lamp);
        let mut qtest = Qtest::new(qtest_port, lamp_line)?;
        let mut monitor = match Monitor::new(monitor_port) {
            Ok(monitor) => monitor,
            Err(Error::Io { .. }) => {
                return Err(Error::NoBoot {
                    reason: emulator.wait(),
                    console: Console::default(),
                })
            }
            Err(error) => return Err(error),
        };
        let gpio = match &machine.gpio {
            Some(gpio) => Some((monitor.find_device(gpio.qom_type)?, gpio.key)),
            None => None,
        };
        if let Some((device, _)) = &gpio {
            qtest.intercept_outputs(device)?;
        }
        // The machine starts only now, so that no edge is missed.
        monitor.resume()?;

        if let Err(failure) = shell.wait_ready(options.boot_limit) {
            return Err(no_boot(&mut emulator, &log, failure, options.boot_limit));
        }
        let boot_time = start.elapsed();
        let mut board = Board {
            emulator,
            log,
            log_port,
            shell,
            qtest,
            monitor,
            gpio,
            boot_time,
            machine,
            time: options.time,
            sanitizers: config.has_sanitizers(),
            ports,
            log_marks: 0,
            log_checked: 0,
        };
        if machine.gpio.is_none() {
            board.run(image::SIMULATED_GPIO)?;
        }
        Ok(board)
    }
}

/// Returns the error for a shell that did not come.
fn no_boot(emulator: &mut Emulator, log: &Log, failure: Failure, limit: Duration) -> Error {
    let reason = match failure {
        Failure::Timeout(_) => format!("no shell within {limit:?}"),
        Failure::Closed => {
            log.wait_for_end(END_LIMIT);
            emulator.wait()
        }
    };
    let console = log.tail();
    match log.panic_message() {
        Some(message) => Error::Panic { message, console },
        None => Error::NoBoot { reason, console },
    }
}
