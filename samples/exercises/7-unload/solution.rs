// SPDX-License-Identifier: GPL-2.0

//! Waits for an answer that never comes, until it is told to stop. Unloading tells it.

#[path = "../../linux.rs"]
pub mod linux;
#[path = "../../trigger.rs"]
mod trigger;

use kernel::{
    prelude::*,
    sync::atomic::{
        AtomicFlag,
        Relaxed, //
    },
};
use linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    irq,
    module::{
        self,
        Module, //
    },
    time::Ktime,
    wait::WaitQueue,
    workqueue::{
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Exercise>,
    name: "exercise7",
    authors: ["The morse authors"],
    description: "Waits for an answer that never comes, until it is told to stop",
    license: "GPL v2",
}

struct TopHalf(WorkHandle<Sleepable>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt\n");
        self.0.queue();
    }
}

/// Waits until it is stopped.
#[pin_data]
struct Answer {
    stopped: AtomicFlag,
    #[pin]
    wait: WaitQueue,
}

impl WorkHandler for Answer {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("waits\n");
        let never = Ktime::from_ns(u64::MAX);
        let _ = self
            .wait
            .wait_event_idle_until(ctx, never, |_| self.stopped.load(Relaxed));
        pr_info!("stopped\n");
    }

    fn stop(&self) {
        self.stopped.store(true, Relaxed);
        self.wait.wake_up_all();
    }
}

/// Dropped in this order: first there are no interrupts; then the work is told to stop, and waited for.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _answer: Work<Answer>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let queue = Queue::ordered(ctx, c"exercise7")?;
        let answer = try_pin_init!(Answer {
            stopped: AtomicFlag::new(false),
            wait <- new_wait_queue!("Answer::wait"),
        });
        let answer = new_work!(ctx, "Answer", &queue, answer)?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise7", TopHalf(answer.handle()))?,
            _answer: answer,
        })
    }
}
