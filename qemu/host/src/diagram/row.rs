// SPDX-License-Identifier: GPL-2.0

//! One row of the diagram.

use svg::node::element::path::Data;
use svg::node::element::{Circle, Group, Path, Rectangle};

use super::{
    label, line, ERROR, FAINT, GAP, GRID, GRID_STRONG, IDEAL, INK, LAMP, LETTERS, MARGIN_LEFT,
    OFF_EDGE, ON_EDGE, PLOT_WIDTH, WAVE,
};
use crate::timing::{Milliseconds, Timing};
use crate::transmission::Transmission;

/// A row of the diagram. Its times are in ns since the first edge.
pub(super) struct Row<'a> {
    pub(super) transmission: &'a Transmission,
    pub(super) timing: Option<&'a Timing>,
    pub(super) unit_ns: u64,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
    pub(super) top: f64,
    pub(super) scale_ns: u64,
}

impl Row<'_> {
    /// Draws it.
    pub(super) fn draw(&self) -> Group {
        Group::new()
            .add(self.grid())
            .add(self.ideal())
            .add(self.letters())
            .add(self.lamp())
            .add(self.errors())
    }

    /// Heights from the top of the page.
    fn wave_top(&self) -> f64 {
        self.top + LETTERS
    }
    fn wave_base(&self) -> f64 {
        self.wave_top() + WAVE
    }
    fn error_top(&self) -> f64 {
        self.wave_base() + GAP
    }
    fn error_base(&self) -> f64 {
        self.error_top() + ERROR
    }

    fn x(&self, at_ns: u64) -> f64 {
        let at_ns = at_ns.clamp(self.start_ns, self.end_ns);
        MARGIN_LEFT
            + PLOT_WIDTH * (at_ns - self.start_ns) as f64 / (self.end_ns - self.start_ns) as f64
    }

    fn holds(&self, at_ns: u64) -> bool {
        (self.start_ns..self.end_ns).contains(&at_ns)
    }

    /// A line for each unit, a strong one with its time for each fifth.
    fn grid(&self) -> Group {
        const STRONG: u64 = 5;
        let mut group = Group::new();
        for unit in self.start_ns / self.unit_ns..=self.end_ns / self.unit_ns {
            let at_ns = unit * self.unit_ns;
            let x = self.x(at_ns);
            let color = if unit % STRONG == 0 {
                GRID_STRONG
            } else {
                GRID
            };
            group = group.add(line(
                (x, self.wave_top() - 6.0),
                (x, self.error_base()),
                color,
                1.0,
            ));
            if unit % STRONG == 0 {
                let seconds = format!("{}", at_ns as f64 / 1e9);
                group = group.add(label(
                    x,
                    self.error_base() + 18.0,
                    11,
                    FAINT,
                    "middle",
                    &seconds,
                ));
            }
        }
        let right = MARGIN_LEFT + PLOT_WIDTH;
        let middle = (self.error_top() + self.error_base()) / 2.0;
        let left = MARGIN_LEFT - 10.0;
        let scale = |sign: i64| {
            Milliseconds(sign * i64::try_from(self.scale_ns).unwrap_or(i64::MAX)).short()
        };
        group
            .add(label(
                right + 12.0,
                self.error_base() + 18.0,
                11,
                FAINT,
                "start",
                "s",
            ))
            .add(line(
                (MARGIN_LEFT, self.wave_base()),
                (right, self.wave_base()),
                GRID_STRONG,
                1.0,
            ))
            .add(line(
                (MARGIN_LEFT, middle),
                (right, middle),
                GRID_STRONG,
                1.0,
            ))
            .add(label(left, self.wave_top() + 12.0, 11, FAINT, "end", "on"))
            .add(label(left, self.wave_base(), 11, FAINT, "end", "off"))
            .add(label(
                left,
                self.error_top() + 8.0,
                11,
                FAINT,
                "end",
                &scale(1),
            ))
            .add(label(left, middle + 4.0, 11, FAINT, "end", "0"))
            .add(label(left, self.error_base(), 11, FAINT, "end", &scale(-1)))
    }

    /// Where the marks should be.
    fn ideal(&self) -> Group {
        let edges = self.transmission.sent.edges(self.transmission.pace);
        let mut group = Group::new();
        for mark in edges.chunks_exact(2) {
            let (from, to) = (self.x(mark[0].at_ns), self.x(mark[1].at_ns));
            if to > from {
                let (top, height) = (self.wave_top(), WAVE);
                group = group.add(
                    Rectangle::new()
                        .set("x", from)
                        .set("y", top)
                        .set("width", to - from)
                        .set("height", height)
                        .set("fill", IDEAL),
                );
            }
        }
        group
    }

    /// The letters as they were read, over their marks.
    fn letters(&self) -> Group {
        let first_ns = self.first_ns();
        let mut group = Group::new();
        for letter in &self.transmission.seen.letters {
            let (start_ns, end_ns) = (letter.start_ns - first_ns, letter.end_ns - first_ns);
            let middle_ns = start_ns.midpoint(end_ns);
            if self.holds(middle_ns) {
                let y = self.wave_top() - 14.0;
                let name = label(
                    self.x(middle_ns),
                    y,
                    15,
                    INK,
                    "middle",
                    &letter.pattern.name(),
                );
                group = group.add(name.set("font-weight", "bold"));
            }
        }
        group
    }

    /// The lamp as it was seen, as a step line.
    fn lamp(&self) -> Path {
        let first_ns = self.first_ns();
        let height = |on: bool| {
            if on {
                self.wave_top()
            } else {
                self.wave_base()
            }
        };
        let edges = self.transmission.timeline.edges();
        let lit_before = edges
            .iter()
            .take_while(|edge| edge.at_ns - first_ns < self.start_ns)
            .last()
            .is_some_and(|edge| edge.on);
        let mut data = Data::new().move_to((MARGIN_LEFT, height(lit_before)));
        for edge in edges
            .iter()
            .filter(|edge| self.holds(edge.at_ns - first_ns))
        {
            data = data
                .horizontal_line_to(self.x(edge.at_ns - first_ns))
                .vertical_line_to(height(edge.on));
        }
        data = data.horizontal_line_to(MARGIN_LEFT + PLOT_WIDTH);
        Path::new()
            .set("d", data)
            .set("fill", "none")
            .set("stroke", LAMP)
            .set("stroke-width", 2)
            .set("stroke-linejoin", "round")
    }

    /// How late each edge was, as a stem from the zero line.
    fn errors(&self) -> Group {
        let middle = (self.error_top() + self.error_base()) / 2.0;
        let mut group = Group::new();
        for edge in self.timing.map_or(&[][..], Timing::edges) {
            if !self.holds(edge.ideal_ns) {
                continue;
            }
            let x = self.x(edge.ideal_ns);
            let y = middle - ERROR / 2.0 * edge.late_ns() as f64 / self.scale_ns as f64;
            let color = if edge.on { ON_EDGE } else { OFF_EDGE };
            let dot = Circle::new()
                .set("cx", x)
                .set("cy", y)
                .set("r", 2.6)
                .set("fill", color);
            group = group.add(line((x, middle), (x, y), color, 1.5)).add(dot);
        }
        group
    }

    fn first_ns(&self) -> u64 {
        self.transmission
            .timeline
            .edges()
            .first()
            .map_or(0, |edge| edge.at_ns)
    }
}
