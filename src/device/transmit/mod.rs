// SPDX-License-Identifier: GPL-2.0

//! The transmit side: from written text to the edges of the lamp.

pub(super) mod beacon;
mod deadline;
mod fifo;
pub(super) mod keyer;
pub(super) mod lamp;
mod log;
pub(super) mod monitor;
pub(super) mod queue;
mod settings;
mod state;
pub(super) mod transmitter;
pub(super) mod writer;

use self::{
    beacon::Beacon,
    keyer::Keyer,
    lamp::Lamp,
    monitor::{
        Monitor,
        SharedLamp, //
    },
    transmitter::Transmitter, //
};
use super::number::Number;
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWork,
    gpio,
    led_trigger::Trigger,
    poll::PollQueue,
    workqueue::{
        Queue,
        Work, //
    },
};
use crate::{
    new_delayed_work,
    new_work, //
};
use kernel::{
    device::Device,
    prelude::*,
    sync::Arc, //
};

/// The owners of the transmit side. Fields are dropped in this order.
pub(super) struct Transmit {
    pub(super) transmitter: Arc<Transmitter>,
    pub(super) monitor: Arc<Monitor>,
    /// 1. Cancel the beacon, which queues text.
    pub(super) beacon: DelayedWork<Beacon>,
    /// 2. Stop the keyer, and drop the lamp, which makes it dark: the monitor's handlers are gone.
    pub(super) keyer: Work<Keyer>,
}

impl Transmit {
    /// Makes the transmit side of `dev`, whose work items run on `queue`, and whose users are among the `waiters`.
    pub(super) fn new(
        ctx: &Sleepable,
        dev: &Device,
        number: &Number,
        queue: &Arc<Queue<Sleepable>>,
        waiters: &Arc<PollQueue>,
        led: Option<gpio::Output>,
    ) -> Result<Self> {
        let name = number.name()?;
        let trigger = KBox::pin_init(Trigger::register(ctx, number.name()?), GFP_KERNEL)
            .inspect_err(|error| {
                if *error == EEXIST {
                    dev_err!(dev, "there is an LED trigger {} already\n", &*name);
                }
            })?;
        let transmitter = Transmitter::new(number.value(), waiters.clone());
        let transmitter = Arc::pin_init(transmitter, GFP_KERNEL)?;
        let lamp = SharedLamp::new(Lamp::new(led, trigger), transmitter.clone());
        let lamp = Arc::pin_init(lamp, GFP_KERNEL)?;
        let keyer = new_work!(
            ctx,
            "Keyer",
            queue,
            Keyer::new(dev, transmitter.clone(), lamp.clone()),
        )?;
        let monitor = Arc::new(Monitor::new(lamp, keyer.handle()), GFP_KERNEL)?;
        let beacon = new_delayed_work!(
            ctx,
            "Beacon",
            queue,
            Ok(Beacon::new(transmitter.clone(), keyer.handle())),
        )?;
        Ok(Self {
            transmitter,
            monitor,
            beacon,
            keyer,
        })
    }
}
