// SPDX-License-Identifier: GPL-2.0

//! A terminal with a program in it, and a simulated user.

use std::io::{Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{self, Command, Pty};
use pty_process::Size;

/// Time limit of each wait; booting on a busy host takes longest.
const LIMIT: Duration = Duration::from_secs(60);
/// The question for kitty's keyboard protocol, and the answer of a terminal that knows it.
const KEYBOARD_QUESTION: &str = "\x1b[?u";
const KEYBOARD_ANSWER: &str = "\x1b[?0u\x1b[?62;22c";

struct State {
    parser: vt100::Parser,
    written: String,
    ended: bool,
}

/// A terminal. Dropping it closes it, as when its window is closed.
pub struct Terminal {
    pty: Arc<Mutex<Option<Arc<Pty>>>>,
    state: Arc<(Mutex<State>, Condvar)>,
    child: Child,
}

impl Terminal {
    /// Starts a program in a terminal, which knows kitty's keyboard protocol or not.
    pub fn start(command: Command, rows: u16, columns: u16, reports_releases: bool) -> Self {
        let (pty, pts) = blocking::open().expect("a terminal");
        pty.resize(Size::new(rows, columns)).expect("a size");
        let child = command.spawn(pts).expect("the program");
        let state = Arc::new((
            Mutex::new(State {
                parser: vt100::Parser::new(rows, columns, 0),
                written: String::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let pty = Arc::new(pty);
        let (reader, screen) = (pty.clone(), state.clone());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            let mut asked = false;
            // EIO if the other end is closed.
            while let Ok(count @ 1..) = (&*reader).read(&mut buffer) {
                let mut state = screen.0.lock().unwrap();
                state.parser.process(&buffer[..count]);
                state
                    .written
                    .push_str(&String::from_utf8_lossy(&buffer[..count]));
                let asks = state.written.contains(KEYBOARD_QUESTION);
                screen.1.notify_all();
                drop(state);
                if reports_releases && asks && !std::mem::replace(&mut asked, true) {
                    let _ = (&*reader).write_all(KEYBOARD_ANSWER.as_bytes());
                }
            }
            screen.0.lock().unwrap().ended = true;
            screen.1.notify_all();
        });
        Terminal {
            pty: Arc::new(Mutex::new(Some(pty))),
            state,
            child,
        }
    }

    /// Sends text to the program, typed or as a report of the terminal.
    pub fn send(&self, text: &str) {
        let pty = self.pty.lock().unwrap();
        let mut pty = &**pty.as_ref().expect("an open terminal");
        pty.write_all(text.as_bytes()).expect("typing");
    }

    /// Presses or releases the left button of the mouse, on a row and column from 1.
    pub fn mouse(&self, row: u16, column: u16, pressed: bool) {
        let end = if pressed { 'M' } else { 'm' };
        self.send(&format!("\x1b[<0;{column};{row}{end}"));
    }

    /// Gives the window another size.
    pub fn resize(&self, rows: u16, columns: u16) {
        self.state.0.lock().unwrap().parser.set_size(rows, columns);
        let pty = self.pty.lock().unwrap();
        let pty = pty.as_ref().expect("an open terminal");
        pty.resize(Size::new(rows, columns)).expect("a size");
    }

    /// All that was written, control sequences included.
    pub fn written(&self) -> String {
        self.state.0.lock().unwrap().written.clone()
    }

    /// Waits for a text on a row, and returns how long that took.
    pub fn wait_row(&self, row: u16, text: &str) -> Duration {
        self.wait(&format!("{text:?} on row {row}"), |screen| {
            row_of(screen, row).contains(text)
        })
    }

    /// Waits for a text anywhere on the screen.
    pub fn wait_text(&self, text: &str) -> Duration {
        self.wait(&format!("{text:?}"), |screen| {
            screen.contents().contains(text)
        })
    }

    /// Waits for a line that begins with a text.
    pub fn wait_line(&self, text: &str) -> Duration {
        self.wait(&format!("{text:?}"), |screen| {
            screen.contents().lines().any(|line| line.starts_with(text))
        })
    }

    fn wait(&self, event: &str, done: impl Fn(&vt100::Screen) -> bool) -> Duration {
        let start = Instant::now();
        let (lock, changed) = &*self.state;
        let (state, _) = changed
            .wait_timeout_while(lock.lock().unwrap(), LIMIT, |state| {
                !done(state.parser.screen()) && !state.ended
            })
            .unwrap();
        let took = start.elapsed();
        let found = done(state.parser.screen());
        let screen = state.parser.screen().contents();
        // Unlock before a panic poisons the mutex: the reader goes on.
        drop(state);
        assert!(found, "waited for {event}, but there was:\n{screen}");
        took
    }

    /// As [`Terminal::wait_end`], with all that was written.
    pub fn wait_end_written(self) -> (ExitStatus, String) {
        let state = self.state.clone();
        let (status, _) = self.wait_end();
        let written = state.0.lock().unwrap().written.clone();
        (status, written)
    }

    /// Waits for the end of the program; returns its status and its last screen.
    pub fn wait_end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "it did not end:\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(20));
        };
        // The last bytes.
        thread::sleep(Duration::from_millis(100));
        let screen = self.screen();
        (status, screen)
    }

    /// The screen.
    pub fn screen(&self) -> String {
        self.state.0.lock().unwrap().parser.screen().contents()
    }

    /// Which reports of the mouse the program has asked for.
    pub fn reports_mouse(&self) -> bool {
        let state = self.state.0.lock().unwrap();
        state.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Closes the terminal while the program runs.
    pub fn hang_up(mut self) -> ExitStatus {
        // The signal is the only notice of a closed window.
        let kill = format!("kill -s HUP {}", self.child.id());
        let status = std::process::Command::new("sh")
            .args(["-c", &kill])
            .status();
        assert!(status.is_ok_and(|status| status.success()));
        self.pty.lock().unwrap().take();
        self.child.wait().expect("a child")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn row_of(screen: &vt100::Screen, row: u16) -> String {
    let (_, columns) = screen.size();
    screen
        .rows(0, columns)
        .nth(usize::from(row) - 1)
        .unwrap_or_default()
}
