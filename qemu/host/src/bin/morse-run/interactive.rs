// SPDX-License-Identifier: GPL-2.0

//! The user at the guest's shell, with the lamp shown live.

use std::error::Error;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use morse_board::{Board, Terminal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::screen::{Screen, EDGES_SHOWN};

/// How often the lamp is drawn, at most.
const FRAME: Duration = Duration::from_millis(33);
/// The key before a command to this program, as QEMU's own.
const PREFIX: u8 = 0x01;
/// The shell's convention for a program ended by a signal.
const SIGNAL_STATUS: i32 = 128;

/// What the loop waits for.
enum Event {
    Typed(Vec<u8>),
    Written(Vec<u8>),
    BoardEnded,
    Signal(i32),
}

/// How a session ended.
enum End {
    /// The user left.
    Left,
    /// The board powered off, or worse.
    BoardEnded,
    /// This program was told to end.
    Signal(i32),
}

/// Gives the user the guest's shell until he leaves it, or powers the board off.
pub fn interact(board: &mut Board) -> Result<ExitCode, Box<dyn Error>> {
    println!("The driver is loaded. Try: echo SOS > /dev/morse");
    println!("The last line shows the LED. `exit`, `poweroff` or Ctrl-A x leaves.\n");
    let screen = Screen::open()?;
    let (rows, columns) = screen.guest_size();
    let end = session(board.login(rows, columns)?, board, screen)?;
    match end {
        End::Left => Ok(ExitCode::SUCCESS),
        End::Signal(signal) => Ok(ExitCode::from(
            u8::try_from(SIGNAL_STATUS + signal).unwrap_or(u8::MAX),
        )),
        End::BoardEnded => match board.run("true") {
            // Powered off, as the user told it.
            Ok(_) | Err(morse_board::Error::Gone { .. }) => Ok(ExitCode::SUCCESS),
            Err(error) => Err(error.into()),
        },
    }
}

/// Passes bytes to and fro; the screen is put right when it ends, whichever way.
fn session(mut guest: Terminal, board: &Board, mut screen: Screen) -> Result<End, Box<dyn Error>> {
    let (sender, events) = mpsc::channel();
    listen_to_signals(sender.clone())?;
    listen_to_guest(guest.port.try_clone()?, sender.clone());
    listen_to_user(sender);

    let mut keys = Keys::default();
    let mut output = Output::new(guest.end.clone());
    loop {
        match events.recv_timeout(FRAME) {
            Ok(Event::Typed(bytes)) => match keys.take(&bytes) {
                Some(bytes) => guest.port.write_all(&bytes)?,
                None => return Ok(End::Left),
            },
            Ok(Event::Written(bytes)) => {
                let ended = output.take(&bytes);
                screen.write(&output.ready)?;
                output.ready.clear();
                if ended {
                    return Ok(End::Left);
                }
            }
            Ok(Event::BoardEnded) => return Ok(End::BoardEnded),
            Ok(Event::Signal(SIGWINCH)) => {
                let (rows, columns) = screen.resize()?;
                guest.resize(rows, columns)?;
            }
            Ok(Event::Signal(signal)) => return Ok(End::Signal(signal)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(End::BoardEnded),
        }
        let lamp = board.lamp();
        let edges = lamp.edges_since(lamp.count().saturating_sub(EDGES_SHOWN));
        screen.show_lamp(&edges, lamp.now_ns())?;
    }
}

fn listen_to_signals(sender: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGWINCH, SIGTERM, SIGHUP, SIGINT])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if sender.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    });
    Ok(())
}

fn listen_to_guest(mut port: UnixStream, sender: Sender<Event>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let event = match port.read(&mut buffer) {
                Ok(0) => Event::BoardEnded,
                Ok(count) => Event::Written(buffer[..count].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => Event::BoardEnded,
            };
            let over = matches!(event, Event::BoardEnded);
            if sender.send(event).is_err() || over {
                break;
            }
        }
    });
}

fn listen_to_user(sender: Sender<Event>) {
    thread::spawn(move || {
        let mut buffer = [0; 256];
        loop {
            match io::stdin().read(&mut buffer) {
                // The terminal is gone; so is who would type.
                Ok(0) => break drop(sender.send(Event::Signal(SIGHUP))),
                Ok(count) => {
                    if sender.send(Event::Typed(buffer[..count].to_vec())).is_err() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break drop(sender.send(Event::Signal(SIGHUP))),
            }
        }
    });
}

/// Takes this program's own commands out of what is typed.
#[derive(Default)]
struct Keys {
    prefixed: bool,
}

impl Keys {
    /// What is for the guest, or nothing when the user wants to leave.
    fn take(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut rest = Vec::new();
        for &byte in bytes {
            match (std::mem::take(&mut self.prefixed), byte) {
                (false, PREFIX) => self.prefixed = true,
                (true, b'x' | b'X') => return None,
                (true, b'a' | PREFIX) => rest.push(PREFIX),
                (_, byte) => rest.push(byte),
            }
        }
        Some(rest)
    }
}

/// Finds the end of the session in what the guest writes, in however many pieces it comes.
struct Output {
    end: Vec<u8>,
    held: Vec<u8>,
    ready: Vec<u8>,
}

impl Output {
    fn new(end: Vec<u8>) -> Self {
        Output {
            end,
            held: Vec::new(),
            ready: Vec::new(),
        }
    }

    /// Whether the end came; what is to be shown is added to `ready`.
    fn take(&mut self, bytes: &[u8]) -> bool {
        self.held.extend_from_slice(bytes);
        if let Some(at) = self
            .held
            .windows(self.end.len())
            .position(|window| window == self.end)
        {
            self.ready.extend(self.held.drain(..at));
            return true;
        }
        // What may be the end's beginning waits for the rest.
        let keep = (1..self.end.len())
            .rev()
            .find(|length| self.held.ends_with(&self.end[..*length]))
            .unwrap_or(0);
        let show = self.held.len() - keep;
        self.ready.extend(self.held.drain(..show));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let mut keys = Keys::default();
        assert_eq!(keys.take(b"ls\r").as_deref(), Some(&b"ls\r"[..]));
        assert_eq!(
            keys.take(b"\x01a\x01\x01.").as_deref(),
            Some(&b"\x01\x01."[..])
        );
        assert_eq!(keys.take(b"\x01").as_deref(), Some(&b""[..]));
        assert_eq!(keys.take(b"x"), None);
    }

    #[test]
    fn end_in_pieces() {
        let mut output = Output::new(b"\x1e7".to_vec());
        assert!(!output.take(b"hello\x1e"));
        assert_eq!(output.ready, b"hello");
        assert!(!output.take(b"8 not yet"));
        assert_eq!(output.ready, b"hello\x1e8 not yet");
        assert!(output.take(b" bye\x1e7 0\n"));
        assert_eq!(output.ready, b"hello\x1e8 not yet bye");
    }
}
