// SPDX-License-Identifier: GPL-2.0

//! A GPIO line: a driver that binds to the board's device, and lights its LED after each interrupt.
//!
//! The LED may sit on a chip that sleeps, so a work item sets it.

#[path = "../linux.rs"]
pub mod linux;
#[path = "../trigger.rs"]
mod trigger;

use kernel::{
    device::Bound,
    of,
    prelude::*, //
};
use linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    current::CurrentContext,
    gpio, irq,
    module::{
        self,
        Module, //
    },
    platform::{
        self,
        dev_err_probe, //
    },
    time::{
        sleep_until,
        Ktime, //
    },
    workqueue::{
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "led",
    authors: ["The morse authors"],
    description: "An interrupt lights an LED for a fifth of a second",
    license: "GPL v2",
}

const LIGHT_NS: i64 = 200_000_000;

of_table!(OF_TABLE, c"gpio-morse");

struct TopHalf(WorkHandle<Sleepable>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt ({CurrentContext})\n");
        self.0.queue();
    }
}

struct Light(gpio::Output);

impl Light {
    fn shine(&self, ctx: &Sleepable) -> Result {
        self.0.set(ctx, true)?;
        sleep_until(ctx, Ktime::now().after_ns(LIGHT_NS));
        self.0.set(ctx, false)
    }
}

impl WorkHandler for Light {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("LED on ({CurrentContext})\n");
        match self.shine(ctx) {
            Ok(()) => pr_info!("LED off ({CurrentContext})\n"),
            Err(error) => pr_err!("the chip does not set its line ({error:?})\n"),
        }
    }
}

/// The data of a bound device, dropped in this order: first there are no interrupts, then no work, then no line.
struct Lamp {
    _trigger: Trigger<TopHalf>,
    _work: Work<Light>,
}

struct Driver;

impl platform::Driver for Driver {
    const NAME: &'static CStr = c"led";
    const OF_TABLE: of::IdTable<()> = &OF_TABLE;

    type Data<'bound> = Lamp;

    fn probe<'bound>(pdev: &'bound platform::Device<Bound>, ctx: &Sleepable) -> Result<Lamp> {
        let dev = pdev.as_ref();
        let line = gpio::Output::get_optional(ctx, dev, c"led")
            .and_then(|line| line.ok_or(ENODEV))
            .map_err(|error| dev_err_probe(dev, error, c"cannot get the line of the LED"))?;
        let work = new_work!(ctx, "Light", &Queue::system(ctx)?, Ok(Light(line)))?;
        Ok(Lamp {
            _trigger: Trigger::new(ctx, c"led", TopHalf(work.handle()))?,
            _work: work,
        })
    }
}

struct Sample {
    _driver: platform::Registration<Driver>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, module: &'static ThisModule) -> Result<Self> {
        Ok(Self {
            _driver: platform::Registration::new(ctx, module)?,
        })
    }
}
