// SPDX-License-Identifier: GPL-2.0

//! The results as drawings: how far from the grid the keying is over time, and how long each mechanism
//! takes.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::{Measurement, Report, Result, Setting, Subject};

const FONT: &str = "sans-serif";
const CAPTION_SIZE: i32 = 18;
const LABEL_SIZE: i32 = 13;
const WIDTH: u32 = 900;
const PANEL_HEIGHT: u32 = 260;
const KEYING_HEIGHT: u32 = 480;

/// More points than this are no more to be seen: of each stretch of time the worst is drawn.
const POINTS: usize = 250;
/// Errors below this are drawn there: the scale has no zero.
const LEAST_US: f64 = 0.1;
/// The speed whose errors the documentation shows: a thousand seconds.
const SLOW: &str = "200 ms";

/// Draws all figures into `directory`, and those of the documentation into `documentation`.
///
/// Figures without a measurement are left out.
pub fn draw(report: &Report, directory: &Path, documentation: Option<&Path>) -> Result {
    std::fs::create_dir_all(directory)?;
    for parameter in report.parameters("keying-worst") {
        for setting in [Setting::VIRTUAL, Setting::REAL, Setting::BUSY] {
            let name = format!("keying, {parameter}, {setting}.svg").replace([',', ' '], "-");
            keying(report, setting, parameter, &directory.join(name))?;
        }
    }
    for setting in [Setting::VIRTUAL, Setting::REAL, Setting::BUSY] {
        let name = format!("latency, {setting}.svg").replace([',', ' '], "-");
        latencies(report, setting, &directory.join(name))?;
    }
    if let Some(documentation) = documentation {
        keying(
            report,
            Setting::VIRTUAL,
            SLOW,
            &documentation.join("keying.svg"),
        )?;
        latencies(report, Setting::VIRTUAL, &documentation.join("latency.svg"))?;
    }
    Ok(())
}

fn colour(subject: Subject) -> RGBColor {
    // Okabe and Ito's colours, which those with any colour vision can tell apart.
    match subject {
        Subject::Morse => RGBColor(0, 114, 178),
        Subject::MorseC => RGBColor(213, 94, 0),
        Subject::Msleep => RGBColor(0, 0, 0),
        Subject::Pattern => RGBColor(0, 158, 115),
        Subject::HrPattern => RGBColor(204, 121, 167),
        Subject::TimerTrigger => RGBColor(230, 159, 0),
    }
}

/// Returns the subjects with a measurement, and the measurement.
fn measured<'a>(
    report: &'a Report,
    setting: Setting,
    figure: &str,
    parameter: &str,
) -> Vec<(Subject, &'a Measurement)> {
    Subject::ALL
        .into_iter()
        .filter_map(|subject| Some((subject, report.find(setting, figure, parameter, subject)?)))
        .filter(|(_, measurement)| !measurement.samples.is_empty())
        .collect()
}

/// How far from the grid each edge was, over the time of the message.
fn keying(report: &Report, setting: Setting, parameter: &str, path: &Path) -> Result {
    let series: Vec<(Subject, Vec<(f64, f64)>)> =
        measured(report, setting, "keying-worst", parameter)
            .into_iter()
            .map(|(subject, measurement)| (subject, envelope(measurement)))
            .collect();
    let points = || series.iter().flat_map(|(_, points)| points);
    let Some(end_s) = points().map(|(s, _)| *s).reduce(f64::max) else {
        return Ok(());
    };
    let most_us = points().map(|(_, us)| *us).fold(LEAST_US, f64::max) * 2.0;

    let area = SVGBackend::new(path, (WIDTH, KEYING_HEIGHT)).into_drawing_area();
    area.fill(&WHITE)?;
    let caption =
        format!("Distance of the lamp's edges from the grid, {parameter} a unit ({setting})");
    let mut chart = ChartBuilder::on(&area)
        .caption(caption, (FONT, CAPTION_SIZE))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..end_s, (LEAST_US..most_us).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("time since the first edge, s")
        .y_desc("error")
        .y_label_formatter(&|us| duration(*us))
        .label_style((FONT, LABEL_SIZE))
        .light_line_style(TRANSPARENT)
        .draw()?;
    for (subject, points) in &series {
        let style = colour(*subject).stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style))?
            .label(subject.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    legend(&mut chart, SeriesLabelPosition::MiddleRight)?;
    area.present()?;
    Ok(())
}

/// The worst error of each stretch of time, in s and us.
fn envelope(measurement: &Measurement) -> Vec<(f64, f64)> {
    let size = measurement.samples.len().div_ceil(POINTS).max(1);
    let times = measurement.times_ns.chunks(size);
    times
        .zip(measurement.samples.chunks(size))
        .filter_map(|(times, samples)| {
            let worst = samples.iter().map(|ns| ns.unsigned_abs()).max()?;
            Some((
                *times.last()? as f64 / 1e9,
                (worst as f64 / 1e3).max(LEAST_US),
            ))
        })
        .collect()
}

