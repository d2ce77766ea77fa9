// SPDX-License-Identifier: GPL-2.0

//! The lamp as it was seen: its edges, and the marks and spaces between them.

/// An edge of the lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// When, in ns since an arbitrary start that is the same for all edges of a board and a clock.
    pub at_ns: u64,
    /// Whether it went on.
    pub on: bool,
}

/// A time during which the lamp did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// It was on, for so many ns.
    Mark(u64),
    /// It was off, for so many ns.
    Space(u64),
}

impl Span {
    /// How long it took, in ns.
    pub fn duration_ns(self) -> u64 {
        match self {
            Span::Mark(ns) | Span::Space(ns) => ns,
        }
    }

    /// Whether the lamp was on.
    pub fn is_mark(self) -> bool {
        matches!(self, Span::Mark(_))
    }
}

/// The edges of the lamp, from the first mark to the end of the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    edges: Vec<Edge>,
}

impl Timeline {
    /// Takes edges in the order of their times.
    ///
    /// Those that change nothing are left out, and so is darkness before the first mark.
    pub fn new(edges: impl IntoIterator<Item = Edge>) -> Self {
        let mut kept: Vec<Edge> = Vec::new();
        for edge in edges {
            if edge.on != kept.last().is_some_and(|last| last.on) {
                kept.push(edge);
            }
        }
        Timeline { edges: kept }
    }

    /// The edges: on and off by turns, the first one on.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The marks and the spaces between them. A mark that has not ended is left out.
    pub fn spans(&self) -> Vec<Span> {
        self.edges
            .windows(2)
            .map(|pair| {
                let duration = pair[1].at_ns - pair[0].at_ns;
                if pair[0].on {
                    Span::Mark(duration)
                } else {
                    Span::Space(duration)
                }
            })
            .collect()
    }

    /// Whether the lamp never went on.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Whether the lamp was left on.
    pub fn ends_lit(&self) -> bool {
        self.edges.last().is_some_and(|edge| edge.on)
    }

    /// From the first edge to the last, in ns.
    pub fn duration_ns(&self) -> u64 {
        match (self.edges.first(), self.edges.last()) {
            (Some(first), Some(last)) => last.at_ns - first.at_ns,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(edges: &[(u64, bool)]) -> Vec<Edge> {
        edges
            .iter()
            .map(|&(at_ns, on)| Edge { at_ns, on })
            .collect()
    }

    #[test]
    fn spans_between_edges() {
        let timeline = Timeline::new(edges(&[
            (100, true),
            (300, false),
            (500, true),
            (1100, false),
        ]));
        assert_eq!(
            timeline.spans(),
            [Span::Mark(200), Span::Space(200), Span::Mark(600)]
        );
        assert_eq!(timeline.duration_ns(), 1000);
        assert!(!timeline.ends_lit());
    }

    #[test]
    fn edges_that_change_nothing_are_left_out() {
        let timeline = Timeline::new(edges(&[
            (50, false),
            (100, true),
            (150, true),
            (300, false),
            (310, false),
        ]));
        assert_eq!(timeline.edges(), edges(&[(100, true), (300, false)]));
    }

    #[test]
    fn a_mark_that_has_not_ended() {
        let timeline = Timeline::new(edges(&[(100, true)]));
        assert!(timeline.ends_lit());
        assert!(timeline.spans().is_empty());
        assert!(Timeline::default().is_empty());
    }
}
