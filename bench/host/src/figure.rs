// SPDX-License-Identifier: GPL-2.0

//! The figures: name, unit, and goal compared with the rival's.

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Time, in ns. In virtual time that is the number of instructions.
    Nanoseconds,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// A value in the form for a table.
    pub fn format(self, value: f64) -> String {
        let size = value.abs();
        match self {
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
    /// Its unit.
    pub unit: Unit,
    /// How many times the rival's it may be at most.
    pub goal: Option<f64>,
}

/// Keying must be as exact as the rival's.
const KEYING: Option<f64> = Some(1.0);

/// Latencies may be this much longer.
const LATENCY: Option<f64> = Some(1.05);
/// The top half may be this much longer.
const TOP_HALF: Option<f64> = Some(1.1);

/// The module may be this much larger.
const SIZE: Option<f64> = Some(1.5);

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
    figure("top-half", "top half", Unit::Nanoseconds, TOP_HALF),
    figure(
        "irq-to-softirq",
        "IRQ to bottom half",
        Unit::Nanoseconds,
        LATENCY,
    ),
    figure(
        "irq-to-work",
        "IRQ to work item",
        Unit::Nanoseconds,
        LATENCY,
    ),
    figure("irq-to-lamp", "IRQ to lamp", Unit::Nanoseconds, None),
    figure(
        "first-edge",
        "write to first edge",
        Unit::Nanoseconds,
        LATENCY,
    ),
    figure("encode", "write, a character", Unit::Nanoseconds, None),
    figure("decode", "receive, a character", Unit::Nanoseconds, None),
    figure(
        "edge-interval",
        "edge to edge without loss",
        Unit::Nanoseconds,
        None,
    ),
    figure("size", "module", Unit::Bytes, SIZE),
    figure("memory", "open file", Unit::Bytes, None),
    figure("insmod", "insmod", Unit::Nanoseconds, None),
    figure("rmmod-idle", "rmmod, idle", Unit::Nanoseconds, None),
    figure("rmmod-sending", "rmmod, sending", Unit::Nanoseconds, None),
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
        assert_eq!(Unit::Bytes.format(312.0), "312 B");
    }

    #[test]
    fn keys_are_unique() {
        for (index, figure) in FIGURES.iter().enumerate() {
            assert!(FIGURES[..index].iter().all(|other| other.key != figure.key));
        }
    }
}
