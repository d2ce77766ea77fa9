// SPDX-License-Identifier: GPL-2.0

//! The events of a session, from a thread for each source.

use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

/// An event of a session.
pub enum Event {
    /// The user's terminal sent bytes.
    Typed(Vec<u8>),
    /// The guest's shell wrote bytes.
    Written(Vec<u8>),
    /// A reader of `/dev/morse` got text.
    Read(Vec<u8>),
    /// The kernel traced an event: one line of `trace_pipe`.
    Traced(String),
    /// Lines from the link's worker.
    Said(String),
    /// A short notice from the link's worker.
    Noted(String),
    /// QEMU has ended.
    BoardEnded,
    /// This program got a signal.
    Signal(i32),
}

/// Listens to the signals that end or change a session.
pub fn listen_to_signals(sender: Sender<Event>) -> io::Result<()> {
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

/// Listens to the guest's shell.
pub fn listen_to_guest(port: UnixStream, sender: Sender<Event>) {
    thread::spawn(move || {
        let ended = sender.clone();
        read_all(port, |bytes| sender.send(Event::Written(bytes)).is_ok());
        let _ = ended.send(Event::BoardEnded);
    });
}

/// Listens to a reader of the device in the guest.
pub fn listen_to_reader(port: UnixStream, sender: Sender<Event>) {
    thread::spawn(move || read_all(port, |bytes| sender.send(Event::Read(bytes)).is_ok()));
}

/// Listens to the kernel's traces.
pub fn listen_to_traces(port: UnixStream, sender: Sender<Event>) {
    thread::spawn(move || {
        let mut port = BufReader::new(port);
        let mut line = Vec::new();
        while port
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            let text = String::from_utf8_lossy(&line).into_owned();
            if sender.send(Event::Traced(text)).is_err() {
                break;
            }
            line.clear();
        }
    });
}

/// Passes on the port's bytes until the port or the receiver is closed.
fn read_all(mut port: UnixStream, send: impl Fn(Vec<u8>) -> bool) {
    let mut buffer = [0; 4096];
    loop {
        match port.read(&mut buffer) {
            Ok(count @ 1..) if send(buffer[..count].to_vec()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
}

/// Listens to the user's terminal.
pub fn listen_to_user(sender: Sender<Event>) {
    thread::spawn(move || {
        let mut buffer = [0; 256];
        loop {
            match io::stdin().read(&mut buffer) {
                // The terminal is gone.
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
