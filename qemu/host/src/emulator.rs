// SPDX-License-Identifier: GPL-2.0

//! The QEMU process: starts it with its sockets and images, and makes sure that it ends.
//!
//! Sockets and images have no names in the file system. QEMU inherits one end of each socket pair, so there
//! is no connection to wait for, and the end of QEMU is an end of file. However this process ends, there is
//! nothing to clean up.
//!
//! # How QEMU is killed on every way out
//!
//! - [`Emulator`] is dropped, by a panic too: it kills QEMU and waits for it.
//! - This process dies without a chance to do so (signal, `kill -9`, power): the Linux kernel kills
//!   QEMU, as `setpriv` (util-linux) set its parent death signal. That signal comes when the
//!   *thread* that started QEMU ends, so QEMU has a thread of its own here, the keeper, which lives
//!   as long as QEMU does.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use command_fds::{CommandFdExt, FdMapping};

use crate::error::{Error, Result};

/// First file descriptor that QEMU inherits besides the standard ones.
const FIRST_FD: i32 = 3;

/// QEMU's command line while it is being put together.
pub struct CommandLine {
    program: String,
    args: Vec<String>,
    inherited: Vec<OwnedFd>,
}

impl CommandLine {
    /// A command line without arguments.
    pub fn new(program: impl Into<String>) -> Self {
        CommandLine {
            program: program.into(),
            args: Vec::new(),
            inherited: Vec::new(),
        }
    }

    /// Adds arguments.
    pub fn args<S: Into<String>>(&mut self, args: impl IntoIterator<Item = S>) -> &mut Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a character device `id` and returns this process's end of it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when no socket can be made.
    pub fn socket(&mut self, id: &str) -> Result<UnixStream> {
        let (ours, theirs) = UnixStream::pair().map_err(Error::io("cannot make a socket"))?;
        let fd = self.inherit(theirs.into());
        self.args(["-chardev".to_owned(), format!("socket,id={id},fd={fd}")]);
        Ok(ours)
    }

    /// Adds an option that takes a file, which has the given content.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when no temporary file can be written.
    pub fn content(&mut self, option: &str, content: &[u8]) -> Result<&mut Self> {
        let mut file = tempfile::tempfile().map_err(Error::io("cannot make a temporary file"))?;
        file.write_all(content)
            .map_err(Error::io("cannot write a temporary file"))?;
        let fd = self.inherit(file.into());
        Ok(self.args([option.to_owned(), format!("/proc/self/fd/{fd}")]))
    }

    fn inherit(&mut self, fd: OwnedFd) -> i32 {
        self.inherited.push(fd);
        // A handful of descriptors.
        FIRST_FD + self.inherited.len() as i32 - 1
    }

    /// Starts QEMU.
    ///
    /// # Errors
    ///
    /// [`Error::Program`] when it is not there.
    pub fn start(self) -> Result<Emulator> {
        let missing = |program: &str| {
            let program = program.to_owned();
            move |source| Error::Program { program, source }
        };
        find_program(&self.program).map_err(missing(&self.program))?;
        let messages = tempfile::tempfile().map_err(Error::io("cannot make a temporary file"))?;
        let stderr = messages
            .try_clone()
            .map_err(Error::io("cannot share a temporary file"))?;

        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--", &self.program])
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr);
        let mappings = (FIRST_FD..)
            .zip(self.inherited)
            .map(|(child_fd, parent_fd)| FdMapping {
                parent_fd,
                child_fd,
            })
            .collect();
        command.fd_mappings(mappings).map_err(|error| Error::Io {
            doing: "cannot pass QEMU its sockets".into(),
            source: io::Error::other(error),
        })?;

        let (requests, inbox) = mpsc::channel();
        let (started, start) = mpsc::sync_channel(1);
        let keeper = thread::Builder::new()
            .name("qemu-keeper".into())
            .spawn(move || {
                let child = command.spawn();
                // The command holds QEMU's ends of the sockets, which would hide that QEMU closed
                // them.
                drop(command);
                match child {
                    Ok(child) => {
                        let _ = started.send(Ok(child.id()));
                        keep(child, &inbox);
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            })
            .map_err(Error::io("cannot start a thread"))?;
        let pid = match start.recv() {
            Ok(Ok(pid)) => pid,
            Ok(Err(source)) => return Err(missing("setpriv")(source)),
            Err(_) => unreachable!("the keeper sends before it ends"),
        };
        Ok(Emulator {
            pid,
            requests,
            keeper: Some(keeper),
            messages,
        })
    }
}

/// Looks for a program as `exec` does. With `setpriv` in between, its absence would only be an exit status.
fn find_program(program: &str) -> io::Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // `join` leaves a program given by an absolute path as it is.
    match std::env::split_paths(&path).any(|dir| dir.join(program).is_file()) {
        true => Ok(()),
        false => Err(io::Error::from(io::ErrorKind::NotFound)),
    }
}

