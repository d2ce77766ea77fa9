// SPDX-License-Identifier: GPL-2.0

//! The thread that uses the link: runs orders that take longer than a frame.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use morse_board::activity;
use morse_board::driver::SIMULATED_KEY;
use morse_board::{Config, Link};

use crate::interactive::Event;
use crate::reload::Modules;

/// Where `make reload` finds the board of a checkout, which is where this was built, and the variable that
/// names another place.
const SOCKET_SETTING: &str = "MORSE_SOCKET";
const SOCKET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../build/board.socket");
/// The script that builds the modules.
const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/module");
/// The byte before the status that ends an answer.
const RECORD_SEPARATOR: char = '\x1e';
/// How many lines of a compiler's errors are shown in the board's terminal.
const ERROR_LINES: usize = 30;

/// An order to the worker.
pub enum Order {
    /// Build the modules and bring them into the board.
    Build,
    /// Bring the modules into the board, and tell this peer.
    Bring(UnixStream),
    /// Press or release the simulated key.
    Key(bool),
    /// Answer if the board does.
    Ping(Sender<()>),
    /// Tell which handlers ran.
    Recording(Sender<String>),
}

/// Starts the worker, which reports through events.
pub fn start(link: Link, config: &Config, session: Sender<Event>) -> io::Result<Sender<Order>> {
    let modules = Modules::of_board(config).map_err(io::Error::other)?;
    let (sender, orders) = mpsc::channel();
    thread::Builder::new()
        .name("link".into())
        .spawn(move || work(link, modules, &orders, &session))?;
    Ok(sender)
}

fn work(mut link: Link, mut modules: Modules, orders: &Receiver<Order>, session: &Sender<Event>) {
    let say = |line: &str| drop(session.send(Event::Said(line.to_owned())));
    let note = |line: &str| drop(session.send(Event::Noted(line.to_owned())));
    while let Ok(order) = orders.recv() {
        match order {
            Order::Key(down) => {
                let _ = link.run(&format!("echo {} > {SIMULATED_KEY}", u8::from(down)));
            }
            Order::Ping(reply) => {
                if link.execute("true", PING_LIMIT).is_ok() {
                    let _ = reply.send(());
                }
            }
            Order::Recording(reply) => {
                let output = link.execute(&activity::stop_command(), RECORDING_LIMIT);
                if let Ok(text) = output.and_then(|output| output.success("the recording")) {
                    let _ = reply.send(text);
                }
            }
            Order::Build => {
                let start = Instant::now();
                note("reload: building ...");
                if let Err(errors) = build() {
                    say(&errors);
                    note("reload: the modules do not build");
                    continue;
                }
                let mut lines = Vec::new();
                let good = bring(&mut modules, &mut link, &mut |line| {
                    lines.push(line.to_owned())
                });
                say(&lines.join("\n"));
                note(&summary(good, start.elapsed()));
            }
            Order::Bring(mut peer) => {
                let start = Instant::now();
                let good = bring(&mut modules, &mut link, &mut |line| {
                    let _ = writeln!(peer, "{line}");
                });
                let _ = writeln!(peer, "{}", summary(good, start.elapsed()));
                let _ = writeln!(peer, "{RECORD_SEPARATOR}{}", u8::from(!good));
                note(&summary(good, start.elapsed()));
            }
        }
    }
}

/// How long a board may take to print its recording.
pub const RECORDING_LIMIT: Duration = Duration::from_secs(20);
/// How long a board has to answer.
pub const PING_LIMIT: Duration = Duration::from_secs(2);

fn bring(modules: &mut Modules, link: &mut Link, tell: &mut dyn FnMut(&str)) -> bool {
    modules.bring(link, tell).unwrap_or_else(|error| {
        tell(&error.to_string());
        false
    })
}

fn summary(good: bool, took: Duration) -> String {
    let how = if good { "done" } else { "failed" };
    format!("reload: {how} after {:.1} s", took.as_secs_f64())
}

/// Builds the modules. The error has the last lines of the compiler's output.
fn build() -> Result<(), String> {
    let output = Command::new(BUILD)
        .output()
        .map_err(|error| format!("cannot start {BUILD}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = errors.lines().collect();
    let first = lines.len().saturating_sub(ERROR_LINES);
    Err(lines[first..].join("\n"))
}

fn socket() -> PathBuf {
    env::var_os(SOCKET_SETTING).map_or_else(|| SOCKET.into(), PathBuf::from)
}

/// The socket by which other programs of the checkout reach its board. Dropping it takes its name
/// away.
pub struct Door(PathBuf);

impl Door {
    /// Opens the door, unless the checkout has a board with one already.
    pub fn open(orders: Sender<Order>) -> io::Result<Option<Door>> {
        let path = socket();
        if UnixStream::connect(&path).is_ok() {
            return Ok(None);
        }
        // Left by one that was killed.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)?;
        thread::Builder::new().name("door".into()).spawn(move || {
            for peer in listener.incoming().flatten() {
                // A peer that only checks whether there is a board sends nothing.
                let mut request = String::new();
                let asked = BufReader::new(&peer).read_line(&mut request).is_ok();
                if asked && request == "reload\n" && orders.send(Order::Bring(peer)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Some(Door(path)))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Makes the board of this checkout reload its modules, and prints its answer; true if there was no
/// error.
pub fn reload() -> Result<bool, String> {
    let mut board = UnixStream::connect(socket()).map_err(|_| {
        "no board of this checkout is running; `make run` in another terminal starts one"
    })?;
    board
        .write_all(b"reload\n")
        .map_err(|error| error.to_string())?;
    for line in BufReader::new(board).lines() {
        let line = line.map_err(|error| error.to_string())?;
        match line.strip_prefix(RECORD_SEPARATOR) {
            Some(status) => return Ok(status == "0"),
            None => println!("{line}"),
        }
    }
    Err("the board went away".into())
}
