// SPDX-License-Identifier: GPL-2.0

//! The keyer: the work item that keys the lamp.
//!
//! It runs from the first symbol of a message to the end of the last mark. Between two edges it sleeps on a
//! high-resolution timer until the absolute time of the next one, so lateness does not add up.

use super::{
    deadline::{
        wait_until,
        Lead, //
    },
    lamp::Lamp,
    log::Report,
    monitor::SharedLamp,
    transmitter::Transmitter, //
};
use crate::code::{
    self,
    Keying,
    Symbol, //
};
use crate::linux::{
    context::Sleepable,
    sched::SchedFifoGuard,
    time::Ktime,
    trace::{
        self,
        Deferral,
        Mechanism, //
    },
    workqueue::WorkHandler, //
};
use kernel::{
    device::Device,
    new_mutex,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            AtomicFlag,
            Relaxed, //
        },
        Arc,
        Mutex, //
    },
};

/// The keyer's state from one run to the next.
struct Progress {
    keying: Keying,
    report: Report,
    /// The symbol being sent.
    symbol: Option<Symbol>,
    /// It was cut by a rest, and is sent from its beginning after that.
    is_cut: bool,
    lead: Lead,
}

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct Keyer {
    dev: ARef<Device>,
    transmitter: Arc<Transmitter>,
    lamp: Arc<SharedLamp>,
    stopped: AtomicFlag,
    /// Only `run` locks it, so the lock is never contended.
    #[pin]
    progress: Mutex<Progress>,
}

impl Keyer {
    /// Makes a keyer that sends the symbols of `transmitter` with `lamp`.
    pub(crate) fn new(
        dev: &Device,
        transmitter: Arc<Transmitter>,
        lamp: Arc<SharedLamp>,
    ) -> impl PinInit<Self, Error> {
        let dev = dev.into();
        try_pin_init!(Self {
            dev,
            transmitter,
            lamp,
            stopped: AtomicFlag::new(false),
            progress <- new_mutex!(Progress {
                keying: Keying::new(),
                report: Report::new(),
                symbol: None,
                is_cut: false,
                lead: Lead::new(),
            }, "Keyer::progress"),
        })
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    /// Whether the current symbol is to be aborted.
    fn is_given_up(&self) -> bool {
        self.is_stopped() || self.transmitter.queue.is_aborted()
    }

    /// Counts and logs the message that has ended.
    fn end_message(&self, report: &mut Report) {
        if report.is_good() {
            self.transmitter.count_message();
        }
        report.finish(&self.dev, Ktime::now());
    }

    /// Returns whether the lamp is to be put out at once.
    fn is_interrupted(&self) -> bool {
        self.is_given_up() || self.transmitter.is_resting()
    }

    /// Puts the lamp out if it is `lit`.
    fn put_out(&self, ctx: &Sleepable, lamp: &Lamp, lit: &mut bool, now: Ktime) {
        if core::mem::take(lit) {
            lamp.set(ctx, false);
            trace::edge_keyed(self.transmitter.device, false, now.as_ns(), false);
        }
    }

    /// Sends until the queue is empty, or until the keyer is stopped or rests. Returns whether the message has
    /// ended.
    fn send(&self, progress: &mut Progress, ctx: &Sleepable) -> bool {
        let queue = &self.transmitter.queue;
        let Progress {
            keying,
            report,
            symbol,
            is_cut,
            lead,
        } = progress;
        let mut is_over = true;
        let mut lit = false;
        // Taken at the first edge: without an edge the monitor keeps the lamp.
        let mut taken = None;
        let device = self.transmitter.device;
        // The priority, raised after the first edge so as not to delay it.
        let mut urgent = None;

        while !self.is_stopped() {
            let timing = *self.transmitter.timing.lock();
            let now = Ktime::now();
            let step = keying.next(now.as_ns(), &timing, || {
                if let Some(sent) = symbol.take_if(|_| !*is_cut) {
                    self.transmitter.count_character();
                    let text = code::decode(sent.code);
                    trace::character_sent(device, text.as_bytes());
                    if queue.finish() {
                        report.abort();
                        self.end_message(report);
                    }
                }
                if self.transmitter.is_resting() {
                    is_over = false;
                    return None;
                }
                if core::mem::take(is_cut) {
                    if queue.take_again() {
                        return *symbol;
                    }
                    report.abort();
                    self.end_message(report);
                }
                *symbol = queue.take().inspect(|next| report.add(now, *next));
                *symbol
            });
            let Some(step) = step else {
                break;
            };
            let lamp = *taken.get_or_insert_with(|| self.lamp.take(ctx));
            if step.mark && !lit && !self.is_interrupted() {
                // The first edge has no deadline: the deadlines of the others are counted from it.
                let at = lamp.light(ctx);
                lit = true;
                trace::edge_keyed(device, true, at.as_ns(), false);
                keying.postpone(at.as_ns().saturating_sub(step.from_ns));
            }
            urgent.get_or_insert_with(|| SchedFifoGuard::new(ctx));
            let until = Ktime::from_ns(keying.deadline_ns());
            if wait_until(ctx, &queue.keyer_wait, until, lead, |_| {
                self.is_interrupted()
            }) {
                // A space always follows a mark, and a mark a space. So set the lamp on time, and compute the
                // next step after that.
                if lit == step.mark {
                    lit = !step.mark;
                    lamp.set_at(ctx, lit, until);
                    trace::edge_keyed(device, lit, until.as_ns(), true);
                }
            } else {
                let now = Ktime::now();
                self.put_out(ctx, lamp, &mut lit, now);
                keying.abort(now.as_ns());
                if !self.is_given_up() && (symbol.is_none() || queue.cut()) {
                    *is_cut = symbol.is_some();
                    continue;
                }
                report.abort();
                if symbol.take().is_some() {
                    queue.finish();
                }
                self.end_message(report);
            }
        }
        if let Some(lamp) = taken {
            self.put_out(ctx, lamp, &mut lit, Ktime::now());
        }
        if self.is_stopped() && symbol.take().is_some() {
            // The keyer was stopped between two edges.
            report.abort();
            queue.finish();
        }
        is_over
    }
}

impl WorkHandler for Keyer {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        let _deferral = Deferral::start(self.transmitter.device, Mechanism::Keyer);
        let progress = &mut *self.progress.lock();
        if self.send(progress, ctx) {
            self.end_message(&mut progress.report);
        }
        self.lamp.give_back(ctx);
    }

    fn stop(&self) {
        self.stopped.store(true, Relaxed);
        self.transmitter.queue.keyer_wait.wake_up_all();
    }
}
