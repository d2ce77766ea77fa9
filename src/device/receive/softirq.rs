// SPDX-License-Identifier: GPL-2.0

//! The bottom half: edges become marks and spaces.
//!
//! A softirq suits work that is urgent and takes microseconds: it runs before any task, with hard
//! interrupts enabled, and once for several interrupts. It must not sleep, nor take long, so it debounces and
//! measures, and a work item does the rest: it reads text and wakes the readers, see
//! [`deliver`](super::deliver).
//!
//! The module parameter `bottom_half` chooses the mechanism. A BH work item and a tasklet are softirqs, see
//! [`crate::linux::softirq`]. The thread of the interrupt comes later, but may sleep. So it reads the lines
//! that sleep, regardless of the parameter. On `PREEMPT_RT` it reads all lines unless the parameter
//! names a softirq: the lock of a chip may be one that sleeps there, and the chip does not tell.

use super::{
    level::{
        Level,
        Reading, //
    },
    receiver::Receiver, //
};
use crate::choice_param;
use crate::device::transmit::{
    monitor::Monitor,
    transmitter::Transmitter, //
};
use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    delayed::DelayedWorkHandle,
    gpio,
    softirq::Softirq,
    trace::{
        Deferral,
        Mechanism, //
    },
    wakeup,
    workqueue::{
        Queue,
        WorkHandle,
        WorkHandler, //
    },
};
use crate::new_softirq;
use kernel::{
    device::Device,
    prelude::*,
    sync::{
        aref::ARef,
        Arc, //
    },
};

choice_param! {
    /// The mechanism of the bottom half.
    static MECHANISM: "bottom_half" = ["auto", "bh", "tasklet", "thread"];
    "Mechanism of the bottom half: auto (the default: bh, or thread for lines that may sleep), bh, tasklet, thread"
}

choice_param! {
    /// The same parameter by its older name.
    static OLDER_NAME: "softirq" = ["auto", "bh", "tasklet", "thread"];
    "Older name, used if bottom_half is auto"
}

// Indices of the words.
const AUTO: usize = 0;
const TASKLET: usize = 2;
const THREAD: usize = 3;

/// Returns the index of the word that was chosen.
fn mechanism() -> usize {
    match MECHANISM.index() {
        AUTO => OLDER_NAME.index(),
        index => index,
    }
}

/// Returns whether the bottom half of a key on `line`, or of a simulated one, is a thread.
pub(crate) fn needs_thread(line: Option<&gpio::Input>) -> bool {
    let sleeps = line.is_some_and(gpio::Input::sleeps);
    let may_sleep = cfg!(CONFIG_PREEMPT_RT) && line.is_some();
    match mechanism() {
        AUTO => sleeps || may_sleep,
        index => sleeps || index == THREAD,
    }
}

/// The handler of the softirq, and the job of the thread of [`KeyHandler`](super::irq::KeyHandler).
pub(crate) struct BottomHalf {
    dev: ARef<Device>,
    transmitter: Arc<Transmitter>,
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    monitor: Arc<Monitor>,
    gap: DelayedWorkHandle,
    deliver: WorkHandle<Sleepable>,
}

impl BottomHalf {
    /// Makes a bottom half that drains the edges of `receiver`.
    ///
    /// It has `monitor` follow the key, arms `gap` for the time at which the level is stable or something ends
    /// without a further edge, and queues `deliver` to read text. While `transmitter` rests, an edge is an event
    /// that may wake the system.
    pub(crate) fn new(
        dev: &Device,
        transmitter: Arc<Transmitter>,
        level: Arc<Level>,
        receiver: Arc<Receiver>,
        monitor: Arc<Monitor>,
        gap: DelayedWorkHandle,
        deliver: WorkHandle<Sleepable>,
    ) -> Self {
        Self {
            dev: dev.into(),
            transmitter,
            level,
            receiver,
            monitor,
            gap,
            deliver,
        }
    }

    /// Makes it a softirq, with the mechanism of the module parameter.
    pub(crate) fn softirq(self, ctx: &Sleepable) -> Result<Softirq<Self>> {
        let queue = if mechanism() == TASKLET {
            None
        } else {
            Some(Queue::bh_highpri(ctx, c"morse-bh")?)
        };
        new_softirq!(ctx, "BottomHalf", queue.as_ref(), Ok(self))
    }

    /// Runs it in the thread of an interrupt.
    pub(crate) fn run_threaded(&self, ctx: &Sleepable) {
        self.process(self.receiver.read(&self.level, ctx));
    }

    fn process(&self, reading: Option<Reading>) {
        let _deferral = Deferral::start(self.receiver.device, Mechanism::Softirq);
        self.receiver.count_softirq();
        // The interrupt wakes a sleeping system; this stops one from falling asleep.
        if self.transmitter.is_resting() {
            wakeup::report_event(&self.dev);
        }
        let news = self
            .receiver
            .drain(&self.level, &self.monitor, reading, &mut |wait_ns| {
                self.gap.mod_delayed_stepwise_ns(wait_ns);
            });
        if news {
            self.deliver.queue();
        }
    }
}

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        self.process(None);
    }
}
