// SPDX-License-Identifier: GPL-2.0

//! The lamp's text, decoded at the driver's speed, which may change.

use std::time::Duration;

use morse_board::{decode, Edge, Pace, Timeline};

/// Enough edges for the panel.
const EDGES_MAX: usize = 400;
/// The longest delay of the report of a change.
const TOLD_AFTER: Duration = Duration::from_millis(600);

/// The text of the lamp so far.
pub struct Reading {
    pace: Pace,
    before: String,
    edges: Vec<Edge>,
}

impl Reading {
    /// An empty text.
    pub fn new(pace: Pace) -> Self {
        Reading {
            pace,
            before: String::new(),
            edges: Vec::new(),
        }
    }

    /// The speed.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// The edges that are read at this speed.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Adds edges.
    pub fn extend(&mut self, edges: impl IntoIterator<Item = Edge>) {
        self.edges.extend(edges);
        if let Some(old) = self.edges.len().checked_sub(2 * EDGES_MAX) {
            // From a mark on.
            let cut = old + EDGES_MAX;
            self.edges.drain(..cut + usize::from(!self.edges[cut].on));
        }
    }

    /// Changes the speed from now on, and for a message sent since the change but before its report.
    pub fn change(&mut self, pace: Pace, now_ns: u64) {
        if pace == self.pace {
            return;
        }
        let told_after = TOLD_AFTER.as_nanos() as u64;
        let start = self.burst(self.pace.word_gap_ns().max(pace.word_gap_ns()));
        // A message that has begun within the report's delay has the new speed from its beginning on.
        let from = match self.edges.get(start) {
            Some(edge) if now_ns.saturating_sub(edge.at_ns) > told_after => self.edges.len(),
            _ => start,
        };
        let rest = self.edges.split_off(from);
        let read = self.decode();
        if !read.is_empty() {
            self.before = format!("{}{read} ", self.before);
        }
        self.edges = rest;
        self.pace = pace;
    }

    /// Where the last edges begin that follow each other within `gap_ns`.
    fn burst(&self, gap_ns: u64) -> usize {
        self.edges
            .windows(2)
            .rposition(|pair| !pair[0].on && pair[1].at_ns - pair[0].at_ns > gap_ns)
            .map_or(0, |index| index + 1)
    }

    fn decode(&self) -> String {
        decode(&Timeline::new(self.edges.iter().copied()), self.pace)
            .message
            .to_string()
    }

    /// The text, whole.
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.decode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use morse_board::Message;

    const SLOW: Pace = Pace::DEFAULT;
    const FAST: Pace = Pace::new(60_000_000);
    const S: u64 = 1_000_000_000;

    fn sent(text: &str, pace: Pace, from_ns: u64) -> Vec<Edge> {
        let edges = Message::parse(text).unwrap().edges(pace);
        edges
            .into_iter()
            .map(|edge| Edge {
                at_ns: from_ns + edge.at_ns,
                on: edge.on,
            })
            .collect()
    }

    #[test]
    fn each_message_at_its_speed() {
        let mut reading = Reading::new(SLOW);
        reading.extend(sent("SOS", SLOW, 0));
        reading.change(FAST, 20 * S);
        reading.extend(sent("PARIS", FAST, 21 * S));
        assert_eq!(reading.text(), "SOS PARIS");
    }

    #[test]
    fn a_speed_that_is_told_late() {
        let mut reading = Reading::new(SLOW);
        reading.extend(sent("SOS", SLOW, 0));
        let paris = sent("PARIS", FAST, 21 * S);
        reading.extend(paris[..4].iter().copied());
        reading.change(FAST, 21 * S + S / 2);
        reading.extend(paris[4..].iter().copied());
        assert_eq!(reading.text(), "SOS PARIS");
    }

    #[test]
    fn only_the_last_edges_are_kept() {
        let mut reading = Reading::new(FAST);
        for minute in 0..60 {
            reading.extend(sent("PARIS PARIS PARIS", FAST, minute * 60 * S));
        }
        assert!(reading.edges().len() <= 2 * EDGES_MAX);
        assert!(reading.edges()[0].on);
        assert!(reading.text().ends_with("PARIS PARIS"));
    }
}
