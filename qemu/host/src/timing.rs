// SPDX-License-Identifier: GPL-2.0

//! The lamp's deviation from the ideal grid.

use std::fmt;

use crate::lamp::{Edge, Timeline};
use crate::message::{Message, Pace};

/// An edge as it should have been and as it was, in ns since the first edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeError {
    /// The ideal time.
    pub ideal_ns: u64,
    /// The actual time.
    pub seen_ns: u64,
    /// Whether the lamp went on.
    pub on: bool,
}

impl EdgeError {
    /// Returns its delay in ns, negative if it was early.
    pub fn late_ns(self) -> i64 {
        difference(self.seen_ns, self.ideal_ns)
    }
}

/// The error of every edge, the first edge being the grid's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    edges: Vec<EdgeError>,
}

/// The lamp did not have the edges of the message at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message has {ideal} edges, the lamp showed {seen}")]
pub struct Mismatch {
    /// The number of edges of the message.
    pub ideal: usize,
    /// The number of edges seen.
    pub seen: usize,
}

impl Timing {
    /// Compares the edges that were seen with the ideal ones of `message`.
    ///
    /// # Errors
    ///
    /// [`Mismatch`] when the numbers of edges differ.
    pub fn compare(message: &Message, pace: Pace, seen: &Timeline) -> Result<Timing, Mismatch> {
        let ideal = message.edges(pace);
        let seen = seen.edges();
        if ideal.len() != seen.len() {
            return Err(Mismatch {
                ideal: ideal.len(),
                seen: seen.len(),
            });
        }
        let start_ns = seen.first().map_or(0, |edge| edge.at_ns);
        let error = |(ideal, seen): (&Edge, &Edge)| EdgeError {
            ideal_ns: ideal.at_ns,
            seen_ns: seen.at_ns - start_ns,
            on: seen.on,
        };
        Ok(Timing {
            edges: ideal.iter().zip(seen).map(error).collect(),
        })
    }

    /// Every edge.
    pub fn edges(&self) -> &[EdgeError] {
        &self.edges
    }

    /// Returns the delay of the edge furthest from the grid, in ns; negative if it was early.
    pub fn worst_edge_ns(&self) -> i64 {
        worst(self.edges.iter().map(|edge| edge.late_ns()))
    }

    /// Returns the delay of the last edge, in ns: the sum of the errors of the whole message.
    pub fn drift_ns(&self) -> i64 {
        self.edges.last().map_or(0, |edge| edge.late_ns())
    }

    /// Returns the error of the length of each mark and space, in ns; negative if it was too short.
    pub fn elements_ns(&self) -> impl Iterator<Item = i64> + '_ {
        self.edges
            .windows(2)
            .map(|pair| pair[1].late_ns() - pair[0].late_ns())
    }

    /// Returns the largest error of the length of a mark or space, in ns; negative if it was too short.
    pub fn worst_element_ns(&self) -> i64 {
        worst(self.elements_ns())
    }

    /// How many edges were further from the grid than `bound_ns`.
    pub fn beyond(&self, bound_ns: u64) -> usize {
        self.edges
            .iter()
            .filter(|edge| edge.late_ns().unsigned_abs() > bound_ns)
            .count()
    }
}

fn worst(errors: impl Iterator<Item = i64>) -> i64 {
    errors.max_by_key(|error| error.unsigned_abs()).unwrap_or(0)
}

fn difference(a: u64, b: u64) -> i64 {
    // Both are far below 2^63 ns, which is 292 years.
    a.wrapping_sub(b) as i64
}

/// A signed time in ms, with as many digits as a microsecond needs.
#[derive(Clone, Copy, Debug)]
pub struct Milliseconds(pub i64);

impl Milliseconds {
    /// With no more digits than it has.
    pub fn short(self) -> String {
        format!("{:+} ms", self.0 as f64 / 1e6)
    }
}

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+.3} ms", self.0 as f64 / 1e6)
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "worst edge {}, drift {}, worst element {}",
            Milliseconds(self.worst_edge_ns()),
            Milliseconds(self.drift_ns()),
            Milliseconds(self.worst_element_ns())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace::new(1000);

    /// NE, each edge so much late.
    fn seen(late: [i64; 6]) -> Timing {
        let message = Message::parse("NE").unwrap();
        let edges = message
            .edges(PACE)
            .into_iter()
            .zip(late)
            .map(|(edge, late)| Edge {
                at_ns: (5_000_000 + edge.at_ns).saturating_add_signed(late),
                on: edge.on,
            });
        Timing::compare(&message, PACE, &Timeline::new(edges)).unwrap()
    }

    #[test]
    fn on_the_grid() {
        let timing = seen([0; 6]);
        assert_eq!(
            (
                timing.worst_edge_ns(),
                timing.drift_ns(),
                timing.worst_element_ns()
            ),
            (0, 0, 0)
        );
        assert_eq!(timing.beyond(0), 0);
    }

    #[test]
    fn the_first_edge_is_the_grids_start() {
        assert_eq!(seen([70; 6]), seen([0; 6]));
    }

    #[test]
    fn early_and_late() {
        let timing = seen([0, 20, -30, 10, 25, 5]);
        assert_eq!(timing.worst_edge_ns(), -30);
        assert_eq!(timing.drift_ns(), 5);
        assert_eq!(
            timing.elements_ns().collect::<Vec<_>>(),
            [20, -50, 40, 15, -20]
        );
        assert_eq!(timing.worst_element_ns(), -50);
        assert_eq!(timing.beyond(30), 0);
        assert_eq!(timing.beyond(29), 1);
        assert_eq!(timing.beyond(20), 2);
    }

    #[test]
    fn missing_edges_are_a_mismatch() {
        let message = Message::parse("NE").unwrap();
        let edges = &message.edges(PACE)[..4];
        let seen = Timeline::new(edges.iter().copied());
        assert_eq!(
            Timing::compare(&message, PACE, &seen),
            Err(Mismatch { ideal: 6, seen: 4 })
        );
    }

    #[test]
    fn figures_for_people() {
        assert_eq!(Milliseconds(-1_234_567).to_string(), "-1.235 ms");
        assert_eq!(Milliseconds(-5_000_000).short(), "-5 ms");
        assert_eq!(Milliseconds(200).to_string(), "+0.000 ms");
    }
}
