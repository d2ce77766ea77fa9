// SPDX-License-Identifier: GPL-2.0

//! The host's end of the command channel, on the second serial port. `guest/shell` is the other end
//! and tells the protocol.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// The byte that stands before the line that ends an answer.
const RECORD_SEPARATOR: u8 = 0x1e;
/// The terminal's interrupt character.
const INTERRUPT: u8 = 0x03;
/// How long a command that was interrupted has to end.
const INTERRUPT_LIMIT: Duration = Duration::from_secs(2);

/// The output and the exit status of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The exit status.
    pub status: i32,
    /// Standard output and standard error, in the order written.
    pub text: String,
}

/// The reason why a command gave no output; the board adds the log.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The channel ended.
    Closed,
    /// The time limit was reached. Has the output so far.
    Timeout(String),
}

/// The command channel.
pub(crate) struct Shell {
    port: UnixStream,
    unread: Vec<u8>,
    last_id: u64,
}

impl Shell {
    pub(crate) fn new(port: UnixStream) -> Self {
        Shell {
            port,
            unread: Vec::new(),
            last_id: 0,
        }
    }

    /// Waits until the guest's end is there.
    pub(crate) fn wait_ready(&mut self, limit: Duration) -> std::result::Result<(), Failure> {
        self.read_until("ready", Instant::now() + limit).map(|_| ())
    }

    /// Runs a command and waits for its end.
    pub(crate) fn run(
        &mut self,
        command: &str,
        limit: Duration,
    ) -> std::result::Result<Output, Failure> {
        let deadline = Instant::now() + limit;
        let id = self.request("run", &escape(command))?;
        let reply = self.read_until(&id, deadline);
        if matches!(reply, Err(Failure::Timeout(_))) {
            // Interrupt the command, so that the shell is ready for the next one. If it does not end
            // even now, the next one times out as well.
            let _ = self.port.write_all(&[INTERRUPT]);
            let _ = self.read_until(&id, Instant::now() + INTERRUPT_LIMIT);
        }
        let (text, end) = reply?;
        let status = end.trim().parse().unwrap_or(-1);
        Ok(Output { status, text })
    }

    /// Hands the guest's terminal to a person; the port then carries a terminal's bytes until the
    /// text returned comes.
    pub(crate) fn login(
        &mut self,
        rows: u16,
        columns: u16,
    ) -> std::result::Result<Vec<u8>, Failure> {
        let id = self.request("login", &format!("{rows} {columns}"))?;
        let mut end = vec![RECORD_SEPARATOR];
        end.extend_from_slice(id.as_bytes());
        Ok(end)
    }

    /// The port itself, for use after [`Shell::login`].
    pub(crate) fn port(&self) -> io::Result<UnixStream> {
        self.port.set_read_timeout(None)?;
        self.port.try_clone()
    }

    fn request(&mut self, kind: &str, text: &str) -> std::result::Result<String, Failure> {
        self.last_id += 1;
        let id = self.last_id.to_string();
        self.port
            .write_all(format!("{id} {kind} {text}\n").as_bytes())
            .map_err(|_| Failure::Closed)?;
        Ok(id)
    }

    /// Reads until the record separator, the mark and the rest of its line; returns the text before
    /// the separator, and that rest.
    fn read_until(
        &mut self,
        mark: &str,
        deadline: Instant,
    ) -> std::result::Result<(String, String), Failure> {
        let mut buffer = [0; 4096];
        loop {
            if let Some((before, end, used)) = split_answer(&self.unread, mark) {
                self.unread.drain(..used);
                return Ok((before, end));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure::Timeout(
                    String::from_utf8_lossy(&self.unread).into_owned(),
                ));
            }
            self.port
                .set_read_timeout(Some(left))
                .map_err(|_| Failure::Closed)?;
            match self.port.read(&mut buffer) {
                Ok(0) => return Err(Failure::Closed),
                Ok(count) => self.unread.extend_from_slice(&buffer[..count]),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Failure::Closed),
            }
        }
    }
}

