// SPDX-License-Identifier: GPL-2.0

//! How soon after an interrupt does each mechanism run? Every mechanism that defers work is started
//! from a simulated interrupt, which does nothing else, and runs a handler that only reads the clock.
//!
//! Writing N to the file `histograms` starts each mechanism N times, one after the other; reading it
//! shows one histogram for each. A mechanism that has to run *soon* is measured from the interrupt, one
//! that has to run *later* from the time for which it was set.

#[path = "../code.rs"]
pub mod code;
pub mod histogram;
#[path = "../linux.rs"]
pub mod linux;

use code::util::decimal::Decimal;
use core::{
    fmt,
    marker::PhantomData, //
};
use histogram::Histogram;
use kernel::{
    new_mutex,
    prelude::*,
    seq_file::SeqFile,
    seq_print,
    sync::{
        atomic::{
            self,
            AtomicFlag,
            Relaxed, //
        },
        Arc,
        Mutex, //
    },
    uaccess::UserSliceReader, //
};
use linux::{
    context::{
        Atomic,
        Context,
        Sleepable, //
    },
    debugfs::{
        Dir,
        File,
        FileHandler, //
    },
    delayed::{
        DelayedWork,
        DelayedWorkHandle,
        DelayedWorkHandler, //
    },
    irq::IrqHandler,
    irq_sim::SimulatedIrq,
    module::{
        self,
        Module, //
    },
    sched::SchedFifoGuard,
    tasklet::{
        Tasklet,
        TaskletHandle, //
    },
    time::{
        sleep_until,
        spin_until,
        Ktime,
        JIFFY_NS, //
    },
    timer::{
        Next,
        Timer,
        TimerHandler, //
    },
    wait::WaitQueue,
    workqueue::{
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};

module! {
    type: module::Adapter<Sample>,
    name: "latency",
    authors: ["The morse authors"],
    description: "Histograms of how late each mechanism runs that defers work",
    license: "GPL v2",
}

/// How far ahead timer and delayed work are set.
const AHEAD_MS: u32 = 8;
const AHEAD_NS: i64 = AHEAD_MS as i64 * 1_000_000;

/// How far ahead the deadline lies, and how long before it the thread wakes to spin.
const DEADLINE_NS: i64 = 1_000_000;
const EARLY_NS: i64 = 20_000;

/// Shifts each start by a part of a jiffy, so that starts spread evenly over a tick (golden ratio).
const PHASE_STEP_NS: u64 = JIFFY_NS * 618 / 1000;

/// The last interrupt, and the mechanism that it started.
#[pin_data]
struct Round {
    irq_ns: atomic::Atomic<u64>,
    late_ns: atomic::Atomic<u64>,
    has_run: AtomicFlag,
    #[pin]
    has_run_queue: WaitQueue,
}

impl Round {
    fn irq(&self) -> Ktime {
        Ktime::from_ns(self.irq_ns.load(Relaxed))
    }

    /// Called by the handler that was started: it runs at `now`, and `due` is the earliest time for that.
    fn ran(&self, due: Ktime, now: Ktime) {
        let late_ns = u64::try_from(now.ns_after(due)).unwrap_or(0);
        self.late_ns.store(late_ns, Relaxed);
        self.has_run.store(true, Relaxed);
        self.has_run_queue.wake_up_all();
    }

    /// Raises `irq`, and returns how late the handler was that it started.
    fn run(&self, irq: &SimulatedIrq<TopHalf>, ctx: &Sleepable) -> Result<u64> {
        const FOREVER: Ktime = Ktime::from_ns(u64::MAX);

        self.has_run.store(false, Relaxed);
        irq.raise(ctx)?;
        let _ = self
            .has_run_queue
            .wait_event_idle_until(ctx, FOREVER, |_| self.has_run.load(Relaxed));
        Ok(self.late_ns.load(Relaxed))
    }
}

/// The handler of most mechanisms, in the context `C`.
struct ReadClock<C>(Arc<Round>, PhantomData<fn(C)>);

impl<C> ReadClock<C> {
    fn new(round: &Arc<Round>) -> Self {
        Self(round.clone(), PhantomData)
    }
}

impl<C: Context> WorkHandler for ReadClock<C> {
    type Context = C;

    fn run(&self, _ctx: &C) {
        self.0.ran(self.0.irq(), Ktime::now());
    }
}

impl DelayedWorkHandler for ReadClock<Sleepable> {
    fn run(&self, _handle: &DelayedWorkHandle, _ctx: &Sleepable) {
        self.0.ran(self.0.irq().after_ns(AHEAD_NS), Ktime::now());
    }
}

impl TimerHandler for ReadClock<Atomic> {
    fn expired(&self, _ctx: &Atomic) -> Next {
        self.0.ran(self.0.irq().after_ns(AHEAD_NS), Ktime::now());
        Next::Never
    }
}

/// A work item that meets a deadline as the keyer of the driver does: a real-time thread sleeps nearly
/// until then, and spins for the rest.
struct MeetDeadline(Arc<Round>);

impl WorkHandler for MeetDeadline {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        let _urgent = SchedFifoGuard::new(ctx);
        let deadline = Ktime::now().after_ns(DEADLINE_NS);
        sleep_until(ctx, deadline.after_ns(-EARLY_NS));
        self.0.ran(deadline, spin_until(deadline));
    }
}

