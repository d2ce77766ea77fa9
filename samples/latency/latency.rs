// SPDX-License-Identifier: GPL-2.0

//! The probe: every mechanism measured under the same conditions.
//!
//! The driver uses each mechanism for what it is good for, at the times at which it has something to
//! do. That is no comparison. So writing N to the file `probe` of debugfs raises a simulated hard
//! interrupt N times for each mechanism, one after the other. The interrupt does nothing but note the
//! time and start the mechanism, and what is started does nothing but say that it has come.
//!
//! All this exists only while it is used: it is made by write(2) and gone when that returns.

use super::latency::{Latency, Measure};
use super::transmit::keyer;
use crate::linux::{
    context::{Atomic, Context, Sleepable},
    debugfs,
    delayed::{Alarm, Delayed, DelayedHandler},
    irq::{self, SimulatedIrq},
    sched::RealTime,
    softirq::{self, Softirq},
    time::{sleep_until, Ktime, JIFFY_NS},
    timer::{self, Timer},
    wait::Bell,
    workqueue::{self, Queue, Work},
};
use crate::{new_bell, new_delayed, new_softirq, new_timer, new_work};
use core::marker::PhantomData;
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{self, AtomicFlag, Relaxed},
        Arc, Mutex,
    },
    uaccess::UserSliceReader,
};

/// How often every mechanism can be measured by one write.
const ROUNDS: core::ops::RangeInclusive<u32> = 1..=10_000;
/// The digits of that, and a line feed.
const BYTES_MAX: usize = 6;

/// How long ahead a timer is set, in milliseconds: some jiffies.
const AHEAD_MS: u32 = 8;
/// How long ahead a deadline is set, in nanoseconds.
const DEADLINE_AHEAD_NS: i64 = 1_000_000;

/// Before each interrupt a part of a jiffy passes, so that timers are not always set at the same time
/// between two ticks. By the golden ratio the parts spread evenly, however many there are.
const PHASE_STEP_NS: u64 = JIFFY_NS * 618 / 1000;

/// How long to wait before looking whether somebody wants to stop this, in nanoseconds.
const PATIENCE_NS: i64 = 100_000_000;

/// What all the parts of a measurement share.
#[pin_data]
struct Round {
    latency: Arc<Latency>,
    /// What is measured, by its place in [`Measure::ALL`].
    measure: atomic::Atomic<u32>,
    /// When the interrupt came, in ns.
    irq_ns: atomic::Atomic<u64>,
    /// What it started has come.
    has_come: AtomicFlag,
    stopped: AtomicFlag,
    #[pin]
    bell: Bell,
}

impl Round {
    /// Says that what was started has come at `now`; it was asked for at `since`.
    fn come(&self, measure: Measure, since: Ktime, now: Ktime) {
        self.latency.probe.record(measure, since, now);
        self.has_come.store(true, Relaxed);
        self.bell.ring();
    }

    fn irq(&self) -> Ktime {
        Ktime::from_ns(self.irq_ns.load(Relaxed))
    }

    /// Measures once.
    fn run(&self, measure: Measure, irq: &SimulatedIrq<TopHalf>, ctx: &Sleepable) -> Result {
        self.has_come.store(false, Relaxed);
        self.measure.store(measure as u32, Relaxed);
        irq.raise(ctx)?;
        loop {
            let patience = Ktime::now().after_ns(PATIENCE_NS);
            // Why it ended is looked at below, together with what does not ring.
            let _ = self.bell.wait_until(ctx, patience, |_| {
                self.has_come.load(Relaxed) || self.stopped.load(Relaxed)
            });
            if self.stopped.load(Relaxed) {
                return Err(ENODEV);
            }
            if kernel::current!().signal_pending() {
                return Err(EINTR);
            }
            if self.has_come.load(Relaxed) {
                return Ok(());
            }
        }
    }
}

