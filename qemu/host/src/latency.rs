// SPDX-License-Identifier: GPL-2.0

//! What the driver tells of how late everything is: the file `latency` in its directory of debugfs. Its
//! form is described in `Documentation/ABI/testing/debugfs-morse`.

use std::collections::BTreeMap;
use std::fmt;

use crate::board::Board;
use crate::driver::SETTINGS;
use crate::error::{Error, Result};
use crate::fixture::long;

/// Where the first device has its files.
pub const DIRECTORY: &str = "/sys/kernel/debug/morse";

/// What is measured, in the order of the file.
pub const NAMES: [&str; 8] = [
    "irq_to_softirq_bh",
    "irq_to_softirq_tasklet",
    "irq_to_work_own",
    "irq_to_work_system",
    "irq_to_work_highpri",
    "delayed_work_late",
    "timer_late",
    "keyer_edge_late",
];

/// All that is told of one mechanism. Times are in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// How many times were recorded.
    pub count: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The mean.
    pub mean_ns: u64,
    /// What 99 of 100 do not exceed, at most twice too much.
    pub p99_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// Where each bucket that is not empty begins, and how many are in it.
    pub buckets: Vec<(u64, u64)>,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    rows: BTreeMap<String, Row>,
}

impl Table {
    /// What the driver, which is loaded, has recorded while `command` of the guest ran, which may take
    /// long and writes nothing.
    ///
    /// The ticker rests meanwhile, and workers for all that is measured are there. It is one command from
    /// beginning to end, as in virtual time anything may pass between two.
    ///
    /// # Errors
    ///
    /// As [`Board::run`]; [`Error::Protocol`] when the file has not the form that is promised.
    pub fn during(board: &mut Board, command: &str) -> Result<Table> {
        // The next tick is the last one for a minute; ticks are late by more than what is measured here.
        let text = long(
            board,
            &format!(
                "echo 60000 > {SETTINGS}/ticker_ms && sleep 1.1 && echo 10 > {DIRECTORY}/probe && \
                 echo > {DIRECTORY}/latency && {command} && cat {DIRECTORY}/latency"
            ),
        )?;
        Table::parse(&text).ok_or(Error::Protocol {
            peer: "latency",
            answer: text,
        })
    }

    /// Has the driver, which is loaded, measure every mechanism so often, and nothing else.
    ///
    /// # Errors
    ///
    /// As [`Table::during`].
    pub fn probe(board: &mut Board, rounds: u32) -> Result<Table> {
        Table::during(board, &format!("echo {rounds} > {DIRECTORY}/probe"))
    }

    /// Reads the text of the file; `None` when that has not the form that is promised, or contradicts
    /// itself.
    pub fn parse(text: &str) -> Option<Table> {
        let mut rows: Vec<(String, Row)> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["", "", low_ns, count] => {
                    let bucket = (low_ns.parse().ok()?, count.parse().ok()?);
                    rows.last_mut()?.1.buckets.push(bucket);
                }
                [name, "count", count, "min_ns", min, "mean_ns", mean, "p99_ns", p99, "max_ns", max] =>
                {
                    let row = Row {
                        count: count.parse().ok()?,
                        min_ns: min.parse().ok()?,
                        mean_ns: mean.parse().ok()?,
                        p99_ns: p99.parse().ok()?,
                        max_ns: max.parse().ok()?,
                        buckets: Vec::new(),
                    };
                    rows.push((name.to_owned(), row));
                }
                _ => return None,
            }
        }
        let in_order = rows.iter().map(|(name, _)| name.as_str()).eq(NAMES);
        let sound = rows.iter().all(|(_, row)| row.is_sound());
        (in_order && sound).then(|| Table {
            rows: rows.into_iter().collect(),
        })
    }

    /// What is told of one of [`NAMES`].
    ///
    /// # Panics
    ///
    /// When it is none of them.
    pub fn row(&self, name: &str) -> &Row {
        &self.rows[name]
    }
}