/// Finds the line that ends an answer: the output before it, the rest of the line, and how many
/// bytes that all was.
///
/// The late answer to an earlier request, which timed out, is left out of the output.
fn split_answer(bytes: &[u8], mark: &str) -> Option<(String, String, usize)> {
    let mut output = 0;
    let mut from = 0;
    loop {
        let at = from
            + bytes[from..]
                .iter()
                .position(|byte| *byte == RECORD_SEPARATOR)?;
        let line = at + 1;
        let end = line + bytes[line..].iter().position(|byte| *byte == b'\n')?;
        let text = String::from_utf8_lossy(&bytes[line..end]);
        if let Some(rest) = text.strip_prefix(mark) {
            if rest.is_empty() || rest.starts_with(' ') {
                let before = String::from_utf8_lossy(&bytes[output..at]).into_owned();
                return Some((before, rest.to_owned(), end + 1));
            }
        }
        if is_end(&text) {
            output = end + 1;
        }
        from = line;
    }
}

/// Whether a line has the form of the end of an answer: two numbers.
fn is_end(line: &str) -> bool {
    line.split_once(' ').is_some_and(|(id, status)| {
        id.parse::<u64>().is_ok() && status.trim_end().parse::<i32>().is_ok()
    })
}

/// Makes one line of a command, for the guest's `printf %b`.
fn escape(command: &str) -> String {
    command
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}

impl Output {
    /// The text, if the command succeeded.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] otherwise.
    pub fn success(self, command: &str) -> Result<String> {
        match self.status {
            0 => Ok(self.text),
            status => Err(Error::Failed {
                command: command.to_owned(),
                status,
                output: self.text.trim_end().to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};
    use std::thread;

    /// The guest's script, run by the host's shell: without `stty` it needs no terminal.
    fn host_shell() -> (Shell, std::process::Child) {
        let script = include_str!("../../guest/image/shell")
            .replace(". /etc/profile", "")
            .replace("cd /root", "cd /tmp")
            .replace("\tstty", "\t:")
            .replace("\nstty", "\n:");
        let (ours, theirs) = UnixStream::pair().unwrap();
        let input = std::os::fd::OwnedFd::from(theirs.try_clone().unwrap());
        let child = Command::new("sh")
            .args(["-c", &script])
            .stdin(input)
            .stdout(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .spawn()
            .unwrap();
        (Shell::new(ours), child)
    }

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn commands_and_their_ends() {
        let (mut shell, mut child) = host_shell();
        shell.wait_ready(LIMIT).unwrap();
        let mut run = |command: &str| {
            let output = shell.run(command, LIMIT).unwrap();
            (output.status, output.text)
        };
        assert_eq!(run("echo hello"), (0, "hello\n".into()));
        assert_eq!(run("exit 3"), (3, String::new()));
        assert_eq!(run("echo oops >&2; false"), (1, "oops\n".into()));
        assert_eq!(run("printf 'no newline'"), (0, "no newline".into()));
        assert_eq!(run("cat"), (0, String::new()));
        assert_eq!(
            run("printf '%s\\n' 'a\\b' \"c\td\""),
            (0, "a\\b\nc\td\n".into())
        );
        assert_eq!(
            run("for i in 1 2\ndo\n\techo $i\ndone"),
            (0, "1\n2\n".into())
        );
        assert_eq!(run("echo '  two  spaces '"), (0, "  two  spaces \n".into()));
        drop(shell);
        child.wait().unwrap();
    }

    #[test]
    fn timeout_keeps_what_was_written() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut shell = Shell::new(ours);
        theirs.write_all(b"half an answer").unwrap();
        match shell.run("sleep 1000", Duration::from_millis(20)) {
            Err(Failure::Timeout(text)) => assert_eq!(text, "half an answer"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn closed_channel() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut shell = Shell::new(ours);
        let closer = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            drop(theirs);
        });
        assert!(matches!(shell.run("true", LIMIT), Err(Failure::Closed)));
        closer.join().unwrap();
    }

    #[test]
    fn answers_are_told_from_output_and_from_older_answers() {
        let split = |text: &str, mark| split_answer(text.as_bytes(), mark);
        assert_eq!(
            split("out\x1e2 0\n", "2"),
            Some(("out".into(), " 0".into(), 8))
        );
        assert_eq!(split("out\x1e2 0", "2"), None);
        assert_eq!(split("\x1e22 0\n", "2"), None);
        // The late answer to a command that timed out is before the one waited for.
        let (before, end, _) = split("late\x1e1 130\nnew\x1e2 0\n", "2").unwrap();
        assert_eq!((before.as_str(), end.as_str()), ("new", " 0"));
    }
}
