// SPDX-License-Identifier: GPL-2.0

//! The timing line: the marks and spaces of the lamp, drawn for a terminal.
//!
//! ```text
//!   S       O             S
//!   █ █ █   ███ ███ ███   █ █ █
//!   ┼────┼────┼────┼────┼────┼─ s
//!   0    1    2    3    4    5
//! ```
//!
//! A column is a unit, its halves are shown apart (`▌`, `▐`), so that an edge that is off
//! the grid by a quarter of a unit shows.

use std::fmt::Write;

use crate::decoder::Reading;
use crate::lamp::Timeline;

/// Columns that a tick and its number need at least.
const TICK_COLUMNS: u64 = 5;
/// Spaces before every line.
const MARGIN: &str = "  ";
const NS_PER_S: f64 = 1e9;

/// Draws the marks and spaces of the lamp, as lines of at most `columns` characters; a column is `unit_ns`.
pub fn draw(timeline: &Timeline, reading: &Reading, unit_ns: u64, columns: usize) -> String {
    let (Some(start_ns), true) = (timeline.edges().first().map(|edge| edge.at_ns), unit_ns > 0)
    else {
        return format!("{MARGIN}(dark)\n");
    };
    let units = timeline.duration_ns().div_ceil(unit_ns);
    let width = columns
        .saturating_sub(MARGIN.len() + " s".len())
        .max(TICK_COLUMNS as usize) as u64;
    let mut text = String::new();
    let mut first = 0;
    while first < units {
        let count = width.min(units - first);
        let chart = Chart {
            start_ns,
            unit_ns,
            first,
            count,
        };
        let lines = [
            chart.letters(reading),
            chart.blocks(timeline),
            chart.scale(),
            chart.numbers(),
        ];
        for line in lines {
            let _ = writeln!(text, "{MARGIN}{}", line.trim_end());
        }
        first += count;
        if first < units {
            text.push('\n');
        }
    }
    text
}

/// One row of the drawing: `count` columns from column `first` on.
struct Chart {
    start_ns: u64,
    unit_ns: u64,
    first: u64,
    count: u64,
}

impl Chart {
    /// The letters, each above its first mark.
    fn letters(&self, reading: &Reading) -> String {
        let mut line = Line::default();
        for letter in &reading.letters {
            let at_ns = letter.start_ns - self.start_ns;
            // To the nearest column: the edge may be a bit early.
            let column = (at_ns + self.unit_ns / 2) / self.unit_ns;
            if let Some(column) = column
                .checked_sub(self.first)
                .filter(|column| *column < self.count)
            {
                line.put(column as usize, &letter.pattern.name());
            }
        }
        line.0
    }

    /// The lamp: each half of a column shows the level at its middle.
    fn blocks(&self, timeline: &Timeline) -> String {
        let half_ns = self.unit_ns / 2;
        let lit = |column: u64, half: u64| {
            let at_ns = self.start_ns + column * self.unit_ns + half * half_ns + half_ns / 2;
            let before = timeline.edges().partition_point(|edge| edge.at_ns <= at_ns);
            before > 0 && timeline.edges()[before - 1].on
        };
        (self.first..self.first + self.count)
            .map(|column| match (lit(column, 0), lit(column, 1)) {
                (true, true) => '█',
                (true, false) => '▌',
                (false, true) => '▐',
                (false, false) => ' ',
            })
            .collect()
    }

    fn scale(&self) -> String {
        let step_ns = self.step_ns();
        let line: String = (self.first..self.first + self.count)
            .map(|column| {
                if self.tick(column, step_ns).is_some() {
                    '┼'
                } else {
                    '─'
                }
            })
            .collect();
        line + " s"
    }

    fn numbers(&self) -> String {
        let step_ns = self.step_ns();
        let mut line = Line::default();
        for column in self.first..self.first + self.count {
            if let Some(at_ns) = self.tick(column, step_ns) {
                line.put(
                    (column - self.first) as usize,
                    &format!("{}", at_ns as f64 / NS_PER_S),
                );
            }
        }
        line.0
    }

    /// The time of the tick in a column, if one is there.
    fn tick(&self, column: u64, step_ns: u64) -> Option<u64> {
        let at_ns = (column * self.unit_ns).div_ceil(step_ns) * step_ns;
        (at_ns < (column + 1) * self.unit_ns).then_some(at_ns)
    }

    /// The time between ticks: 1, 2 or 5 times a power of ten, so that the numbers have room.
    fn step_ns(&self) -> u64 {
        let least_ns = TICK_COLUMNS * self.unit_ns;
        let mut decade = 1;
        loop {
            for factor in [1, 2, 5] {
                if decade * factor >= least_ns {
                    return decade * factor;
                }
            }
            decade *= 10;
        }
    }
}

/// A line under construction.
#[derive(Default)]
struct Line(String);

impl Line {
    /// Puts a text at a column, or as soon after it as there is room.
    fn put(&mut self, column: usize, text: &str) {
        let used = self.0.chars().count();
        self.0
            .extend(std::iter::repeat_n(' ', column.saturating_sub(used)));
        self.0.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoder::decode;
    use crate::lamp::Edge;
    use crate::message::{Message, Pace};

    const UNIT_NS: u64 = 200_000_000;

    fn line(edges: impl IntoIterator<Item = Edge>, columns: usize) -> String {
        let timeline = Timeline::new(edges);
        let reading = decode(&timeline, Pace::new(UNIT_NS));
        draw(&timeline, &reading, UNIT_NS, columns)
    }

    fn ideal(text: &str) -> Vec<Edge> {
        Message::parse(text).unwrap().edges(Pace::new(UNIT_NS))
    }

    #[test]
    fn sos() {
        let expected = "
  S       O             S
  █ █ █   ███ ███ ███   █ █ █
  ┼────┼────┼────┼────┼────┼─ s
  0    1    2    3    4    5
";
        assert_eq!(line(ideal("SOS"), 80), expected[1..]);
    }

    #[test]
    fn long_messages_go_on_below() {
        let expected = "
  S       O
  █ █ █   ███ ███
  ┼────┼────┼──── s
  0    1    2

         S
   ███   █ █ █
  ┼────┼────┼─ s
  3    4    5
";
        let text = line(ideal("SOS"), 19);
        assert!(
            text.lines().all(|line| line.chars().count() <= 19),
            "{text}"
        );
        assert_eq!(text, expected[1..]);
    }

    #[test]
    fn what_is_off_the_grid_shows() {
        let edges = [(0, true), (300, false), (500, true), (700, false)];
        let edges = edges.map(|(ms, on)| Edge {
            at_ns: ms * 1_000_000 + 77,
            on,
        });
        let text = line(edges, 80);
        assert_eq!(text.lines().nth(1), Some("  █▌▐▌"));
    }

    #[test]
    fn darkness() {
        assert_eq!(line([], 80), "  (dark)\n");
    }
}
