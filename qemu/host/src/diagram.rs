// SPDX-License-Identifier: GPL-2.0

//! The diagram: the lamp against the ideal grid, the letters above it and the error of every edge
//! below.

mod canvas;
pub mod lanes;
mod row;

use plotters::style::text_anchor::HPos;
use plotters::style::RGBColor;

use crate::options::Time;
use crate::timing::Timing;
use crate::transmission::Transmission;
use canvas::Canvas;
use row::Row;

/// Units of the grid in one row; longer messages go on below.
const ROW_UNITS: u64 = 60;
/// Fewest units of the only row, so that a short message is not drawn huge.
const LEAST_UNITS: u64 = 24;

/// Sizes in pixels.
const PLOT_WIDTH: f64 = 1080.0;
const MARGIN_LEFT: f64 = 84.0;
const MARGIN_RIGHT: f64 = 28.0;
const HEADER: f64 = 76.0;
const LETTERS: f64 = 34.0;
const WAVE: f64 = 54.0;
const GAP: f64 = 22.0;
const ERROR: f64 = 64.0;
const AXIS: f64 = 30.0;
const ROW_GAP: f64 = 26.0;
const ROW: f64 = LETTERS + WAVE + GAP + ERROR + AXIS;

const INK: RGBColor = RGBColor(0x1f, 0x29, 0x33);
const FAINT: RGBColor = RGBColor(0x6b, 0x77, 0x85);
const GRID: RGBColor = RGBColor(0xe6, 0xea, 0xef);
const GRID_STRONG: RGBColor = RGBColor(0xcb, 0xd3, 0xdc);
const IDEAL: RGBColor = RGBColor(0xff, 0xd9, 0x8a);
const LAMP: RGBColor = RGBColor(0x92, 0x40, 0x0e);
const ON_EDGE: RGBColor = RGBColor(0x25, 0x63, 0xa8);
const OFF_EDGE: RGBColor = RGBColor(0x0d, 0x94, 0x88);

/// Draws a transmission as an SVG document.
pub fn draw(transmission: &Transmission) -> String {
    let timing = transmission.timing().ok();
    let unit_ns = transmission.pace.unit_ns.max(1);
    let ideal_ns = transmission.sent.duration_ns(transmission.pace);
    let units = ideal_ns
        .max(transmission.timeline.duration_ns())
        .div_ceil(unit_ns)
        .max(1);
    let row_units = (units + 1).clamp(LEAST_UNITS, ROW_UNITS);
    let rows = units.div_ceil(row_units);

    let height = HEADER + rows as f64 * (ROW + ROW_GAP);
    let width = MARGIN_LEFT + PLOT_WIDTH + MARGIN_RIGHT;
    let mut svg = String::new();
    let canvas = Canvas::new(&mut svg, width, height);
    header(&canvas, transmission, timing.as_ref());
    let scale_ns = error_scale_ns(timing.as_ref());
    for row in 0..rows {
        let plot = Row {
            transmission,
            timing: timing.as_ref(),
            unit_ns,
            start_ns: row * row_units * unit_ns,
            end_ns: (row + 1) * row_units * unit_ns,
            top: HEADER + row as f64 * (ROW + ROW_GAP),
            scale_ns,
        };
        plot.draw(&canvas);
    }
    drop(canvas);
    svg
}

fn header(canvas: &Canvas<'_>, transmission: &Transmission, timing: Option<&Timing>) {
    let clock = match transmission.time {
        Time::Real => "real time, watched from outside the guest",
        Time::Virtual => "virtual time, the kernel's tracepoint",
    };
    let figures = match timing {
        Some(timing) => timing.to_string(),
        None => "the lamp did not have the edges of the message".to_owned(),
    };
    let unit_ms = transmission.pace.unit_ns as f64 / 1e6;
    let title = shorten(&transmission.seen.message.to_string());
    let right = MARGIN_LEFT + PLOT_WIDTH;
    canvas.label((MARGIN_LEFT, 34.0), 19, INK, HPos::Left, &title);
    canvas.label((right, 34.0), 13, INK, HPos::Right, &figures);
    let unit = format!("unit {unit_ms} ms, {clock}");
    canvas.label((right, 64.0), 12, FAINT, HPos::Right, &unit);
    for (x, color, text) in [
        (0.0, IDEAL, "ideal"),
        (80.0, LAMP, "lamp"),
        (160.0, ON_EDGE, "error of an edge that lit it"),
        (370.0, OFF_EDGE, "that darkened it"),
    ] {
        let x = MARGIN_LEFT + x;
        canvas.rectangle((x, 52.0), (x + 14.0, 61.0), color);
        canvas.label((x + 20.0, 64.0), 12, FAINT, HPos::Left, text);
    }
}

/// A title must fit beside the figures.
fn shorten(text: &str) -> String {
    const MOST: usize = 44;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The error at the top of the error panel, in ns: 1, 2 or 5 times a power of ten of microseconds.
fn error_scale_ns(timing: Option<&Timing>) -> u64 {
    let worst_ns = timing.map_or(0, |timing| timing.worst_edge_ns().unsigned_abs());
    let mut decade = 1000;
    loop {
        if let Some(factor) = [1, 2, 5]
            .into_iter()
            .find(|factor| decade * factor >= worst_ns)
        {
            return decade * factor;
        }
        decade *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoder::decode;
    use crate::lamp::Timeline;
    use crate::message::{Message, Pace};

    fn drawing(sent: &str, shown: &str) -> String {
        let pace = Pace::DEFAULT;
        let timeline = Timeline::new(Message::parse(shown).unwrap().edges(pace));
        let seen = decode(&timeline, pace);
        let sent = Message::parse(sent).unwrap();
        draw(&Transmission {
            sent,
            pace,
            time: Time::Real,
            sanitizers: false,
            timeline,
            seen,
        })
    }

    #[test]
    fn every_mark_edge_and_letter_is_there() {
        let svg = drawing("SOS", "SOS");
        assert_eq!(
            svg.matches("fill=\"#FFD98A\"").count(),
            9 + 1,
            "nine marks and the key"
        );
        assert_eq!(svg.matches("<circle").count(), 18);
        let letters = |letter: &str| svg.matches(&format!(">\n{letter}\n<")).count();
        assert_eq!((letters("S"), letters("O")), (2, 1));
    }

    #[test]
    fn long_messages_take_more_rows() {
        let height = |svg: &str| {
            let from = svg.find("height=\"").unwrap() + "height=\"".len();
            svg[from..]
                .split('"')
                .next()
                .unwrap()
                .parse::<f64>()
                .unwrap()
        };
        let text = "CQ CQ DE MORSE";
        assert!(height(&drawing(text, text)) > height(&drawing("SOS", "SOS")));
    }

    #[test]
    fn what_went_wrong_and_darkness_can_be_drawn() {
        assert!(drawing("SOS", "SO").contains("did not have the edges"));
        assert!(drawing("SOS", "").contains("did not have the edges"));
        assert!(drawing("<SK>", "<SK>").contains("&lt;SK&gt;"));
    }

    #[test]
    fn scale_of_the_errors() {
        assert_eq!(error_scale_ns(None), 1000);
        let message = Message::parse("E").unwrap();
        let mut edges = message.edges(Pace::DEFAULT);
        edges[1].at_ns += 1_300_000;
        let timing = Timing::compare(&message, Pace::DEFAULT, &Timeline::new(edges)).unwrap();
        assert_eq!(error_scale_ns(Some(&timing)), 2_000_000);
    }
}