/// A softirq or work item, in the context `C`.
struct Item<C> {
    round: Arc<Round>,
    measure: Measure,
    _context: PhantomData<fn(C)>,
}

impl<C> Item<C> {
    fn new(round: &Arc<Round>, measure: Measure) -> Self {
        Self {
            round: round.clone(),
            measure,
            _context: PhantomData,
        }
    }
}

impl<C: Context> workqueue::Handler for Item<C> {
    type Context = C;

    fn run(&self, _ctx: &C) {
        self.round
            .come(self.measure, self.round.irq(), Ktime::now());
    }
}

/// What runs when some time has passed.
struct Late {
    round: Arc<Round>,
    measure: Measure,
}

impl Late {
    fn new(round: &Arc<Round>, measure: Measure) -> Self {
        Self {
            round: round.clone(),
            measure,
        }
    }
}

impl DelayedHandler for Late {
    fn due(&self, due: Ktime) {
        self.round.come(self.measure, due, Ktime::now());
    }

    fn run(&self, _alarm: &Alarm, _ctx: &Sleepable) {}
}

impl timer::Handler for Late {
    fn due(&self, due: Ktime) {
        self.round.come(self.measure, due, Ktime::now());
    }

    fn expired(&self, _ctx: &Atomic) -> timer::Next {
        timer::Next::Never
    }
}

/// What the keyer does, without a lamp: meets one deadline.
struct Edge(Arc<Round>);

impl workqueue::Handler for Edge {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        let _urgent = RealTime::enter(ctx);
        let deadline = Ktime::now().after_ns(DEADLINE_AHEAD_NS);
        let Round { bell, stopped, .. } = &*self.0;
        if let Some(now) = keyer::wait_until(bell, ctx, deadline, |_| stopped.load(Relaxed)) {
            self.0.come(Measure::KeyerEdge, deadline, now);
        }
    }
}

/// How an interrupt starts a mechanism.
enum Start {
    Softirq(softirq::Kick),
    Work(workqueue::Kick<Sleepable>),
    Delayed(Alarm),
    Timer(Arc<Timer<Late>>),
}

/// The handler of the interrupt.
struct TopHalf {
    round: Arc<Round>,
    /// In the order of [`Measure::ALL`].
    starts: [Start; Measure::ALL.len()],
}

impl irq::Handler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        self.round.irq_ns.store(Ktime::now().as_ns(), Relaxed);
        match self.starts.get(self.round.measure.load(Relaxed) as usize) {
            Some(Start::Softirq(kick)) => kick.raise(),
            Some(Start::Work(kick)) => {
                kick.queue();
            }
            Some(Start::Delayed(alarm)) => alarm.set_ms(AHEAD_MS),
            Some(Start::Timer(timer)) => timer.start_ms(AHEAD_MS),
            None => {}
        }
    }
}

/// All mechanisms, and the interrupt that starts them. Dropped in this order: the source first.
struct Mechanisms {
    irq: SimulatedIrq<TopHalf>,
    _softirqs: [Softirq<Item<Atomic>>; 2],
    _works: [Work<Item<Sleepable>>; 3],
    _delayed: Delayed<Late>,
    _edge: Work<Edge>,
}

