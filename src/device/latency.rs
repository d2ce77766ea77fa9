// SPDX-License-Identifier: GPL-2.0

//! How late everything is: the file `latency` of debugfs, and what is recorded for it.
//!
//! The driver records what it does anyway. What it has no use for is measured by the probe (`probe.rs`),
//! under the same conditions as the rest. See `Documentation/ABI/testing/debugfs-morse`.

use crate::code::{
    util::histogram::{Histogram, Snapshot},
    Decimal,
};
use crate::linux::{
    context::Sleepable,
    debugfs,
    time::{sleep_until, Ktime, JIFFY_NS},
};
use kernel::{
    prelude::*,
    seq_file::SeqFile,
    seq_print,
    sync::Arc,
    uaccess::UserSliceReader, //
};
use pin_init::init_array_from_fn;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// From the interrupt to the BH work item.
    SoftirqBh,
    /// From the interrupt to the tasklet.
    SoftirqTasklet,
    /// From the interrupt to an item of the device's own queue.
    WorkOwn,
    /// From the interrupt to an item of the kernel's queue.
    WorkSystem,
    /// From the interrupt to an item of the kernel's queue for high priority.
    WorkHighpri,
    /// From when it was asked for to the delayed work.
    DelayedWork,
    /// From when it was asked for to the timer.
    Timer,
    /// From its deadline to an edge of the lamp.
    KeyerEdge,
}

impl Measure {
    const COUNT: usize = 8;

    /// All of them, in the order of the file.
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::SoftirqBh,
        Self::SoftirqTasklet,
        Self::WorkOwn,
        Self::WorkSystem,
        Self::WorkHighpri,
        Self::DelayedWork,
        Self::Timer,
        Self::KeyerEdge,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::SoftirqBh => "irq_to_softirq_bh",
            Self::SoftirqTasklet => "irq_to_softirq_tasklet",
            Self::WorkOwn => "irq_to_work_own",
            Self::WorkSystem => "irq_to_work_system",
            Self::WorkHighpri => "irq_to_work_highpri",
            Self::DelayedWork => "delayed_work_late",
            Self::Timer => "timer_late",
            Self::KeyerEdge => "keyer_edge_late",
        }
    }
}

/// A histogram for each [`Measure`]. Each has one who records at a time.
pub(super) struct Recorder {
    histograms: [Histogram; Measure::COUNT],
}

impl Recorder {
    fn new() -> impl Init<Self> {
        init!(Self {
            histograms <- init_array_from_fn(|_| Histogram::new()),
        })
    }

    /// Records that `measure` came at `now`, when `since` was its interrupt or the time asked for.
    ///
    /// What comes early was asked for anew at that very moment, and not recorded.
    pub(super) fn record(&self, measure: Measure, since: Ktime, now: Ktime) {
        if let Ok(ns) = u64::try_from(now.ns_after(since)) {
            if let Some(histogram) = self.histograms.get(measure as usize) {
                histogram.record(ns);
            }
        }
    }
}

/// All that is recorded of one device.
pub(super) struct Latency {
    /// By the driver as it works.
    pub(super) driver: Recorder,
    /// By the probe.
    pub(super) probe: Recorder,
}

impl Latency {
    /// Nothing recorded.
    pub(super) fn new() -> impl Init<Self> {
        init!(Self {
            driver <- Recorder::new(),
            probe <- Recorder::new(),
        })
    }

    fn snapshot(&self, measure: Measure, ctx: &Sleepable) -> Result<Snapshot> {
        let mut sum = Snapshot::EMPTY;
        for recorder in [&self.driver, &self.probe] {
            let histogram = recorder.histograms.get(measure as usize).ok_or(EINVAL)?;
            sum.merge(&whole(histogram, ctx)?);
        }
        Ok(sum)
    }
}

/// Reads a histogram while nobody records, which takes nanoseconds. `EBUSY` if there is no such moment.
fn whole(histogram: &Histogram, ctx: &Sleepable) -> Result<Snapshot> {
    /// A task that was interrupted as it recorded needs so many jiffies at most to go on.
    const TRIES: usize = 50;

    for _ in 0..TRIES {
        if let Some(snapshot) = histogram.snapshot() {
            return Ok(snapshot);
        }
        sleep_until(ctx, Ktime::now().after_ns(JIFFY_NS as i64));
    }
    Err(EBUSY)
}

/// The file.
pub(super) struct Table(pub(super) Arc<Latency>);

impl debugfs::Handler for Table {
    const IS_READABLE: bool = true;

    fn show(&self, to: &SeqFile, ctx: &Sleepable) -> Result {
        for measure in Measure::ALL {
            let snapshot = self.0.snapshot(measure, ctx)?;
            seq_print!(
                to,
                "{} count {} min_ns {} mean_ns {} p99_ns {} max_ns {}\n",
                measure.name(),
                snapshot.count(),
                Decimal(snapshot.min_ns()),
                Decimal(snapshot.mean_ns()),
                Decimal(snapshot.p99_ns()),
                Decimal(snapshot.max_ns()),
            );
            for (low_ns, count) in snapshot.buckets() {
                seq_print!(to, "  {} {count}\n", Decimal(low_ns));
            }
        }
        Ok(())
    }

    /// Forgets everything, whatever is written.
    fn write(&self, _from: &mut UserSliceReader, _ctx: &Sleepable) -> Result {
        for recorder in [&self.0.driver, &self.0.probe] {
            for histogram in &recorder.histograms {
                histogram.reset();
            }
        }
        Ok(())
    }
}
