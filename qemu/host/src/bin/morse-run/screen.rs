// SPDX-License-Identifier: GPL-2.0

//! The user's terminal: the guest's shell above, the panel below.
//!
//! The shell's part is a scroll region, so that the guest's bytes pass unchanged. The next drawing of
//! the panel restores it after the guest has overwritten it (`clear`, an editor).

use std::io::{self, Write};
use std::time::{Duration, Instant};

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::crossterm::terminal;
use ratatui::layout::Rect;

use crate::panel::{self, View};

/// The panel is drawn when the guest pauses, so as not to split a control sequence; while it writes
/// continuously, after a line, at this interval.
const QUIET: Duration = Duration::from_millis(15);
const BUSY_INTERVAL: Duration = Duration::from_millis(250);
/// The guest may have overwritten the panel, or told the terminal to report no mouse.
const REFRESH_INTERVAL: Duration = Duration::from_secs(1);
/// The size of a terminal that does not report one.
const FALLBACK_SIZE: (u16, u16) = (80, 24);

/// Presses and releases of the mouse are reported, in a form that has room for large terminals.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";
/// Asks for the keyboard protocol, and then a question that every terminal answers.
const KEYBOARD_ASK: &str = "\x1b[?u\x1b[c";
/// All keys are reported, with their releases (kitty's protocol: 2 and 8), or as before.
const KEYBOARD_ON: &str = "\x1b[>10u";
const KEYBOARD_OFF: &str = "\x1b[<u";

/// The user's terminal. Dropping it leaves it as it was.
pub struct Screen {
    columns: u16,
    rows: u16,
    panel_rows: u16,
    /// Whether there is a key to be pressed.
    hands_on: bool,
    keyboard: bool,
    drawn: Buffer,
    drawn_at: Instant,
    written_at: Instant,
    line_ended: bool,
    overwritten: bool,
}

impl Screen {
    /// Takes the terminal; with the mouse and the whole panel if `hands_on`.
    pub fn open(hands_on: bool) -> io::Result<Screen> {
        let now = Instant::now();
        terminal::enable_raw_mode()?;
        // From here on, dropping it puts the terminal right.
        let mut screen = Screen {
            columns: 0,
            rows: 0,
            panel_rows: 0,
            hands_on,
            keyboard: false,
            drawn: Buffer::default(),
            drawn_at: now,
            written_at: now,
            line_ended: true,
            overwritten: true,
        };
        screen.resize()?;
        if hands_on {
            screen.say(&format!("{MOUSE_ON}{KEYBOARD_ASK}"))?;
        }
        Ok(screen)
    }

    /// Takes the terminal's size anew, and returns the rows and columns that the guest has.
    pub fn resize(&mut self) -> io::Result<(u16, u16)> {
        (self.columns, self.rows) = match terminal::size() {
            Ok((columns, rows)) if columns > 0 && rows > 1 => (columns, rows),
            _ => FALLBACK_SIZE,
        };
        self.panel_rows = panel::rows(self.columns, self.rows, self.hands_on);
        self.overwritten = true;
        // The whole screen scrolls up as far as needed to have the cursor above the panel; the rows
        // below the cursor are the old panel.
        let scroll = "\n".repeat(self.panel_rows.into());
        let region = self.region();
        let up = self.panel_rows;
        self.say(&format!(
            "\x1b7\x1b[r\x1b8{scroll}\x1b[{up}A\x1b[J\x1b7{region}\x1b8"
        ))?;
        Ok(self.guest_size())
    }

    /// The rows and columns that the guest has.
    pub fn guest_size(&self) -> (u16, u16) {
        (self.rows - self.panel_rows, self.columns)
    }

    /// Whether a row of the terminal, from 1, is the key.
    pub fn is_key(&self, row: u16) -> bool {
        self.panel_rows > panel::KEY_ROW && row == self.rows - self.panel_rows + panel::KEY_ROW + 1
    }

    /// Has the terminal report the keys of the keyboard with their releases, or not any more.
    pub fn keyboard(&mut self, on: bool) -> io::Result<()> {
        if on != self.keyboard {
            self.keyboard = on;
            self.say(if on { KEYBOARD_ON } else { KEYBOARD_OFF })?;
        }
        Ok(())
    }

    /// Shows the guest's output.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        self.written_at = Instant::now();
        self.line_ended = bytes.ends_with(b"\n");
        // The guest may have cleared the screen.
        self.overwritten |= bytes.contains(&b'\x1b');
        Ok(())
    }

    /// Shows lines of this program among the guest's.
    pub fn tell(&mut self, text: &str) -> io::Result<()> {
        self.write(format!("\r\n{}\r\n", text.replace('\n', "\r\n")).as_bytes())
    }

    /// Whether the moment is good to draw the panel.
    pub fn is_due(&self) -> bool {
        let quiet = self.written_at.elapsed() > QUIET;
        quiet || self.line_ended && self.drawn_at.elapsed() > BUSY_INTERVAL
    }

    /// Draws the panel, if something changed.
    pub fn show(&mut self, view: &View<'_>) -> io::Result<()> {
        let top = self.rows - self.panel_rows;
        let next = panel::draw(view, Rect::new(0, top, self.columns, self.panel_rows));
        let whole = self.overwritten
            || next.area != self.drawn.area
            || self.drawn_at.elapsed() > REFRESH_INTERVAL;
        if !whole && next == self.drawn {
            return Ok(());
        }
        let mut cells = Vec::new();
        let mut backend = CrosstermBackend::new(&mut cells);
        if whole {
            let all = next.content().iter().enumerate().map(|(index, cell)| {
                let (x, y) = next.pos_of(index);
                (x, y, cell)
            });
            backend.draw(all)?;
        } else {
            backend.draw(self.drawn.diff(&next).into_iter())?;
        }
        let before = match whole {
            true => format!(
                "{}{}",
                self.region(),
                if self.hands_on { MOUSE_ON } else { "" }
            ),
            false => String::new(),
        };
        let mut frame = format!("\x1b7{before}\x1b[0m").into_bytes();
        frame.extend(cells);
        frame.extend(b"\x1b8");
        let mut out = io::stdout().lock();
        out.write_all(&frame)?;
        out.flush()?;
        self.drawn = next;
        if whole {
            self.drawn_at = Instant::now();
            self.overwritten = false;
        }
        Ok(())
    }

    /// The control sequence for the part that the guest's output scrolls in.
    fn region(&self) -> String {
        format!("\x1b[1;{}r", self.rows - self.panel_rows)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.keyboard(false);
        if self.hands_on {
            let _ = self.say(MOUSE_OFF);
        }
        // The whole screen scrolls again, plain text, a visible cursor, and no panel.
        let top = self.rows.saturating_sub(self.panel_rows) + 1;
        let _ = self.say(&format!("\x1b[r\x1b[0m\x1b[?25h\x1b[{top};1H\x1b[J"));
        let _ = terminal::disable_raw_mode();
    }
}