impl Mechanisms {
    fn new(round: &Arc<Round>, own: &Arc<Queue<Sleepable>>) -> Result<Self> {
        let bh_queue = Queue::bh_highpri(c"morse-probe")?;
        let softirq = |queue, measure| new_softirq!("Probe", queue, Ok(Item::new(round, measure)));
        let bh = softirq(Some(&bh_queue), Measure::SoftirqBh)?;
        let tasklet = softirq(None, Measure::SoftirqTasklet)?;
        let work = |queue: &_, measure| new_work!("Probe", queue, Ok(Item::new(round, measure)));
        let own_work = work(own, Measure::WorkOwn)?;
        let system = work(&Queue::system()?, Measure::WorkSystem)?;
        let highpri = work(&Queue::system_highpri()?, Measure::WorkHighpri)?;
        let late = Late::new(round, Measure::DelayedWork);
        let delayed = new_delayed!("Probe", own, Ok(late))?;
        let timer = new_timer!("Probe", Ok(Late::new(round, Measure::Timer)))?;
        let edge = new_work!("Probe", own, Ok(Edge(round.clone())))?;
        let top_half = TopHalf {
            round: round.clone(),
            starts: [
                Start::Softirq(bh.kick()),
                Start::Softirq(tasklet.kick()),
                Start::Work(own_work.kick()),
                Start::Work(system.kick()),
                Start::Work(highpri.kick()),
                Start::Delayed(delayed.alarm()),
                Start::Timer(Arc::new(timer, GFP_KERNEL)?),
                Start::Work(edge.kick()),
            ],
        };
        Ok(Self {
            irq: SimulatedIrq::register(c"morse-probe", Ok(top_half))?,
            _softirqs: [bh, tasklet],
            _works: [own_work, system, highpri],
            _delayed: delayed,
            _edge: edge,
        })
    }
}

/// The file.
#[pin_data]
pub(super) struct Probe {
    queue: Arc<Queue<Sleepable>>,
    round: Arc<Round>,
    /// Held by whoever measures.
    #[pin]
    turn: Mutex<()>,
}

impl Probe {
    /// Makes a probe that records for `latency`, and has `queue` measured as the device's own.
    pub(super) fn new(
        latency: Arc<Latency>,
        queue: Arc<Queue<Sleepable>>,
    ) -> Result<impl PinInit<Self, Error>> {
        let round = Arc::pin_init(
            pin_init!(Round {
                latency,
                measure: atomic::Atomic::new(0),
                irq_ns: atomic::Atomic::new(0),
                has_come: AtomicFlag::new(false),
                stopped: AtomicFlag::new(false),
                bell <- new_bell!("Probe::bell"),
            }),
            GFP_KERNEL,
        )?;
        Ok(try_pin_init!(Self {
            queue,
            round,
            turn <- new_mutex!((), "Probe::turn"),
        }))
    }
}

impl debugfs::Handler for Probe {
    /// Measures as often as is written, and returns when that is done.
    ///
    /// `EINVAL` if it is not a number of [`ROUNDS`], `EBUSY` if somebody else measures, `EINTR` if a
    /// signal came, `ENODEV` if the device went.
    fn write(&self, from: &mut UserSliceReader, ctx: &Sleepable) -> Result {
        let rounds = number(from)?;
        let _turn = self.turn.try_lock().ok_or(EBUSY)?;
        let mechanisms = Mechanisms::new(&self.round, &self.queue)?;
        let mut phase_ns = 0;
        for _ in 0..rounds {
            for measure in Measure::ALL {
                phase_ns += PHASE_STEP_NS;
                if phase_ns >= JIFFY_NS {
                    phase_ns -= JIFFY_NS;
                }
                sleep_until(ctx, Ktime::now().after_ns(phase_ns as i64));
                self.round.run(measure, &mechanisms.irq, ctx)?;
            }
        }
        Ok(())
    }

    fn stop(&self) {
        self.round.stopped.store(true, Relaxed);
        self.round.bell.ring();
    }
}

/// Reads one of [`ROUNDS`], with or without a line feed.
fn number(from: &mut UserSliceReader) -> Result<u32> {
    let mut bytes = [0; BYTES_MAX];
    let text = bytes.get_mut(..from.len()).ok_or(EINVAL)?;
    from.read_slice(text)?;
    let digits = text.strip_suffix(b"\n").unwrap_or(text);
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(EINVAL);
    }
    let number = core::str::from_utf8(digits).map_err(|_| EINVAL)?.parse();
    number
        .ok()
        .filter(|rounds| ROUNDS.contains(rounds))
        .ok_or(EINVAL)
}