/// How an interrupt starts a mechanism.
enum Start {
    Bh(WorkHandle<Atomic>),
    Tasklet(TaskletHandle),
    Work(WorkHandle<Sleepable>),
    DelayedWork(DelayedWorkHandle),
    Timer(Timer<ReadClock<Atomic>>),
    /// The kernel wakes the thread of the interrupt when the hard handler has returned.
    Thread,
}

/// The interrupt handler of one mechanism.
struct TopHalf {
    round: Arc<Round>,
    start: Start,
}

impl IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        self.round.irq_ns.store(Ktime::now().as_ns(), Relaxed);
        match &self.start {
            Start::Bh(work) => drop(work.queue()),
            Start::Tasklet(tasklet) => tasklet.schedule(),
            Start::Work(work) => drop(work.queue()),
            Start::DelayedWork(work) => work.mod_delayed_ms(AHEAD_MS),
            Start::Timer(timer) => timer.start_ms(AHEAD_MS),
            Start::Thread => {}
        }
    }

    fn is_threaded(&self) -> bool {
        matches!(self.start, Start::Thread)
    }

    fn handle_threaded(&self, _ctx: &Sleepable) {
        self.round.ran(self.round.irq(), Ktime::now());
    }
}

/// A mechanism: its name in the file, and the interrupt that starts it.
struct Mechanism {
    name: &'static str,
    irq: SimulatedIrq<TopHalf>,
}

/// How many mechanisms there are.
const MECHANISMS: usize = 9;

/// The file.
#[pin_data]
struct Histograms {
    round: Arc<Round>,
    mechanisms: [Mechanism; MECHANISMS],
    /// Of each mechanism. Locked while they are measured.
    #[pin]
    histograms: Mutex<[Histogram; MECHANISMS]>,
}

impl FileHandler for Histograms {
    const IS_READABLE: bool = true;

    /// Clears the histograms, and measures each mechanism as many times as the written number says, 1 to
    /// 10000.
    ///
    /// # Errors
    ///
    /// `EINVAL` for anything else, `EBUSY` while another write measures, `EINTR` after a signal.
    fn write(&self, from: &mut UserSliceReader, ctx: &Sleepable) -> Result {
        let rounds = number(from)?;
        let mut histograms = self.histograms.try_lock().ok_or(EBUSY)?;
        *histograms = [Histogram::EMPTY; MECHANISMS];
        let mut phase_ns = 0;
        for _ in 0..rounds {
            for (mechanism, histogram) in self.mechanisms.iter().zip(histograms.iter_mut()) {
                if kernel::current!().signal_pending() {
                    return Err(EINTR);
                }
                phase_ns += PHASE_STEP_NS;
                if phase_ns >= JIFFY_NS {
                    phase_ns -= JIFFY_NS;
                }
                sleep_until(ctx, Ktime::now().after_ns(phase_ns as i64));
                histogram.record(self.round.run(&mechanism.irq, ctx)?);
            }
        }
        pr_info!("each mechanism was measured {rounds} times\n");
        Ok(())
    }

    /// Shows a line for each mechanism, and after it one for each bucket that is not empty: where the
    /// bucket begins, in ns, and how many times are in it.
    ///
    /// # Errors
    ///
    /// `EBUSY` while a write measures.
    fn show(&self, to: &SeqFile, _ctx: &Sleepable) -> Result {
        let histograms = self.histograms.try_lock().ok_or(EBUSY)?;
        for (Mechanism { name, .. }, histogram) in self.mechanisms.iter().zip(histograms.iter()) {
            seq_print!(
                to,
                "{} count {} min_ns {} mean_ns {} max_ns {}\n",
                name,
                histogram.count(),
                Decimal(histogram.min_ns()),
                Decimal(histogram.mean_ns()),
                Decimal(histogram.max_ns()),
            );
            for (low_ns, count) in histogram.buckets() {
                seq_print!(to, "  {} {count}\n", Decimal(low_ns));
            }
        }
        Ok(())
    }
}

