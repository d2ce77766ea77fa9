// SPDX-License-Identifier: GPL-2.0

//! The user's terminal: the guest's shell above, the lamp on the last line.
//!
//! The shell's part is a scroll region, so that the guest's bytes pass as they are. What the guest
//! cannot know of, and undoes (`clear`, an editor), is put right with the next drawing of the last
//! line.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::terminal;
use morse_board::{decode, Edge, Pace, Timeline};

/// A column of the strip.
const COLUMN_NS: u64 = 100_000_000;
/// The line is not drawn while the guest is writing, as that could be in the middle of one of its
/// control sequences; but if it never stops, then after a whole line and so often.
const QUIET: Duration = Duration::from_millis(15);
const BUSY_INTERVAL: Duration = Duration::from_millis(250);
/// The guest may have overwritten the line.
const REFRESH_INTERVAL: Duration = Duration::from_secs(1);
/// What a terminal that does not tell has.
const FALLBACK_SIZE: (u16, u16) = (80, 24);
/// So many edges are enough for what the line can show.
pub const EDGES_SHOWN: usize = 400;

const HELP: &str = "Ctrl-A x leaves";

/// The user's terminal. Dropping it leaves it as it was.
pub struct Screen {
    columns: u16,
    rows: u16,
    drawn: String,
    drawn_at: Instant,
    written_at: Instant,
    line_ended: bool,
}

impl Screen {
    /// Takes the terminal.
    pub fn open() -> io::Result<Screen> {
        let now = Instant::now();
        terminal::enable_raw_mode()?;
        // From here on, dropping it puts the terminal right.
        let mut screen = Screen {
            columns: 0,
            rows: 0,
            drawn: String::new(),
            drawn_at: now,
            written_at: now,
            line_ended: true,
        };
        screen.resize()?;
        Ok(screen)
    }

    /// Takes the terminal's size anew, and returns the rows and columns that the guest has.
    pub fn resize(&mut self) -> io::Result<(u16, u16)> {
        let (columns, rows) = match terminal::size() {
            Ok((columns, rows)) if columns > 0 && rows > 1 => (columns, rows),
            _ => FALLBACK_SIZE,
        };
        let first = self.rows == 0;
        (self.columns, self.rows) = (columns, rows);
        self.drawn.clear();
        let mut out = io::stdout().lock();
        if first {
            // Scroll up by one line, should the cursor be on the last, which is to be ours.
            write!(out, "\n\x1b[A")?;
        }
        write!(out, "\x1b7\x1b[1;{}r\x1b8", rows - 1)?;
        out.flush()?;
        Ok(self.guest_size())
    }

    /// The rows and columns that the guest has.
    pub fn guest_size(&self) -> (u16, u16) {
        (self.rows - 1, self.columns)
    }

    /// Shows what the guest wrote.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        self.written_at = Instant::now();
        self.line_ended = bytes.ends_with(b"\n");
        Ok(())
    }

    /// Shows the lamp, if something changed and the moment is good.
    pub fn show_lamp(&mut self, edges: &[Edge], now_ns: u64) -> io::Result<()> {
        let quiet = self.written_at.elapsed() > QUIET;
        let due = self.line_ended && self.drawn_at.elapsed() > BUSY_INTERVAL;
        if !(quiet || due) {
            return Ok(());
        }
        let line = status(edges, now_ns, self.columns.into());
        if line == self.drawn && self.drawn_at.elapsed() < REFRESH_INTERVAL {
            return Ok(());
        }
        let last = self.rows;
        let mut out = io::stdout().lock();
        write!(
            out,
            "\x1b7\x1b[1;{}r\x1b[{last};1H\x1b[0m{line}\x1b[0m\x1b[K\x1b8",
            last - 1
        )?;
        out.flush()?;
        self.drawn = line;
        self.drawn_at = Instant::now();
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let mut out = io::stdout().lock();
        // The whole screen scrolls again, plain text, a visible cursor, and an empty last line.
        let _ = write!(
            out,
            "\x1b[r\x1b[0m\x1b[?25h\x1b[{};1H\x1b[K",
            self.rows.max(1)
        );
        let _ = out.flush();
        let _ = terminal::disable_raw_mode();
    }
}

