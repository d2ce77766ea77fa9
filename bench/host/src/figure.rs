// SPDX-License-Identifier: GPL-2.0

//! The figures: what each is called, its unit, and how it may compare with the rival's.

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Time, in ns.
    Nanoseconds,
    /// Instructions: nanoseconds of virtual time.
    Instructions,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// A value in the form for a table.
    pub fn format(self, value: f64) -> String {
        let size = value.abs();
        match self {
            Unit::Instructions => format!("{value:.0}"),
            Unit::Bytes => format!("{value:.0} B"),
            Unit::Nanoseconds if size < 1e4 => format!("{:.2} us", value / 1e3),
            Unit::Nanoseconds if size < 1e6 => format!("{:.1} us", value / 1e3),
            Unit::Nanoseconds if size < 1e9 => format!("{:.2} ms", value / 1e6),
            Unit::Nanoseconds => format!("{:.2} s", value / 1e9),
        }
    }
}

/// A figure. The smaller, the better.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its key in the results.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// How many times the rival's it may be at most.
    pub goal: Option<f64>,
}

/// Keying must be as exact as the rival's.
const KEYING: Option<f64> = Some(1.0);

/// All of them, in the order of the table.
pub const FIGURES: &[Figure] = &[
    figure(
        "keying-total",
        "keying, total error",
        Unit::Nanoseconds,
        KEYING,
    ),
    figure(
        "keying-worst",
        "keying, worst edge",
        Unit::Nanoseconds,
        KEYING,
    ),
];

const fn figure(key: &'static str, title: &'static str, unit: Unit, goal: Option<f64>) -> Figure {
    Figure {
        key,
        title,
        unit,
        goal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_for_people() {
        let time = |ns| Unit::Nanoseconds.format(ns);
        assert_eq!(time(-7_400.0), "-7.40 us");
        assert_eq!(time(31_200.0), "31.2 us");
        assert_eq!(time(27.2e9), "27.20 s");
        assert_eq!(time(4e6), "4.00 ms");
        assert_eq!(Unit::Instructions.format(312.4), "312");
    }

    #[test]
    fn keys_are_unique() {
        for (index, figure) in FIGURES.iter().enumerate() {
            assert!(FIGURES[..index].iter().all(|other| other.key != figure.key));
        }
    }
}
