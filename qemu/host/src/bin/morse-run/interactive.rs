// SPDX-License-Identifier: GPL-2.0

//! The user at the guest's shell, with the panel below it.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use morse_board::{Board, Config, Terminal};
use signal_hook::consts::SIGWINCH;

use crate::events;
pub use crate::events::Event;
use crate::farewell;
use crate::input::{Input, Parser};
use crate::key::Key;
use crate::output::Output;
use crate::panel::View;
use crate::reading::Reading;
use crate::screen::Screen;
use crate::traces::Driver;
use crate::worker::{self, Door, Order};

/// How often the panel is drawn, at most.
const FRAME: Duration = Duration::from_millis(33);
/// How long a notice is shown.
const NOTICE: Duration = Duration::from_secs(8);
/// The columns of a strip have the length of half a unit, but for very short ones.
const COLUMN_MIN_NS: u64 = 10_000_000;
/// As many characters of received text are more than a panel can show.
const TEXT_MAX: usize = 400;
/// The key of the keyboard that is the board's key.
const SPACE: u32 = 32;
/// The shell's convention for a program ended by a signal.
const SIGNAL_STATUS: i32 = 128;

const HELP: &str = "mouse on key; Ctrl-A: k key r reload l log x leave ";
const HELP_PLAIN: &str = "Ctrl-A: k key r reload l log x leave ";

/// How a session ended.
enum End {
    /// The user left.
    Left,
    /// The board powered off, or worse.
    BoardEnded,
    /// This program was told to end.
    Signal(i32),
}

/// The settings of a session.
pub struct Settings<'a> {
    /// Whether the panel has a key to be pressed.
    pub hands_on: bool,
    /// The drawing of the recording, made when the user leaves.
    pub timeline: Option<&'a Path>,
}

/// Gives the user the guest's shell until he leaves it, or powers the board off.
pub fn interact(
    board: &mut Board,
    config: &Config,
    settings: &Settings<'_>,
) -> Result<ExitCode, Box<dyn Error>> {
    let hands_on = settings.hands_on;
    println!("The driver is loaded. Try: echo SOS > /dev/morse");
    println!("The LED and the key are below. `exit`, `poweroff` or Ctrl-A x leaves.\n");
    let (sender, events) = mpsc::channel();
    let orders = match board.link()? {
        Some(link) => {
            events::listen_to_traces(link.traces.try_clone()?, sender.clone());
            events::listen_to_reader(link.text.try_clone()?, sender.clone());
            Some(worker::start(link, config, sender.clone())?)
        }
        None => None,
    };
    let door = orders.clone().map(Door::open).transpose();
    let screen = Screen::open(hands_on)?;
    let (rows, columns) = screen.guest_size();
    let guest = board.login(rows, columns)?;
    let mut session = Session::new(board, guest, screen, orders.clone(), hands_on);
    session.listen(sender)?;
    if let Err(error) = &door {
        session.note(&format!("make reload cannot reach this board: {error}"));
    }
    let result = session.run(&events);
    // Restore the screen before printing anything else.
    drop(session);
    drop(door);
    match result? {
        End::Left => {
            if let Some(path) = settings.timeline {
                draw(path, orders.as_ref())?;
            }
            Ok(leave(board, orders.as_ref()))
        }
        End::Signal(signal) => Ok(ExitCode::from(
            u8::try_from(SIGNAL_STATUS + signal).unwrap_or(u8::MAX),
        )),
        End::BoardEnded => match board.run("true") {
            // The user has powered the board off.
            Ok(_) | Err(morse_board::Error::Gone { .. }) => Ok(tell_complaint(board)),
            Err(morse_board::Error::Panic { message, .. }) => {
                tell_complaint(board);
                Err(message.into())
            }
            Err(error) => Err(error.into()),
        },
    }
}

/// Draws the recording. Only the link is free for that, as the user may have left a shell that runs a program.
fn draw(path: &Path, orders: Option<&Sender<Order>>) -> Result<(), String> {
    let orders = orders.ok_or("TIMELINE: this kernel has no virtio-serial")?;
    let (reply, answer) = mpsc::channel();
    let _ = orders.send(Order::Recording(reply));
    match answer.recv_timeout(worker::RECORDING_LIMIT) {
        Ok(recording) => crate::draw(path, &recording),
        Err(_) => Err("TIMELINE: the board does not print its recording".to_owned()),
    }
}

