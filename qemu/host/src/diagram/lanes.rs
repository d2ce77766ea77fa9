// SPDX-License-Identifier: GPL-2.0

//! The drawing of activities: a lane for each context and one for the LED, on one axis of time.
//!
//! Handlers run for microseconds and sleep for seconds. So the axis is monotonic but not to scale: a gap
//! gets a width that grows with its logarithm, and each moment has its time below.

use plotters::style::text_anchor::HPos;
use plotters::style::RGBColor;

use super::canvas::Canvas;
use super::{FAINT, GRID, GRID_STRONG, IDEAL, INK, LAMP, OFF_EDGE, ON_EDGE};
use crate::activity::{Activity, Lane};

/// Sizes in pixels.
const LEFT: f64 = 84.0;
const RIGHT: f64 = 90.0;
const TOP: f64 = 40.0;
const LANE: f64 = 52.0;
const BAR: f64 = 20.0;
const BOTTOM: f64 = 56.0;
/// The width of the shortest gap, and of each further power of ten of microseconds.
const GAP_LEAST: f64 = 34.0;
const GAP_DECADE: f64 = 12.0;

/// More moments than this do not fit on a sheet; the last ones are drawn.
const MOMENTS_MAX: usize = 60;

/// Draws activities as an SVG document.
pub fn draw(title: &str, activities: &[Activity]) -> String {
    let activities = last(activities);
    let axis = Axis::new(activities);
    let lanes: Vec<Lane> = Lane::ALL
        .into_iter()
        .filter(|lane| *lane != Lane::Led || activities.iter().any(|one| one.lane == Lane::Led))
        .collect();
    let width = axis.width() + RIGHT;
    let axis_y = TOP + LANE * lanes.len() as f64;
    let mut svg = String::new();
    let canvas = Canvas::new(&mut svg, width, axis_y + BOTTOM);
    canvas.label((12.0, 24.0), 15, INK, HPos::Left, title);
    for (number, (_, x)) in axis.moments.iter().enumerate() {
        canvas.path([(*x, TOP), (*x, axis_y + 4.0)], GRID, 1);
        // Two rows, so that neighbours do not touch.
        let y = axis_y + if number % 2 == 0 { 20.0 } else { 36.0 };
        canvas.label((*x, y), 10, FAINT, HPos::Center, &axis.time(number));
    }
    for (number, lane) in lanes.iter().enumerate() {
        let base = TOP + LANE * (number + 1) as f64;
        canvas.path([(LEFT - 8.0, base), (width - 8.0, base)], GRID_STRONG, 1);
        canvas.label((12.0, base - 4.0), 13, INK, HPos::Left, &lane.to_string());
        for activity in activities.iter().filter(|one| one.lane == *lane) {
            let (from, to) = (axis.x(activity.start_ns), axis.x(activity.end_ns));
            canvas.rectangle((from, base - BAR), (to, base), color(*lane));
            canvas.label(
                (from, base - BAR - 2.0),
                11,
                INK,
                HPos::Left,
                &activity.label,
            );
        }
    }
    let note = "time since the first event, or after + since the last one; not to scale";
    canvas.label((12.0, axis_y + 52.0), 11, FAINT, HPos::Left, note);
    drop(canvas);
    svg
}

/// The last activities that fit.
fn last(activities: &[Activity]) -> &[Activity] {
    &activities[activities.len().saturating_sub(MOMENTS_MAX / 2)..]
}

fn color(lane: Lane) -> RGBColor {
    match lane {
        Lane::HardIrq => LAMP,
        Lane::Softirq => ON_EDGE,
        Lane::Thread => OFF_EDGE,
        Lane::Led => IDEAL,
    }
}

/// The moments, each with its place.
struct Axis {
    moments: Vec<(u64, f64)>,
}

impl Axis {
    fn new(activities: &[Activity]) -> Self {
        let mut times: Vec<u64> = activities
            .iter()
            .flat_map(|activity| [activity.start_ns, activity.end_ns])
            .collect();
        times.sort_unstable();
        times.dedup();
        let mut x = LEFT;
        let mut before = None;
        let place = |time: u64| {
            if let Some(before) = before {
                let gap_us = (time - before) as f64 / 1e3;
                x += GAP_LEAST + GAP_DECADE * (1.0 + gap_us).log10();
            }
            before = Some(time);
            (time, x)
        };
        Axis {
            moments: times.into_iter().map(place).collect(),
        }
    }

    fn width(&self) -> f64 {
        self.moments
            .last()
            .map_or(LEFT, |(_, x)| *x)
            .max(LEFT + 300.0)
    }

    fn x(&self, time: u64) -> f64 {
        let at = self.moments.iter().find(|(moment, _)| *moment == time);
        at.map_or(LEFT, |(_, x)| *x)
    }

    /// The time of a moment: since the one before if that is less than a millisecond, else since the first.
    fn time(&self, number: usize) -> String {
        let at = |number: usize| (self.moments[number].0 - self.moments[0].0) / 1000;
        if number == 0 {
            return "0".to_owned();
        }
        let gap_us = at(number) - at(number - 1);
        if gap_us < 1_000 {
            return format!("+{gap_us} µs");
        }
        match at(number) {
            us @ 0..1_000 => format!("{us} µs"),
            us @ 1_000..1_000_000 => format!("{:.1} ms", us as f64 / 1e3),
            us => format!("{:.3} s", us as f64 / 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(lane: Lane, label: &str, start_ns: u64, end_ns: u64) -> Activity {
        Activity {
            lane,
            label: label.to_owned(),
            start_ns,
            end_ns,
        }
    }

    #[test]
    fn each_activity_and_its_times_are_there() {
        let svg = draw(
            "A title",
            &[
                activity(Lane::HardIrq, "wq", 5_000, 9_000),
                activity(Lane::Thread, "wq Sleeper", 80_000, 1_000_085_000),
            ],
        );
        for text in [
            "A title",
            "wq",
            "wq Sleeper",
            "hard IRQ",
            "softirq",
            "+4 µs",
            "+71 µs",
            "1.000 s",
        ] {
            assert!(svg.contains(&format!(">\n{text}\n<")), "{text}");
        }
        assert!(!svg.contains(">\nLED\n<"));
    }

    #[test]
    fn a_long_trace_is_cut_and_an_empty_one_drawn() {
        let many: Vec<Activity> = (0..1000)
            .map(|n| activity(Lane::HardIrq, &format!("n{n}"), n * 1000, n * 1000 + 1))
            .collect();
        let svg = draw("", &many);
        assert!(svg.contains(">\nn999\n<") && !svg.contains(">\nn0\n<"));
        assert!(draw("", &[]).starts_with("<svg"));
    }
}