/// Mean, 99 of 100, and maximum, as `1.7 / 1.9 / 12 us`.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = |ns: u64| match ns {
            0..=9_999 => format!("{:.2}", ns as f64 / 1e3),
            10_000..=99_999 => format!("{:.1}", ns as f64 / 1e3),
            _ => format!("{:.0}", ns as f64 / 1e3),
        };
        let figures = [self.mean_ns, self.p99_ns, self.max_ns].map(us);
        write!(f, "{} us", figures.join(" / "))
    }
}

impl Row {
    /// Whether the numbers can be those of some times.
    fn is_sound(&self) -> bool {
        if self.count == 0 {
            return *self == Row::default();
        }
        let ends = |low_ns: u64| if low_ns == 0 { 1 } else { low_ns * 2 };
        let ascending = self
            .buckets
            .windows(2)
            .all(|pair| ends(pair[0].0) <= pair[1].0);
        let (Some((first, _)), Some((last, _))) = (self.buckets.first(), self.buckets.last())
        else {
            return false;
        };
        ascending
            && self
                .buckets
                .iter()
                .all(|(low_ns, count)| *count > 0 && (*low_ns == 0 || low_ns.is_power_of_two()))
            && self.buckets.iter().map(|(_, count)| count).sum::<u64>() == self.count
            && (*first..ends(*first)).contains(&self.min_ns)
            && (*last..ends(*last)).contains(&self.max_ns)
            && self.min_ns <= self.mean_ns
            && self.mean_ns <= self.max_ns
            && self.min_ns <= self.p99_ns
            && self.p99_ns <= self.max_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(first: &str) -> String {
        let rest: Vec<String> = NAMES[1..]
            .iter()
            .map(|name| format!("{name} count 0 min_ns 0 mean_ns 0 p99_ns 0 max_ns 0\n"))
            .collect();
        format!("{first}{}", rest.concat())
    }

    #[test]
    fn a_table() {
        let table = Table::parse(&text(
            "irq_to_softirq_bh count 3 min_ns 0 mean_ns 7 p99_ns 12 max_ns 12\n  0 1\n  8 2\n",
        ))
        .expect("a table");
        let row = Row {
            count: 3,
            min_ns: 0,
            mean_ns: 7,
            p99_ns: 12,
            max_ns: 12,
            buckets: vec![(0, 1), (8, 2)],
        };
        assert_eq!(table.row("irq_to_softirq_bh"), &row);
        assert_eq!(table.row("timer_late"), &Row::default());
        assert_eq!(row.to_string(), "0.01 / 0.01 / 0.01 us");
        assert_eq!(
            Row {
                mean_ns: 1_694,
                p99_ns: 12_345,
                max_ns: 3_900_123,
                ..row
            }
            .to_string(),
            "1.69 / 12.3 / 3900 us"
        );
    }

    #[test]
    fn what_is_no_table() {
        for first in [
            "",
            "irq_to_softirq_bh count 3\n",
            "other count 0 min_ns 0 mean_ns 0 p99_ns 0 max_ns 0\n",
            // The buckets do not add up, begin in between, do not ascend, or are not of these times.
            "irq_to_softirq_bh count 3 min_ns 9 mean_ns 9 p99_ns 9 max_ns 9\n  8 2\n",
            "irq_to_softirq_bh count 1 min_ns 9 mean_ns 9 p99_ns 9 max_ns 9\n  9 1\n",
            "irq_to_softirq_bh count 2 min_ns 9 mean_ns 9 p99_ns 9 max_ns 9\n  8 1\n  8 1\n",
            "irq_to_softirq_bh count 1 min_ns 9 mean_ns 9 p99_ns 9 max_ns 9\n  16 1\n",
            "irq_to_softirq_bh count 1 min_ns 9 mean_ns 99 p99_ns 9 max_ns 9\n  8 1\n",
        ] {
            assert_eq!(Table::parse(&text(first)), None, "{first:?}");
        }
    }
}