/// Prints the kernel's complaints, or that it does not answer any more.
fn leave(board: &Board, orders: Option<&Sender<Order>>) -> ExitCode {
    let told = tell_complaint(board);
    let Some(orders) = orders else {
        return told;
    };
    let (reply, answer) = mpsc::channel();
    let _ = orders.send(Order::Ping(reply));
    if told == ExitCode::SUCCESS && answer.recv_timeout(worker::PING_LIMIT).is_err() {
        eprintln!("The board does not answer any more. The end of its kernel's log:");
        eprintln!("{}", farewell::log(&board.log().text()));
        return ExitCode::FAILURE;
    }
    told
}

fn tell_complaint(board: &Board) -> ExitCode {
    match farewell::complaint(&board.log().text()) {
        Some(complaint) => {
            eprintln!("The board's kernel complained:\n{complaint}");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

/// Passes bytes in both directions. Dropping it restores the screen.
struct Session<'a> {
    board: &'a mut Board,
    guest: Terminal,
    screen: Screen,
    orders: Option<Sender<Order>>,
    parser: Parser,
    output: Output,
    driver: Driver,
    reading: Reading,
    lamp_seen: usize,
    key: Key,
    key_text: String,
    /// Whether the terminal can report releases, and whether its keys are the board's key now.
    reports_releases: bool,
    keyboard: bool,
    notice: Option<(String, Instant)>,
    log_seen: usize,
    complaint: Option<String>,
    hands_on: bool,
}

impl<'a> Session<'a> {
    fn new(
        board: &'a mut Board,
        guest: Terminal,
        screen: Screen,
        orders: Option<Sender<Order>>,
        hands_on: bool,
    ) -> Self {
        let driver = Driver::default();
        Session {
            board,
            parser: Parser::new(hands_on),
            output: Output::new(guest.end.clone()),
            guest,
            screen,
            orders,
            reading: Reading::new(driver.pace),
            driver,
            lamp_seen: 0,
            key: Key::default(),
            key_text: String::new(),
            reports_releases: false,
            keyboard: false,
            notice: None,
            log_seen: 0,
            complaint: None,
            hands_on,
        }
    }

    fn listen(&self, sender: Sender<Event>) -> Result<(), Box<dyn Error>> {
        events::listen_to_signals(sender.clone())?;
        events::listen_to_guest(self.guest.port.try_clone()?, sender.clone());
        events::listen_to_user(sender);
        Ok(())
    }

    fn run(&mut self, events: &mpsc::Receiver<Event>) -> Result<End, Box<dyn Error>> {
        loop {
            match events.recv_timeout(FRAME) {
                Ok(event) => {
                    if let Some(end) = self.handle(event)? {
                        return Ok(end);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(Input::Guest(bytes)) = self.parser.flush() {
                        self.guest.port.write_all(&bytes)?;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(End::BoardEnded),
            }
            if self.key.left() == Some(Duration::ZERO) {
                self.press(false)?;
                self.note("the key went up by itself: the terminal reported no release for 10 s");
            }
            if self.screen.is_due() {
                self.look_at_log();
                self.draw()?;
            }
        }
    }

    fn handle(&mut self, event: Event) -> Result<Option<End>, Box<dyn Error>> {
        match event {
            Event::Typed(bytes) => {
                for input in self.parser.take(&bytes) {
                    if let Some(end) = self.input(input)? {
                        return Ok(Some(end));
                    }
                }
            }
            Event::Written(bytes) => {
                let ended = self.output.take(&bytes);
                self.screen.write(&self.output.ready)?;
                self.output.ready.clear();
                return Ok(ended.then_some(End::Left));
            }
            Event::Read(bytes) => self.read(&bytes),
            Event::Traced(line) => {
                let now_ns = self.board.lamp().now_ns();
                self.driver.take(&line);
                self.reading.change(self.driver.pace, now_ns);
                let edge = self.driver.take_edge(now_ns);
                if self.board.machine().gpio.is_none() {
                    self.reading.extend(edge);
                }
            }
            Event::Said(text) => self.screen.tell(&text)?,
            Event::Noted(text) => self.note(&text),
            Event::BoardEnded => return Ok(Some(End::BoardEnded)),
            Event::Signal(SIGWINCH) => {
                let (rows, columns) = self.screen.resize()?;
                self.guest.resize(rows, columns)?;
            }
            Event::Signal(signal) => return Ok(Some(End::Signal(signal))),
        }
        Ok(None)
    }

    fn input(&mut self, input: Input) -> Result<Option<End>, Box<dyn Error>> {
        match input {
            Input::Guest(bytes) => self.guest.port.write_all(&bytes)?,
            Input::Command(b'x' | b'X') => return Ok(Some(End::Left)),
            Input::Command(b'k') if self.reports_releases => {
                self.take_keyboard(true)?;
                self.note("the space bar is the key; any other key ends that");
            }
            Input::Command(b'k') => self.press(!self.key.is_down())?,
            Input::Command(b'l') => {
                let text = farewell::log(&self.board.log().text());
                self.screen.tell(&text)?;
            }
            Input::Command(b'r') => self.order(Order::Build),
            Input::Command(_) => self.note("Ctrl-A: k key, r reload, l log, a itself, x leave"),
            Input::Mouse { row, pressed: true } if self.screen.is_key(row) => self.press(true)?,
            Input::Mouse { pressed: false, .. } => self.press(false)?,
            Input::Mouse { .. } => {}
            Input::Key {
                code: SPACE,
                pressed,
            } => self.press(pressed)?,
            Input::Key { pressed: true, .. } => {
                self.press(false)?;
                self.take_keyboard(false)?;
            }
            // The release of a key of the command.
            Input::Key { .. } => {}
            Input::ReportsReleases => self.reports_releases = true,
        }
        Ok(None)
    }

    /// Gives the keyboard to the board's key, or back to the guest.
    fn take_keyboard(&mut self, on: bool) -> Result<(), Box<dyn Error>> {
        self.keyboard = on;
        self.parser.keyboard(on);
        self.notice = None;
        Ok(self.screen.keyboard(on)?)
    }

    fn order(&mut self, order: Order) {
        match &self.orders {
            Some(orders) => drop(orders.send(order)),
            None => self.note("this kernel has no virtio-serial, by which that is done"),
        }
    }

    /// Presses or releases the board's key.
    fn press(&mut self, down: bool) -> Result<(), Box<dyn Error>> {
        if down == self.key.is_down() {
            return Ok(());
        }
        match self.board.machine().gpio {
            Some(_) => self.board.key(down)?,
            None => self.order(Order::Key(down)),
        }
        self.key.set(down, self.board.lamp().now_ns());
        Ok(())
    }

    /// Adds text received by `/dev/morse`.
    fn read(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        self.key_text
            .extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        let surplus = self.key_text.chars().count().saturating_sub(TEXT_MAX);
        if let Some((at, _)) = self.key_text.char_indices().nth(surplus) {
            self.key_text.drain(..at);
        }
    }

    fn note(&mut self, text: &str) {
        self.notice = Some((text.to_owned(), Instant::now()));
    }

    /// Looks for the kernel's first complaint.
    fn look_at_log(&mut self) {
        if self.complaint.is_some() || self.board.log().len() == self.log_seen {
            return;
        }
        self.log_seen = self.board.log().len();
        self.complaint = farewell::first(&self.board.log().text());
    }

    fn draw(&mut self) -> Result<(), Box<dyn Error>> {
        let lamp = self.board.lamp();
        let now_ns = lamp.now_ns();
        let edges = lamp.edges_since(self.lamp_seen);
        self.lamp_seen += edges.len();
        self.reading.extend(edges);
        let text = self.reading.text();
        if self
            .notice
            .as_ref()
            .is_some_and(|(_, at)| at.elapsed() > NOTICE && !self.keyboard)
        {
            self.notice = None;
        }
        let view = View {
            now_ns,
            column_ns: (self.reading.pace().unit_ns / 2).max(COLUMN_MIN_NS),
            lamp: self.reading.edges(),
            lamp_text: &text,
            key: self.key.edges(),
            key_text: &self.key_text,
            path: self.driver.path.as_ref(),
            late_ns: self.driver.late_ns,
            notice: self.notice.as_ref().map(|(text, _)| text.as_str()),
            complaint: self.complaint.as_deref(),
            help: if self.hands_on { HELP } else { HELP_PLAIN },
        };
        Ok(self.screen.show(&view)?)
    }
}
