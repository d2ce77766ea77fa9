// SPDX-License-Identifier: GPL-2.0

//! Reader of the file of the sample `latency`: how late each mechanism that defers work runs.
//! `samples/README.md` describes the file.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::board::Board;
use crate::error::{Error, Result};

/// The file of the sample.
pub const FILE: &str = "/sys/kernel/debug/latency/histograms";

/// The mechanisms, in the order of the file.
pub const NAMES: [&str; 9] = [
    "irq_to_bh",
    "irq_to_tasklet",
    "irq_to_thread",
    "irq_to_work_own",
    "irq_to_work_system",
    "irq_to_work_highpri",
    "delayed_work_late",
    "timer_late",
    "deadline_late",
];

/// The histogram of one mechanism. Times are in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The number of measurements.
    pub count: u64,
    /// The shortest time.
    pub min_ns: u64,
    /// The mean.
    pub mean_ns: u64,
    /// The longest time.
    pub max_ns: u64,
    /// The start of each bucket that is not empty, and its count.
    pub buckets: Vec<(u64, u64)>,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    rows: BTreeMap<String, Row>,
}

/// Time limit of a command, generous for a busy host.
const LIMIT: Duration = Duration::from_secs(300);

impl Table {
    /// Measures each mechanism `rounds` times with the sample, which is loaded.
    ///
    /// # Errors
    ///
    /// As [`Board::run`]; [`Error::Protocol`] when the file has not the documented form.
    pub fn measure(board: &mut Board, rounds: u32) -> Result<Table> {
        // The first rounds wait for workers to be created.
        let command = format!("echo 10 > {FILE} && echo {rounds} > {FILE} && cat {FILE}");
        let text = board.execute(&command, LIMIT)?.success(&command)?;
        Table::parse(&text).ok_or(Error::Protocol {
            peer: "latency",
            answer: text,
        })
    }

    /// Parses the text of the file; `None` if it does not have the documented form or contradicts itself.
    pub fn parse(text: &str) -> Option<Table> {
        let mut rows: Vec<(String, Row)> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["", "", low_ns, count] => {
                    let bucket = (low_ns.parse().ok()?, count.parse().ok()?);
                    rows.last_mut()?.1.buckets.push(bucket);
                }
                [name, "count", count, "min_ns", min, "mean_ns", mean, "max_ns", max] => {
                    let row = Row {
                        count: count.parse().ok()?,
                        min_ns: min.parse().ok()?,
                        mean_ns: mean.parse().ok()?,
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

    /// The histogram of one of [`NAMES`].
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
        let figures = [self.mean_ns, self.p99_ns(), self.max_ns].map(us);
        write!(f, "{} us", figures.join(" / "))
    }
}

/// The first time beyond the bucket that begins at `low_ns`.
fn end_of(low_ns: u64) -> u64 {
    (low_ns * 2).max(1)
}

impl Row {
    /// A time that at least 99 of 100 do not exceed: the end of a bucket, or the longest time if that is
    /// less.
    pub fn p99_ns(&self) -> u64 {
        let wanted = self.count - self.count / 100;
        let mut seen = 0;
        let bucket = self.buckets.iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        });
        bucket.map_or(0, |(low_ns, _)| self.max_ns.min(end_of(*low_ns) - 1))
    }

    /// Whether the numbers are consistent.
    fn is_sound(&self) -> bool {
        if self.count == 0 {
            return *self == Row::default();
        }
        let ascending = self
            .buckets
            .windows(2)
            .all(|pair| end_of(pair[0].0) <= pair[1].0);
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
            && (*first..end_of(*first)).contains(&self.min_ns)
            && (*last..end_of(*last)).contains(&self.max_ns)
            && self.min_ns <= self.mean_ns
            && self.mean_ns <= self.max_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(first: &str) -> String {
        let rest: Vec<String> = NAMES[1..]
            .iter()
            .map(|name| format!("{name} count 0 min_ns 0 mean_ns 0 max_ns 0\n"))
            .collect();
        format!("{first}{}", rest.concat())
    }

    #[test]
    fn a_table() {
        let table = Table::parse(&text(
            "irq_to_bh count 3 min_ns 0 mean_ns 7 max_ns 12\n  0 1\n  8 2\n",
        ))
        .expect("a table");
        let row = Row {
            count: 3,
            min_ns: 0,
            mean_ns: 7,
            max_ns: 12,
            buckets: vec![(0, 1), (8, 2)],
        };
        assert_eq!(table.row("irq_to_bh"), &row);
        assert_eq!(table.row("timer_late"), &Row::default());
        assert_eq!(row.to_string(), "0.01 / 0.01 / 0.01 us");
        assert_eq!(
            Row {
                count: 201,
                mean_ns: 1_694,
                max_ns: 3_900_123,
                buckets: vec![(8_192, 199), (2_097_152, 2)],
                ..row
            }
            .to_string(),
            "1.69 / 16.4 / 3900 us"
        );
    }

    #[test]
    fn what_is_no_table() {
        for first in [
            "",
            "irq_to_bh count 3\n",
            "other count 0 min_ns 0 mean_ns 0 max_ns 0\n",
            // The buckets do not add up, begin at no power of two, do not ascend, or do not contain the times.
            "irq_to_bh count 3 min_ns 9 mean_ns 9 max_ns 9\n  8 2\n",
            "irq_to_bh count 1 min_ns 9 mean_ns 9 max_ns 9\n  9 1\n",
            "irq_to_bh count 2 min_ns 9 mean_ns 9 max_ns 9\n  8 1\n  8 1\n",
            "irq_to_bh count 1 min_ns 9 mean_ns 9 max_ns 9\n  16 1\n",
            "irq_to_bh count 1 min_ns 9 mean_ns 99 max_ns 9\n  8 1\n",
        ] {
            assert_eq!(Table::parse(&text(first)), None, "{first:?}");
        }
    }
}
