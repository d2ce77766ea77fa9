// SPDX-License-Identifier: GPL-2.0

//! Sends a text through the driver and watches the lamp, by the clock that the board runs by.

use std::fmt;
use std::thread;
use std::time::Duration;

use crate::board::Board;
use crate::decoder::{decode, Reading};
use crate::error::{Error, Result};
use crate::lamp::{Edge, Timeline};
use crate::message::{Message, Pace};
use crate::options::Time;
use crate::quote;
use crate::timing::{Mismatch, Timing};
use crate::trace::Recording;

/// The device that text is written to.
pub const DEVICE: &str = "/dev/morse";

/// The bound for the lamp's deviation from the ideal grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The bound for an edge's deviation, in ns.
    pub edge_ns: u64,
    /// The number of edges that may exceed it.
    pub exceptions: usize,
}

impl Bound {
    /// The bound in virtual time, in ns. The driver's share was measured as less than 10 us.
    const VIRTUAL_NS: u64 = 50_000;
    /// The bound on the sanitizer kernel, where a wake-up alone takes some hundred us.
    const SANITIZER_NS: u64 = 2_000_000;
    /// The bound in real time is this part of a unit: half of the error at which a text can still be read.
    const REAL_PARTS: u64 = 4;
    /// In real time one edge of so many may exceed the bound: a busy host sometimes stops the guest, or this
    /// program, for longer. This is no fault of the driver.
    const REAL_EDGES_PER_EXCEPTION: usize = 20;

    /// The bound for a number of edges, on a kernel with or without sanitizers.
    pub fn new(time: Time, sanitizers: bool, pace: Pace, edges: usize) -> Bound {
        match time {
            Time::Real => Bound {
                edge_ns: pace.unit_ns / Self::REAL_PARTS,
                exceptions: edges.div_ceil(Self::REAL_EDGES_PER_EXCEPTION),
            },
            Time::Virtual => Bound {
                edge_ns: if sanitizers {
                    Self::SANITIZER_NS
                } else {
                    Self::VIRTUAL_NS
                },
                exceptions: 0,
            },
        }
    }

    /// Whether a timing keeps the bound.
    pub fn holds(self, timing: &Timing) -> bool {
        timing.beyond(self.edge_ns) <= self.exceptions
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.edge_ns as f64 / 1e6)?;
        match self.exceptions {
            0 => Ok(()),
            1 => write!(f, " but for one edge"),
            n => write!(f, " but for {n} edges"),
        }
    }
}

/// Time to wait for the lamp beyond the length of the message.
const SLACK: Duration = Duration::from_secs(30);

/// A text that was sent, and the lamp seen from outside.
#[derive(Clone, Debug)]
pub struct Transmission {
    /// The text.
    pub sent: Message,
    /// The pace it was sent at.
    pub pace: Pace,
    /// The clock it was watched by.
    pub time: Time,
    /// Whether the kernel has sanitizers.
    pub sanitizers: bool,
    /// The edges of the lamp.
    pub timeline: Timeline,
    /// The text that an independent decoder reads from them.
    pub seen: Reading,
}

/// Writes a text to [`DEVICE`] and watches the lamp until it has been dark for longer than a word
/// gap after the expected end.
///
/// # Errors
///
/// [`Error::Failed`] when the write failed, [`Error::Lamp`] when the lamp stayed dark or did not
/// stop, and as [`Board::execute`].
pub fn send(board: &mut Board, text: &str, pace: Pace) -> Result<Transmission> {
    let sent = Message::parse(text).map_err(|error| Error::Lamp {
        problem: format!("cannot show this: {error}"),
    })?;
    let edges = match board.time() {
        Time::Real => send_real(board, text, &sent, pace)?,
        Time::Virtual => send_virtual(board, text, &sent, pace)?,
    };
    let timeline = Timeline::new(edges);
    let seen = decode(&timeline, pace);
    Ok(Transmission {
        sent,
        pace,
        time: board.time(),
        sanitizers: board.has_sanitizers(),
        timeline,
        seen,
    })
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
    board
        .execute(&command, duration + SLACK)?
        .success(&command)?;
    loop {
        let edges = board.lamp().wait_message(before, dark, duration + SLACK)?;
        let first_ns = edges.first().map_or(0, |edge| edge.at_ns);
        let over_ns = first_ns + sent.duration_ns(pace) + pace.word_gap_ns();
        let left_ns = over_ns.saturating_sub(board.lamp().now_ns());
        if left_ns == 0 {
            return Ok(edges);
        }
        // The lamp may continue after a pause within the message.
        thread::sleep(Duration::from_nanos(left_ns));
    }
}

