// SPDX-License-Identifier: GPL-2.0

//! A sheet to draw on, in pixels.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const FONT: &str = "DejaVu Sans, Helvetica, Arial, sans-serif";

/// plotters takes a size for that of the whole line, of which the letters are this part.
const FULL_SIZE: f64 = 1.24;

/// A point, from the upper left corner.
pub(super) type Point = (f64, f64);

/// The sheet. Drawing on it cannot fail, as it is a string.
pub(super) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

const SOUND: &str = "a string takes all that is drawn";

fn pixel((x, y): Point) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

impl<'a> Canvas<'a> {
    /// A white sheet.
    pub(super) fn new(svg: &'a mut String, width: f64, height: f64) -> Self {
        let size = (width.ceil() as u32, height.ceil() as u32);
        let area = SVGBackend::with_string(svg, size).into_drawing_area();
        area.fill(&WHITE).expect(SOUND);
        Canvas(area)
    }

    pub(super) fn rectangle(&self, from: Point, to: Point, color: RGBColor) {
        let rectangle = Rectangle::new([pixel(from), pixel(to)], color.filled());
        self.0.draw(&rectangle).expect(SOUND);
    }

    pub(super) fn path(
        &self,
        points: impl IntoIterator<Item = Point>,
        color: RGBColor,
        width: u32,
    ) {
        let points: Vec<(i32, i32)> = points.into_iter().map(pixel).collect();
        let path = PathElement::new(points, color.stroke_width(width));
        self.0.draw(&path).expect(SOUND);
    }

    pub(super) fn dot(&self, at: Point, color: RGBColor) {
        const RADIUS: i32 = 3;
        self.0
            .draw(&Circle::new(pixel(at), RADIUS, color.filled()))
            .expect(SOUND);
    }

    /// A line of text, which stands on `at`.
    pub(super) fn label(&self, at: Point, size: u32, color: RGBColor, side: HPos, text: &str) {
        let style = TextStyle::from((FONT, f64::from(size) * FULL_SIZE).into_font())
            .color(&color)
            .pos(Pos::new(side, VPos::Bottom));
        self.0.draw_text(text, &style, pixel(at)).expect(SOUND);
    }
}
