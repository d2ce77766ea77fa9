// SPDX-License-Identifier: GPL-2.0

//! Sends a text through the driver and watches the lamp, by the clock that the board runs by.

use std::fmt;
use std::thread;
use std::time::Duration;

use crate::board::{Board, Time};
use crate::decoder::{decode, Reading};
use crate::error::{Error, Result};
use crate::lamp::{Edge, Timeline};
use crate::message::{Message, Pace};
use crate::quote;
use crate::timing::{Milliseconds, Mismatch, Timing};
use crate::trace::Recording;

/// The device that text is written to.
pub const DEVICE: &str = "/dev/morse";

/// How far an edge may be from the grid in virtual time, in ns. The driver's share was measured as some 10 us.
pub const VIRTUAL_BOUND_NS: u64 = 100_000;
/// How far an edge may be from the grid in real time, in parts of a unit. A busy host delays the guest and the watcher
/// alike; a quarter is half of what an element can bear and still be read.
const REAL_BOUND_PARTS: u64 = 4;
/// How much longer than the message the lamp is waited for.
const SLACK: Duration = Duration::from_secs(30);

/// What came of a text that was sent.
#[derive(Clone, Debug)]
pub struct Transmission {
    /// What was to be sent.
    pub sent: Message,
    /// The pace it was sent at.
    pub pace: Pace,
    /// The clock it was watched by.
    pub time: Time,
    /// What the lamp did.
    pub timeline: Timeline,
    /// What an independent decoder made of that.
    pub seen: Reading,
}

/// Writes a text to [`DEVICE`] and watches the lamp until it has been dark for longer than a word gap after the expected
/// end.
///
/// # Errors
///
/// [`Error::Failed`] when the write failed, [`Error::Lamp`] when the lamp stayed dark or did not stop, and as
/// [`Board::execute`].
pub fn send(board: &mut Board, text: &str, pace: Pace) -> Result<Transmission> {
    let sent = Message::parse(text).map_err(|error| Error::Lamp { problem: format!("cannot show this: {error}") })?;
    let edges = match board.time() {
        Time::Real => send_real(board, text, &sent, pace)?,
        Time::Virtual => send_virtual(board, text, &sent, pace)?,
    };
    let timeline = Timeline::new(edges);
    let seen = decode(&timeline, pace);
    Ok(Transmission { sent, pace, time: board.time(), timeline, seen })
}

fn write_command(text: &str) -> String {
    format!("{} > {DEVICE}", quote::echo(text))
}

fn send_real(board: &mut Board, text: &str, sent: &Message, pace: Pace) -> Result<Vec<Edge>> {
    let duration = Duration::from_nanos(sent.duration_ns(pace));
    // Longer than any darkness within the message.
    let dark = Duration::from_nanos(pace.word_gap_ns() + pace.unit_ns);
    let before = board.lamp().count();
    let command = write_command(text);
    board.execute(&command, duration + SLACK)?.success(&command)?;
    loop {
        let edges = board.lamp().wait_message(before, dark, duration + SLACK)?;
        let first_ns = edges.first().map_or(0, |edge| edge.at_ns);
        let over_ns = first_ns + sent.duration_ns(pace) + pace.word_gap_ns();
        let left_ns = over_ns.saturating_sub(board.lamp().now_ns());
        if left_ns == 0 {
            return Ok(edges);
        }
        // A lamp that stood still too early may go on.
        thread::sleep(Duration::from_nanos(left_ns));
    }
}

fn send_virtual(board: &mut Board, text: &str, sent: &Message, pace: Pace) -> Result<Vec<Edge>> {
    let recording = Recording::start(board)?;
    // One command, as the guest's clock rushes on while it waits for the host.
    let wait_ms = (sent.duration_ns(pace) + 2 * pace.word_gap_ns()).div_ceil(1_000_000);
    let command = format!("{} && usleep {}", write_command(text), wait_ms * 1000);
    let limit = Duration::from_nanos(sent.duration_ns(pace)) + SLACK;
    board.execute(&command, limit)?.success(&command)?;
    let edges = recording.edges(board)?;
    match edges.is_empty() {
        true => Err(Error::Lamp { problem: "did not go on".into() }),
        false => Ok(edges),
    }
}

impl Transmission {
    /// Whether the lamp showed the text.
    pub fn agrees(&self) -> bool {
        self.seen.message == self.sent
    }

    /// How far the lamp was from the ideal grid.
    ///
    /// # Errors
    ///
    /// [`Mismatch`] when it did not have the edges of the message.
    pub fn timing(&self) -> std::result::Result<Timing, Mismatch> {
        Timing::compare(&self.sent, self.pace, &self.timeline)
    }

    /// How far an edge may be from the grid, in ns.
    pub fn bound_ns(&self) -> u64 {
        match self.time {
            Time::Real => self.pace.unit_ns / REAL_BOUND_PARTS,
            Time::Virtual => VIRTUAL_BOUND_NS,
        }
    }

    /// Whether the lamp showed the text, and on time.
    pub fn is_good(&self) -> bool {
        self.agrees() && self.timing().is_ok_and(|timing| timing.is_within(self.bound_ns()))
    }
}

impl fmt::Display for Transmission {
    /// The lines `sent:`, `seen:` and `timing:`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "sent: {}", self.sent)?;
        writeln!(f, "seen: {}", self.seen.message)?;
        match self.timing() {
            Ok(timing) => write!(f, "timing: {timing}")?,
            Err(mismatch) => write!(f, "timing: {mismatch}")?,
        }
        let clock = match self.time {
            Time::Real => "real time",
            Time::Virtual => "virtual time",
        };
        let bound_ns = i64::try_from(self.bound_ns()).unwrap_or(i64::MAX);
        write!(f, " (bound {}, {clock})", Milliseconds(bound_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transmission(sent: &str, lamp: &str, late_ns: u64) -> Transmission {
        let pace = Pace::DEFAULT;
        let shown = Message::parse(lamp).unwrap().edges(pace).into_iter().map(|edge| Edge {
            at_ns: edge.at_ns + if edge.on { 0 } else { late_ns },
            on: edge.on,
        });
        let timeline = Timeline::new(shown);
        let seen = decode(&timeline, pace);
        Transmission { sent: Message::parse(sent).unwrap(), pace, time: Time::Virtual, timeline, seen }
    }

    #[test]
    fn good() {
        let good = transmission("sos", "SOS", 1000);
        assert!(good.is_good());
        let text = good.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["sent: SOS", "seen: SOS"]);
        assert!(lines[2].starts_with("timing: worst edge +0.001 ms, drift +0.001 ms"), "{text}");
    }

    #[test]
    fn wrong_text_or_wrong_time_is_not_good() {
        assert!(!transmission("SOS", "SOT", 0).is_good());
        assert!(!transmission("SOS", "SO", 0).agrees());
        let late = transmission("SOS", "SOS", VIRTUAL_BOUND_NS + 1);
        assert!(late.agrees() && !late.is_good());
        assert!(transmission("SOS", "SO", 0).to_string().contains("18 edges, the lamp showed 12"));
    }
}