fn send_virtual(board: &mut Board, text: &str, sent: &Message, pace: Pace) -> Result<Vec<Edge>> {
    let recording = Recording::start(board)?;
    // One command, as the guest's clock advances quickly while it waits for the host.
    let wait_ms = (sent.duration_ns(pace) + 2 * pace.word_gap_ns()).div_ceil(1_000_000);
    let command = format!("{} && usleep {}", write_command(text), wait_ms * 1000);
    let limit = Duration::from_nanos(sent.duration_ns(pace)) + SLACK;
    board.execute(&command, limit)?.success(&command)?;
    let edges = recording.edges(board)?;
    match edges.is_empty() {
        true => Err(Error::Lamp {
            problem: "did not go on".into(),
        }),
        false => Ok(edges),
    }
}

impl Transmission {
    /// Whether the lamp showed the text.
    pub fn agrees(&self) -> bool {
        self.seen.message == self.sent
    }

    /// Returns the lamp's deviation from the ideal grid.
    ///
    /// # Errors
    ///
    /// [`Mismatch`] when it did not have the edges of the message.
    pub fn timing(&self) -> std::result::Result<Timing, Mismatch> {
        Timing::compare(&self.sent, self.pace, &self.timeline)
    }

    /// Returns the bound for the deviation.
    pub fn bound(&self) -> Bound {
        Bound::new(
            self.time,
            self.sanitizers,
            self.pace,
            self.timeline.edges().len(),
        )
    }

    /// Whether the lamp showed the text, and on time.
    pub fn is_good(&self) -> bool {
        self.agrees()
            && self
                .timing()
                .is_ok_and(|timing| self.bound().holds(&timing))
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
        write!(f, " ({clock}, bound {})", self.bound())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transmission(sent: &str, lamp: &str, late_ns: u64) -> Transmission {
        let pace = Pace::DEFAULT;
        let shown = Message::parse(lamp)
            .unwrap()
            .edges(pace)
            .into_iter()
            .map(|edge| Edge {
                at_ns: edge.at_ns + if edge.on { 0 } else { late_ns },
                on: edge.on,
            });
        let timeline = Timeline::new(shown);
        let seen = decode(&timeline, pace);
        Transmission {
            sent: Message::parse(sent).unwrap(),
            pace,
            time: Time::Virtual,
            sanitizers: false,
            timeline,
            seen,
        }
    }

    #[test]
    fn good() {
        let good = transmission("sos", "SOS", 1000);
        assert!(good.is_good());
        let text = good.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["sent: SOS", "seen: SOS"]);
        assert!(
            lines[2].starts_with("timing: worst edge +0.001 ms, drift +0.001 ms"),
            "{text}"
        );
    }

    #[test]
    fn a_busy_host_is_allowed_for_in_real_time_only() {
        let bound = Bound::new(Time::Real, false, Pace::DEFAULT, 18);
        assert_eq!(
            bound,
            Bound {
                edge_ns: 50_000_000,
                exceptions: 1
            }
        );
        assert_eq!(bound.to_string(), "50 ms but for one edge");
        let mut late = transmission("SOS", "SOS", 0);
        late.time = Time::Real;
        let mut edges = late.timeline.edges().to_vec();
        edges[3].at_ns += 60_000_000;
        late.timeline = Timeline::new(edges.clone());
        assert!(late.is_good());
        late.time = Time::Virtual;
        assert!(!late.is_good());
        late.sanitizers = true;
        assert!(!late.is_good());
        late.time = Time::Real;
        edges[8].at_ns += 60_000_000;
        late.timeline = Timeline::new(edges);
        assert!(!late.is_good());
    }

    #[test]
    fn wrong_text_or_wrong_time_is_not_good() {
        assert!(!transmission("SOS", "SOT", 0).is_good());
        assert!(!transmission("SOS", "SO", 0).agrees());
        let late = transmission("SOS", "SOS", Bound::VIRTUAL_NS + 1);
        assert!(late.agrees() && !late.is_good());
        assert!(transmission("SOS", "SO", 0)
            .to_string()
            .contains("18 edges, the lamp showed 12"));
    }
}
