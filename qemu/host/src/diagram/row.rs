// SPDX-License-Identifier: GPL-2.0

//! One row of the diagram.

use plotters::style::text_anchor::HPos;

use super::canvas::Canvas;
use super::{
    ERROR, FAINT, GAP, GRID, GRID_STRONG, IDEAL, INK, LAMP, LETTERS, MARGIN_LEFT, OFF_EDGE,
    ON_EDGE, PLOT_WIDTH, WAVE,
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
    pub(super) fn draw(&self, canvas: &Canvas<'_>) {
        self.grid(canvas);
        self.ideal(canvas);
        self.letters(canvas);
        self.lamp(canvas);
        self.errors(canvas);
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
    fn grid(&self, canvas: &Canvas<'_>) {
        const STRONG: u64 = 5;
        const SIZE: u32 = 11;
        for unit in self.start_ns / self.unit_ns..=self.end_ns / self.unit_ns {
            let at_ns = unit * self.unit_ns;
            let x = self.x(at_ns);
            let is_strong = unit % STRONG == 0;
            let color = if is_strong { GRID_STRONG } else { GRID };
            canvas.path(
                [(x, self.wave_top() - 6.0), (x, self.error_base())],
                color,
                1,
            );
            if is_strong {
                let seconds = (at_ns as f64 / 1e9).to_string();
                canvas.label(
                    (x, self.error_base() + 21.0),
                    SIZE,
                    FAINT,
                    HPos::Center,
                    &seconds,
                );
            }
        }
        let right = MARGIN_LEFT + PLOT_WIDTH;
        for y in [self.wave_base(), self.zero()] {
            canvas.path([(MARGIN_LEFT, y), (right, y)], GRID_STRONG, 1);
        }
        canvas.label(
            (right + 12.0, self.error_base() + 21.0),
            SIZE,
            FAINT,
            HPos::Left,
            "s",
        );
        let scale_ns = i64::try_from(self.scale_ns).unwrap_or(i64::MAX);
        for (y, text) in [
            (self.wave_top() + 14.0, "on".to_owned()),
            (self.wave_base() + 3.0, "off".to_owned()),
            (self.error_top() + 10.0, Milliseconds(scale_ns).short()),
            (self.zero() + 6.0, "0".to_owned()),
            (self.error_base() + 3.0, Milliseconds(-scale_ns).short()),
        ] {
            canvas.label((MARGIN_LEFT - 10.0, y), SIZE, FAINT, HPos::Right, &text);
        }
    }

    /// Where the marks should be.
    fn ideal(&self, canvas: &Canvas<'_>) {
        let edges = self.transmission.sent.edges(self.transmission.pace);
        for mark in edges.chunks_exact(2) {
            let (from, to) = (self.x(mark[0].at_ns), self.x(mark[1].at_ns));
            if to > from {
                canvas.rectangle((from, self.wave_top()), (to, self.wave_base()), IDEAL);
            }
        }
    }

    /// The letters as they were read, over their marks.
    fn letters(&self, canvas: &Canvas<'_>) {
        let first_ns = self.first_ns();
        for letter in &self.transmission.seen.letters {
            let (start_ns, end_ns) = (letter.start_ns - first_ns, letter.end_ns - first_ns);
            let middle_ns = start_ns.midpoint(end_ns);
            if self.holds(middle_ns) {
                let at = (self.x(middle_ns), self.wave_top() - 10.0);
                canvas.label(at, 15, INK, HPos::Center, &letter.pattern.name());
            }
        }
    }

    /// The lamp as it was seen, as a step line.
    fn lamp(&self, canvas: &Canvas<'_>) {
        let first_ns = self.first_ns();
        let height = |on: bool| match on {
            true => self.wave_top(),
            false => self.wave_base(),
        };
        let edges = self.transmission.timeline.edges();
        let before = edges
            .iter()
            .take_while(|edge| edge.at_ns - first_ns < self.start_ns);
        let mut y = height(before.last().is_some_and(|edge| edge.on));
        let mut points = vec![(MARGIN_LEFT, y)];
        for edge in edges
            .iter()
            .filter(|edge| self.holds(edge.at_ns - first_ns))
        {
            let x = self.x(edge.at_ns - first_ns);
            points.push((x, y));
            y = height(edge.on);
            points.push((x, y));
        }
        points.push((MARGIN_LEFT + PLOT_WIDTH, y));
        canvas.path(points, LAMP, 2);
    }

    /// How late each edge was, as a stem from the zero line.
    fn errors(&self, canvas: &Canvas<'_>) {
        for edge in self.timing.map_or(&[][..], Timing::edges) {
            if self.holds(edge.ideal_ns) {
                let x = self.x(edge.ideal_ns);
                let y = self.zero() - ERROR / 2.0 * edge.late_ns() as f64 / self.scale_ns as f64;
                let color = if edge.on { ON_EDGE } else { OFF_EDGE };
                canvas.path([(x, self.zero()), (x, y)], color, 2);
                canvas.dot((x, y), color);
            }
        }
    }

    fn zero(&self) -> f64 {
        (self.error_top() + self.error_base()) / 2.0
    }

    fn first_ns(&self) -> u64 {
        self.transmission
            .timeline
            .edges()
            .first()
            .map_or(0, |edge| edge.at_ns)
    }
}
