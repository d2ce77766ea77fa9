// SPDX-License-Identifier: GPL-2.0

//! A second channel into the guest, beside the shell that a person has: ports of a virtio-serial
//! device, each named after its traffic. `guest/image/link` is the other end.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::board::COMMAND_LIMIT;
use crate::config::Config;
use crate::emulator::CommandLine;
use crate::error::{Error, Result};
use crate::modules;
use crate::options::Options;
use crate::quote;
use crate::shell::{Failure, Output, Shell};

/// The modules that have the device's drivers where these are not built in.
const STOCK_MODULES: &[&str] = &["virtio_pci", "virtio_console"];
/// Where the guest has the scripts, and the end of the port that files come from.
const SCRIPT: &str = "/etc/link";
const MODULES: &str = "/etc/modules";
const FILE: &str = "/run/file";

/// The host's ends of the ports.
pub(crate) struct Ports {
    shell: UnixStream,
    traces: UnixStream,
    text: UnixStream,
    file: UnixStream,
}

impl Ports {
    /// Adds the device to a machine.
    pub(crate) fn add(line: &mut CommandLine) -> Result<Self> {
        line.args(["-device", "virtio-serial-pci"]);
        let mut port = |name: &str| {
            let socket = line.socket(name)?;
            let port = format!("virtserialport,chardev={name},name={name}");
            line.args(["-device".to_owned(), port]);
            Ok(socket)
        };
        // The monitor and the other shell have names of their own.
        Ok(Ports {
            shell: port("link-shell")?,
            traces: port("link-trace")?,
            text: port("link-text")?,
            file: port("link-file")?,
        })
    }
}

/// Whether a kernel has the drivers that a link needs.
pub fn is_possible(config: &Config) -> bool {
    let modules = config.modules.as_deref();
    modules
        .is_some_and(|dir| modules::with_dependencies(dir, &config.release, STOCK_MODULES).is_ok())
}

/// Adds the modules and scripts that the guest needs for a link.
pub(crate) fn prepare(options: Options) -> Options {
    STOCK_MODULES
        .iter()
        .fold(options, |options, name| options.stock_module(name))
        .file(SCRIPT, include_bytes!("../../guest/image/link"))
        .file(MODULES, include_bytes!("../../guest/image/modules"))
}

/// The link to a running guest.
pub struct Link {
    shell: Shell,
    file: UnixStream,
    /// The kernel's traces of the driver, in lines as in `trace_pipe`; lines of `tracing_mark_write` have
    /// the driver's settings.
    pub traces: UnixStream,
    /// The text received by `/dev/morse`.
    pub text: UnixStream,
}

impl Link {
    /// Starts the guest's end.
    pub(crate) fn open(ports: Ports, start: impl FnOnce(&str) -> Result<String>) -> Result<Self> {
        start(&format!("{SCRIPT} > /dev/null 2>&1"))?;
        let mut shell = Shell::new(ports.shell);
        shell.wait_ready(COMMAND_LIMIT).map_err(gone)?;
        Ok(Link {
            shell,
            file: ports.file,
            traces: ports.traces,
            text: ports.text,
        })
    }

    /// Runs a command in a shell of its own, as [`crate::Board::execute`] does.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when the guest does not answer within `limit`, or is gone.
    pub fn execute(&mut self, command: &str, limit: Duration) -> Result<Output> {
        self.shell.run(command, limit).map_err(gone)
    }

    /// Runs a command that must succeed, and returns its output.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] when its exit status is not 0, and as [`Link::execute`].
    pub fn run(&mut self, command: &str) -> Result<String> {
        self.execute(command, COMMAND_LIMIT)?.success(command)
    }

    /// Makes a file in the guest.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] when the guest has no room, and as [`Link::execute`].
    pub fn put(&mut self, path: &str, content: &[u8]) -> Result<()> {
        let mut port = self
            .file
            .try_clone()
            .map_err(Error::io("cannot share a socket"))?;
        std::thread::scope(|scope| {
            // The guest takes the bytes while it runs the command.
            let sender = scope.spawn(move || port.write_all(content));
            let path = quote::word(path);
            let length = content.len();
            // Replace the file only when it is complete.
            let result = self.run(&format!(
                "head -c {length} < {FILE} > {path}.new && [ $(stat -c %s {path}.new) = {length} ] && mv {path}.new {path}"
            ));
            if result.is_err() {
                // The guest no longer reads the rest.
                let _ = self.file.shutdown(std::net::Shutdown::Both);
            }
            let sent = sender.join();
            result?;
            match sent {
                Ok(Ok(())) => Ok(()),
                _ => Err(gone(Failure::Closed)),
            }
        })
    }
}

fn gone(failure: Failure) -> Error {
    let answer = match failure {
        Failure::Closed => "the board is gone".to_owned(),
        Failure::Timeout(text) => format!("the board does not answer {}", text.trim()),
    };
    Error::Protocol {
        peer: "link",
        answer: answer.trim_end().to_owned(),
    }
}