/// A request to the keeper, which answers with the exit status of QEMU.
enum Request {
    /// Wait for QEMU to end.
    Wait(Sender<io::Result<ExitStatus>>),
    /// Kill QEMU.
    Kill,
}

/// Holds QEMU until a request to kill it arrives, or all senders of requests are gone.
fn keep(mut child: Child, inbox: &Receiver<Request>) {
    while let Ok(Request::Wait(reply)) = inbox.recv() {
        let _ = reply.send(child.wait());
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// A running QEMU. Dropping it kills it.
pub struct Emulator {
    pid: u32,
    requests: Sender<Request>,
    keeper: Option<JoinHandle<()>>,
    messages: File,
}

impl Emulator {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for QEMU to end by itself, after its sockets were closed or the guest was told to power off;
    /// returns how it ended.
    pub fn wait(&mut self) -> String {
        let (reply, answer) = mpsc::channel();
        let _ = self.requests.send(Request::Wait(reply));
        let status = match answer.recv() {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "killed".to_owned(),
        };
        let messages = self.messages();
        match messages.trim() {
            "" => format!("QEMU ended ({status})"),
            messages => format!("QEMU ended ({status}): {messages}"),
        }
    }

    /// QEMU's standard error.
    pub fn messages(&mut self) -> String {
        let mut text = String::new();
        let _ = self.messages.rewind();
        let _ = self.messages.read_to_string(&mut text);
        text
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.requests.send(Request::Kill);
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn gone(pid: u32) -> bool {
        !std::path::Path::new(&format!("/proc/{pid}")).exists()
    }

    /// `sleep` stands in for QEMU.
    fn sleeper() -> Emulator {
        let mut line = CommandLine::new("sleep");
        line.args(["1000"]);
        line.start().unwrap()
    }

    #[test]
    fn missing_program_is_named() {
        let error = CommandLine::new("qemu-system-none")
            .start()
            .map(|_| ())
            .unwrap_err();
        assert!(
            matches!(&error, Error::Program { program, .. } if program == "qemu-system-none"),
            "{error}"
        );
    }

    #[test]
    fn drop_kills() {
        let emulator = sleeper();
        let pid = emulator.pid();
        assert!(!gone(pid));
        drop(emulator);
        assert!(gone(pid));
    }

    #[test]
    fn panic_kills() {
        let emulator = sleeper();
        let pid = emulator.pid();
        let result = thread::spawn(move || {
            let _emulator = emulator;
            panic!("on purpose");
        })
        .join();
        assert!(result.is_err());
        assert!(gone(pid));
    }

    /// The thread that starts QEMU may end long before the board is done with, as a test's thread
    /// does.
    #[test]
    fn outlives_the_thread_that_started_it() {
        let emulator = thread::spawn(sleeper).join().unwrap();
        thread::sleep(Duration::from_millis(50));
        assert!(!gone(emulator.pid()));
    }

    #[test]
    fn end_is_told_with_its_message() {
        let mut line = CommandLine::new("ls");
        line.args(["/no/such/file"]);
        let mut emulator = line.start().unwrap();
        let how = emulator.wait();
        assert!(
            how.contains("exit status: 2") && how.contains("/no/such/file"),
            "{how}"
        );
    }

    #[test]
    fn inherits_content_and_sockets() {
        let mut line = CommandLine::new("sh");
        // The arguments added for sockets and files are sh's positional parameters here.
        line.args(["-c", "cat $2 >&4; exec sleep 1000", "sh"]);
        line.content("-file", b"hello").unwrap();
        let mut socket = line.socket("test").unwrap();
        let start = Instant::now();
        let emulator = line.start().unwrap();
        let mut answer = [0; 5];
        socket.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");
        drop(emulator);
        // QEMU's end shows as end of file.
        assert_eq!(socket.read(&mut answer).unwrap(), 0);
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