/// The lamp, the last seconds of it as a strip that moves to the left, and the text read from it.
fn status(edges: &[Edge], now_ns: u64, columns: usize) -> String {
    const ON: &str = "\x1b[1;33m● on \x1b[0m";
    const OFF: &str = "\x1b[2m○ off\x1b[0m";
    const LAMP_COLUMNS: usize = 6;

    let lit = edges.last().is_some_and(|edge| edge.on);
    let lamp = if lit { ON } else { OFF };
    let rest = columns.saturating_sub(LAMP_COLUMNS + 1);
    let strip_columns = rest / 2;
    // Two spaces beside the text, and one at the end, where some terminals would wrap.
    let Some(text_columns) = (rest - strip_columns).checked_sub(HELP.len() + 3) else {
        return format!(" {lamp}");
    };
    let read = decode(&Timeline::new(edges.iter().copied()), Pace::DEFAULT)
        .message
        .to_string();
    let skipped = read.chars().count().saturating_sub(text_columns);
    let read: String = read.chars().skip(skipped).collect();
    format!(
        " {lamp} \x1b[33m{}\x1b[0m {read:<text_columns$} \x1b[2m{HELP}\x1b[0m",
        strip(edges, now_ns, strip_columns)
    )
}

/// The lamp of the last `columns` tenths of a second, now at the right.
fn strip(edges: &[Edge], now_ns: u64, columns: usize) -> String {
    // Columns begin at whole tenths, so that a mark does not change its looks while it moves.
    let last = now_ns / COLUMN_NS;
    (0..columns as u64)
        .rev()
        .map(|back| {
            let Some(column) = last.checked_sub(back) else {
                return ' ';
            };
            // The middle of the column tells; of the one that is not over yet, the present.
            let at_ns = (column * COLUMN_NS + COLUMN_NS / 2).min(now_ns);
            let before = edges.partition_point(|edge| edge.at_ns <= at_ns);
            match before.checked_sub(1).is_some_and(|index| edges[index].on) {
                true => '█',
                false => ' ',
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn edges(edges: &[(u64, bool)]) -> Vec<Edge> {
        edges
            .iter()
            .map(|&(ms, on)| Edge { at_ns: ms * MS, on })
            .collect()
    }

    /// The width that a line takes on the screen.
    fn width(line: &str) -> usize {
        let mut visible = 0;
        let mut escaped = false;
        for c in line.chars() {
            match c {
                '\x1b' => escaped = true,
                'm' if escaped => escaped = false,
                _ if escaped => {}
                _ => visible += 1,
            }
        }
        visible
    }

    #[test]
    fn strip_ends_now() {
        let edges = edges(&[(1000, true), (1200, false), (1400, true)]);
        assert_eq!(strip(&edges, 1499 * MS, 6), " ██  █");
        assert_eq!(strip(&edges, 1699 * MS, 6), "█  ███");
        assert_eq!(strip(&edges, 199 * MS, 4), "    ");
    }

    #[test]
    fn status_tells_the_lamp_and_the_text() {
        let dot = edges(&[(1000, true), (1200, false)]);
        assert!(status(&dot, 2000 * MS, 80).contains('○'));
        assert!(status(&dot, 2000 * MS, 80).contains(" E "));
        assert!(status(&dot[..1], 1100 * MS, 80).contains('●'));
    }

    #[test]
    fn status_fits_every_terminal() {
        let edges = edges(&[(1000, true), (1200, false)]);
        for columns in 8..200 {
            let line = status(&edges, 2000 * MS, columns);
            assert!(width(&line) <= columns, "{columns}: {line:?}");
        }
    }
}
