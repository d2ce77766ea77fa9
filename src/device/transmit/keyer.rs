// SPDX-License-Identifier: GPL-2.0

//! The keyer: the work item that keys the lamp.
//!
//! It runs from the first symbol of a message to the end of the last mark. Between two edges it sleeps on a
//! high-resolution timer until the absolute time of the next one, so lateness does not add up.

use super::{
    deadline::wait_until,
    lamp::Lamp,
    log::Report,
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
use core::cell::Cell;
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
}

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct Keyer {
    dev: ARef<Device>,
    transmitter: Arc<Transmitter>,
    lamp: Lamp,
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
        lamp: Lamp,
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

    /// Sends until the queue is empty, or until the keyer is stopped or rests. Returns whether the message has
    /// ended.
    fn send(&self, progress: &mut Progress, ctx: &Sleepable) -> bool {
        let queue = &self.transmitter.queue;
        let Progress {
            keying,
            report,
            symbol,
            is_cut,
        } = progress;
        let mut is_over = true;
        let lit = Cell::new(false);
        // `at` is the deadline of a `planned` edge, otherwise the current time.
        let show = |light: bool, at: Ktime, planned: bool| {
            if light != lit.replace(light) {
                self.lamp.set(ctx, light);
                trace::edge_keyed(self.transmitter.device, light, at.as_ns(), planned);
            }
        };
        // Taken after the first edge, which it would delay.
        let mut urgent = None;

        while !self.is_stopped() {
            let timing = *self.transmitter.timing.lock();
            let now = Ktime::now();
            let step = keying.next(now.as_ns(), &timing, || {
                if let Some(sent) = symbol.take_if(|_| !*is_cut) {
                    self.transmitter.count_character();
                    let text = code::decode(sent.code);
                    trace::character_sent(self.transmitter.device, text.as_bytes());
                    if queue.finish() {
                        report.abort();
                        self.end_message(report);
                    }
                }
                if self.transmitter.is_resting() {
                    is_over = false;
                    return None;
                }
                if !core::mem::take(is_cut) {
                    *symbol = queue.take().inspect(|next| report.add(now, *next));
                }
                *symbol
            });
            let Some(step) = step else {
                break;
            };
            if step.mark && !lit.get() && !self.is_interrupted() {
                // The first edge has no deadline: the deadlines of the others are counted from it.
                let at = self.lamp.light(ctx);
                lit.set(true);
                trace::edge_keyed(self.transmitter.device, true, at.as_ns(), false);
                keying.postpone(at.as_ns().saturating_sub(step.from_ns));
            }
            urgent.get_or_insert_with(|| SchedFifoGuard::new(ctx));
            let until = Ktime::from_ns(keying.deadline_ns());
            if wait_until(ctx, &queue.keyer_wait, until, |_| self.is_interrupted()) {
                // A space always follows a mark, and a mark a space. So set the lamp on time, and compute the
                // next step after that.
                show(!step.mark, until, true);
            } else {
                let now = Ktime::now();
                show(false, now, false);
                keying.abort(now.as_ns());
                if !self.is_given_up() {
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
        show(false, Ktime::now(), false);
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
    }

    fn stop(&self) {
        self.stopped.store(true, Relaxed);
        self.transmitter.queue.keyer_wait.wake_up_all();
    }
}
