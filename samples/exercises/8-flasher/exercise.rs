// SPDX-License-Identifier: GPL-2.0

//! Flashes the S of SOS on the board's LED; the rest is missing.

#[path = "../../linux.rs"]
pub mod linux;

use kernel::{
    device::Bound,
    of,
    prelude::*, //
};
use linux::{
    context::Sleepable,
    gpio,
    module::{
        self,
        Module, //
    },
    platform,
    time::{
        sleep_until,
        Ktime, //
    },
    workqueue::{
        Queue,
        Work,
        WorkHandler, //
    },
};

module! {
    type: module::Adapter<Exercise>,
    name: "exercise8",
    authors: ["The morse authors"],
    description: "Flashes SOS on the LED of the board",
    license: "GPL v2",
}

/// A dot in nanoseconds. A dash, and the space between letters, is three of it.
const DOT_NS: i64 = 200_000_000;

of_table!(OF_TABLE, c"gpio-morse");

struct Flasher(gpio::Output);

impl Flasher {
    /// Three dots.
    fn send(&self, ctx: &Sleepable) -> Result {
        for _ in 0..3 {
            self.0.set(ctx, true)?;
            sleep_until(ctx, Ktime::now().after_ns(DOT_NS));
            self.0.set(ctx, false)?;
            sleep_until(ctx, Ktime::now().after_ns(DOT_NS));
        }
        Ok(())
    }
}

impl WorkHandler for Flasher {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        match self.send(ctx) {
            Ok(()) => pr_info!("sent\n"),
            Err(error) => pr_err!("the LED is not set ({error:?})\n"),
        }
    }
}

struct Driver;

impl platform::Driver for Driver {
    const NAME: &'static CStr = c"exercise8";
    const OF_TABLE: of::IdTable<()> = &OF_TABLE;

    type Data<'bound> = Work<Flasher>;

    fn probe<'bound>(
        pdev: &'bound platform::Device<Bound>,
        ctx: &Sleepable,
    ) -> Result<Work<Flasher>> {
        let led = gpio::Output::get_optional(ctx, pdev.as_ref(), c"led")?.ok_or(ENODEV)?;
        let work = new_work!(ctx, "Flasher", &Queue::system(ctx)?, Ok(Flasher(led)))?;
        work.handle().queue();
        Ok(work)
    }
}

struct Exercise {
    _driver: platform::Registration<Driver>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, module: &'static ThisModule) -> Result<Self> {
        Ok(Self {
            _driver: platform::Registration::new(ctx, module)?,
        })
    }
}