/// Lets kernel macros print 64-bit numbers, which `core` cannot on a 32-bit kernel.
impl kernel::fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a number from 1 to 10000, with or without a line feed.
fn number(from: &mut UserSliceReader) -> Result<u32> {
    const ROUNDS: core::ops::RangeInclusive<u32> = 1..=10_000;
    /// The digits of that, and a line feed.
    const BYTES_MAX: usize = 6;

    let mut bytes = [0; BYTES_MAX];
    let text = bytes.get_mut(..from.len()).ok_or(EINVAL)?;
    from.read_slice(text)?;
    let text = core::str::from_utf8(text).map_err(|_| EINVAL)?;
    let number = text.strip_suffix('\n').unwrap_or(text).parse().ok();
    number
        .filter(|rounds| ROUNDS.contains(rounds))
        .ok_or(EINVAL)
}

/// Dropped in this order: first there are no interrupts, then nothing that they start.
struct Sample {
    _file: File<Histograms>,
    _bh: Work<ReadClock<Atomic>>,
    _tasklet: Tasklet<ReadClock<Atomic>>,
    _works: [Work<ReadClock<Sleepable>>; 3],
    _delayed: DelayedWork<ReadClock<Sleepable>>,
    _deadline: Work<MeetDeadline>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let round = Arc::pin_init(
            pin_init!(Round {
                irq_ns: atomic::Atomic::new(0),
                late_ns: atomic::Atomic::new(0),
                has_run: AtomicFlag::new(false),
                has_run_queue <- new_wait_queue!("Round::has_run_queue"),
            }),
            GFP_KERNEL,
        )?;
        let work = |queue: &_| new_work!(ctx, "ReadClock", queue, Ok(ReadClock::new(&round)));
        let own = Queue::unbound_highpri(ctx, c"latency")?;
        let works = [
            work(&own)?,
            work(&Queue::system(ctx)?)?,
            work(&Queue::system_highpri(ctx)?)?,
        ];
        let bh_queue = Queue::bh_highpri(ctx, c"latency-bh")?;
        let bh = new_work!(ctx, "ReadClock", &bh_queue, Ok(ReadClock::new(&round)))?;
        let tasklet = Tasklet::new(ctx, Ok(ReadClock::new(&round)))?;
        let delayed = new_delayed_work!(ctx, "ReadClock", &own, Ok(ReadClock::new(&round)))?;
        let timer = new_timer!(ctx, "ReadClock", Ok(ReadClock::new(&round)))?;
        let deadline = new_work!(ctx, "MeetDeadline", &own, Ok(MeetDeadline(round.clone())))?;

        let mechanism = |name, start| -> Result<Mechanism> {
            let round = round.clone();
            let irq = SimulatedIrq::register(ctx, c"latency", Ok(TopHalf { round, start }))?;
            Ok(Mechanism { name, irq })
        };
        let [own_work, system_work, highpri_work] = &works;
        let mechanisms = [
            mechanism("irq_to_bh", Start::Bh(bh.handle()))?,
            mechanism("irq_to_tasklet", Start::Tasklet(tasklet.handle()))?,
            mechanism("irq_to_thread", Start::Thread)?,
            mechanism("irq_to_work_own", Start::Work(own_work.handle()))?,
            mechanism("irq_to_work_system", Start::Work(system_work.handle()))?,
            mechanism("irq_to_work_highpri", Start::Work(highpri_work.handle()))?,
            mechanism("delayed_work_late", Start::DelayedWork(delayed.handle()))?,
            mechanism("timer_late", Start::Timer(timer))?,
            mechanism("deadline_late", Start::Work(deadline.handle()))?,
        ];
        let file = try_pin_init!(Histograms {
            round,
            mechanisms,
            histograms <- new_mutex!([Histogram::EMPTY; MECHANISMS], "Histograms"),
        });
        Ok(Self {
            _file: File::new(ctx, &Dir::new(ctx, c"latency")?, c"histograms", file)?,
            _bh: bh,
            _tasklet: tasklet,
            _works: works,
            _delayed: delayed,
            _deadline: deadline,
        })
    }
}