/// How long each mechanism takes, a panel for each, with the driver and its rival in it.
fn latencies(report: &Report, setting: Setting, path: &Path) -> Result {
    const PANELS: [(&str, &str, &str); 4] = [
        (
            "irq-to-softirq",
            "bh",
            "from the interrupt to the BH work item",
        ),
        (
            "irq-to-softirq",
            "tasklet",
            "from the interrupt to the tasklet",
        ),
        (
            "irq-to-work",
            "bh",
            "from the interrupt to the work item that wakes readers",
        ),
        ("first-edge", "", "from write(2) to the light of the lamp"),
    ];
    let panels: Vec<_> = PANELS
        .into_iter()
        .map(|(figure, parameter, title)| (title, measured(report, setting, figure, parameter)))
        .filter(|(_, series)| !series.is_empty())
        .collect();
    let samples = || {
        let series = panels.iter().flat_map(|(_, series)| series);
        series.flat_map(|(_, measurement)| &measurement.samples)
    };
    let (Some(least), Some(most)) = (samples().min(), samples().max()) else {
        return Ok(());
    };
    let (least, most) = (octave(*least), octave(*most) + 1);

    let height = PANEL_HEIGHT * panels.len() as u32;
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    for (panel, (title, series)) in area.split_evenly((panels.len(), 1)).iter().zip(&panels) {
        histogram(panel, &format!("{title} ({setting})"), series, least..most)?;
    }
    area.present()?;
    Ok(())
}

/// The octave of a time: its base-2 logarithm in ns, rounded down.
fn octave(ns: i64) -> i32 {
    ns.max(1).ilog2() as i32
}

fn histogram(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    series: &[(Subject, &Measurement)],
    octaves: std::ops::Range<i32>,
) -> Result {
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, CAPTION_SIZE))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(50)
        .build_cartesian_2d(f64::from(octaves.start)..f64::from(octaves.end), 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_labels(octaves.len() + 1)
        .x_label_formatter(&|octave| duration(octave.exp2() / 1e3))
        .y_desc("% of the edges")
        .label_style((FONT, LABEL_SIZE))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let count = series.len() as f64;
    for (index, (subject, measurement)) in series.iter().enumerate() {
        let colour = colour(*subject);
        let bar = |octave: i32| {
            let samples = &measurement.samples;
            let inside = samples.iter().filter(|ns| self::octave(**ns) == octave);
            let percent = 100.0 * inside.count() as f64 / samples.len() as f64;
            // Side by side, with a little room between octaves.
            let width = 0.9 / count;
            let left = f64::from(octave) + 0.05 + width * index as f64;
            Rectangle::new([(left, 0.0), (left + width, percent)], colour.filled())
        };
        chart
            .draw_series(octaves.clone().map(bar))?
            .label(subject.name())
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], colour.filled()));
    }
    legend(&mut chart, SeriesLabelPosition::UpperRight)
}

fn legend<'a, X, Y>(
    chart: &mut ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Y>>,
    position: SeriesLabelPosition,
) -> Result
where
    X: plotters::coord::ranged1d::Ranged<ValueType = f64>,
    Y: plotters::coord::ranged1d::Ranged<ValueType = f64>,
{
    chart
        .configure_series_labels()
        .position(position)
        .label_font((FONT, LABEL_SIZE))
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

/// A time in the unit that suits it.
fn duration(us: f64) -> String {
    match us {
        us if us < 1.0 => format!("{:.0} ns", us * 1e3),
        us if us < 1e3 => format!("{us:.0} us"),
        us if us < 1e6 => format!("{:.0} ms", us / 1e3),
        us => format!("{:.0} s", us / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_becomes_drawings() {
        let dir = std::env::temp_dir().join("morse-bench-plot");
        let samples: Vec<i64> = (0..1000).map(|i| i * 7 - 300).collect();
        let times: Vec<u64> = (0..1000).map(|i| i * 1_000_000).collect();
        let measure = |figure, parameter| {
            Measurement::median(
                Setting::VIRTUAL,
                figure,
                parameter,
                Subject::Morse,
                &samples,
            )
            .with_times(&times)
        };
        let report = Report {
            measurements: vec![
                measure("keying-worst", SLOW),
                measure("irq-to-softirq", "bh"),
            ],
            ..Report::default()
        };
        draw(&report, &dir, Some(&dir)).unwrap();
        let drawing = std::fs::read_to_string(dir.join("keying.svg")).unwrap();
        assert!(drawing.contains("<svg") && drawing.contains("morse"));
        assert!(dir.join("latency--virtual-time.svg").is_file());
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn octaves() {
        assert_eq!([octave(1023), octave(1024), octave(-5)], [9, 10, 0]);
        assert_eq!([duration(0.5), duration(5e6)], ["500 ns", "5 s"]);
    }
}
