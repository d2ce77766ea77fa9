// SPDX-License-Identifier: GPL-2.0

//! The results as tables in Markdown, which is readable as it is.

use std::fmt::Write;

use crate::figure::{Figure, FIGURES};
use crate::{Report, Setting, Subject};

/// The settings, in the order of the columns.
const SETTINGS: [Setting; 3] = [Setting::VIRTUAL, Setting::REAL, Setting::BUSY];

/// How far a figure is from its goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// How many times the rival's it is.
    pub ratio: f64,
    /// How many times it may be, if there is a goal.
    pub goal: Option<f64>,
}

impl Verdict {
    /// Whether the goal is met.
    pub fn is_met(self) -> bool {
        self.goal.is_none_or(|goal| self.ratio <= goal)
    }
}

/// How the driver compares with its rival, if both were measured.
pub fn verdict(
    report: &Report,
    setting: Setting,
    figure: &Figure,
    parameter: &str,
) -> Option<Verdict> {
    let value = |subject| {
        Some(
            report
                .find(setting, figure.key, parameter, subject)?
                .value
                .abs(),
        )
    };
    let (own, rival) = (value(Subject::Morse)?, value(Subject::MorseC)?);
    Some(Verdict {
        ratio: if own == rival { 1.0 } else { own / rival },
        goal: figure.goal,
    })
}

/// The driver and its rival, a column for each setting.
pub fn rival(report: &Report) -> String {
    let settings: Vec<Setting> = SETTINGS
        .into_iter()
        .filter(|setting| report.measurements.iter().any(|m| m.setting == *setting))
        .collect();
    let mut rows = vec![["figure", "", "goal"].map(String::from).to_vec()];
    for setting in &settings {
        rows[0].extend([format!("{setting}: morse"), "C".into(), "ratio".into()]);
    }
    for figure in FIGURES {
        for parameter in report.parameters(figure.key) {
            let goal = figure
                .goal
                .map_or("-".to_owned(), |goal| format!("<= {goal}"));
            let mut row = vec![figure.title.to_owned(), parameter.to_owned(), goal];
            for setting in &settings {
                let cell = |subject| match report.find(*setting, figure.key, parameter, subject) {
                    Some(measurement) => figure.unit.format(measurement.value),
                    None => "-".to_owned(),
                };
                row.extend([cell(Subject::Morse), cell(Subject::MorseC)]);
                row.push(match verdict(report, *setting, figure, parameter) {
                    Some(verdict) => {
                        let met = match verdict.goal {
                            None => "",
                            Some(_) if verdict.is_met() => " met",
                            Some(_) => " MISSED",
                        };
                        format!("{:.2}{met}", verdict.ratio)
                    }
                    None => "-".to_owned(),
                });
            }
            rows.push(row);
        }
    }
    markdown(&rows)
}

/// All subjects beside each other, in one setting.
pub fn all(report: &Report, setting: Setting) -> String {
    let others = |subject: &Subject| {
        let measured = |m: &crate::Measurement| m.setting == setting && m.subject == *subject;
        report.measurements.iter().any(measured)
    };
    let subjects: Vec<Subject> = Subject::ALL.into_iter().filter(others).collect();
    let mut rows = vec![vec![setting.to_string(), String::new()]];
    rows[0].extend(subjects.iter().map(|subject| subject.name().to_owned()));
    for figure in FIGURES {
        for parameter in report.parameters(figure.key) {
            let mut row = vec![figure.title.to_owned(), parameter.to_owned()];
            let mut known = 0;
            for subject in &subjects {
                let found = report.find(setting, figure.key, parameter, *subject);
                known += usize::from(found.is_some() && *subject != Subject::Morse);
                row.push(found.map_or("-".to_owned(), |m| figure.unit.format(m.value)));
            }
            if known > 1 {
                rows.push(row);
            }
        }
    }
    markdown(&rows)
}

/// Goals that are missed where every run gives the same.
pub fn missed(report: &Report) -> Vec<String> {
    let mut missed = Vec::new();
    for figure in FIGURES {
        for parameter in report.parameters(figure.key) {
            match verdict(report, Setting::VIRTUAL, figure, parameter) {
                Some(verdict) if !verdict.is_met() => missed.push(format!(
                    "{} {parameter}: {:.2} of at most {}",
                    figure.title,
                    verdict.ratio,
                    figure.goal.unwrap_or(f64::INFINITY)
                )),
                _ => {}
            }
        }
    }
    missed
}

fn markdown(rows: &[Vec<String>]) -> String {
    let Some(columns) = rows.first().map(Vec::len) else {
        return String::new();
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max())
        .map(|width| width.unwrap_or(0))
        .collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            // Numbers align right; writing to a string does not fail.
            let _ = match cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
                true => write!(text, "| {cell:>width$} "),
                false => write!(text, "| {cell:<width$} "),
            };
        }
        text += "|\n";
        if index == 0 {
            for width in &widths {
                text += &format!("|{}", "-".repeat(width + 2));
            }
            text += "|\n";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Measurement;

    fn report(own: f64, rival: f64) -> Report {
        let measure = |subject, value| {
            Measurement::new(Setting::VIRTUAL, "keying-worst", "20 ms", subject, value)
        };
        Report {
            measurements: vec![
                measure(Subject::Morse, own),
                measure(Subject::MorseC, rival),
                measure(Subject::Msleep, 5e6),
            ],
            ..Report::default()
        }
    }

    #[test]
    fn goals() {
        let met = report(-990.0, 7_800.0);
        let table = rival(&met);
        assert!(table.contains("0.13 met"), "{table}");
        assert!(missed(&met).is_empty());
        let missed_one = report(8_000.0, 7_800.0);
        assert!(rival(&missed_one).contains("1.03 MISSED"));
        assert_eq!(
            missed(&missed_one),
            ["keying, worst edge 20 ms: 1.03 of at most 1"]
        );
        assert_eq!(missed(&report(0.0, 0.0)), [] as [&str; 0]);
    }

    #[test]
    fn everybody_has_a_column() {
        let table = all(&report(1.0, 2.0), Setting::VIRTUAL);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("morse_c") && lines[0].contains("msleep"));
        assert!(lines[2].contains("5.00 ms"));
        assert!(lines.iter().all(|line| line.len() == lines[0].len()));
    }
}
