// SPDX-License-Identifier: GPL-2.0

//! The kernel's log, read whole from the first serial port while the guest runs.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Console, Error, Result};

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    closed: bool,
}

/// The kernel's log as it grows. Clones are of the same log.
#[derive(Clone, Default)]
pub struct Log {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Log {
    /// Starts to read a serial port, until its end.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when no thread can be started.
    pub(crate) fn read(mut port: UnixStream) -> Result<Self> {
        let log = Log::default();
        let sink = log.clone();
        thread::Builder::new()
            .name("kernel-log".into())
            .spawn(move || {
                let mut buffer = [0; 4096];
                loop {
                    let count = port.read(&mut buffer).unwrap_or(0);
                    let mut state = sink.state();
                    state.bytes.extend_from_slice(&buffer[..count]);
                    state.closed = count == 0;
                    sink.shared.1.notify_all();
                    if state.closed {
                        break;
                    }
                }
            })
            .map_err(Error::io("cannot start a thread"))?;
        Ok(log)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log so far, with plain line ends.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.state().bytes).replace("\r\n", "\n")
    }

    /// How many bytes it has so far.
    pub fn len(&self) -> usize {
        self.state().bytes.len()
    }

    /// Whether the log is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last lines, to be shown with an error.
    pub fn tail(&self) -> Console {
        Console::tail(&self.text())
    }

    /// Waits until a text is in the log or the log has ended; false when neither came in time.
    pub fn wait_for(&self, text: &str, limit: Duration) -> bool {
        self.wait(limit, |state| find(&state.bytes, text.as_bytes()).is_some())
    }

    /// Waits for the end of the log, which is that of QEMU.
    pub fn wait_for_end(&self, limit: Duration) -> bool {
        self.wait(limit, |state| state.closed)
    }

    fn wait(&self, limit: Duration, done: impl Fn(&State) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = self.state();
        while !done(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.closed {
                return false;
            }
            state = self
                .shared
                .1
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// The kernel's own line when it panicked.
    pub fn panic_message(&self) -> Option<String> {
        let text = self.text();
        let at = text.find("Kernel panic - ")?;
        text[at..]
            .lines()
            .next()
            .map(|line| line.trim_end().to_owned())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn grows_and_ends() {
        let (mut guest, host) = UnixStream::pair().unwrap();
        let log = Log::read(host).unwrap();
        guest.write_all(b"one\r\ntwo\r\n").unwrap();
        assert!(log.wait_for("two", Duration::from_secs(5)));
        assert!(!log.wait_for("three", Duration::from_millis(10)));
        guest
            .write_all(b"Kernel panic - not syncing: sysrq triggered crash\r\n")
            .unwrap();
        drop(guest);
        assert!(log.wait_for_end(Duration::from_secs(5)));
        assert!(!log.wait_for("three", Duration::from_secs(5)));
        assert_eq!(
            log.panic_message().as_deref(),
            Some("Kernel panic - not syncing: sysrq triggered crash")
        );
        assert!(log.text().starts_with("one\ntwo\n"));
    }
}
