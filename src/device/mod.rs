// SPDX-License-Identifier: GPL-2.0

//! The transceiver, put together from mechanisms of `linux` and rules of `code`.
//!
//! Ownership is the order of events: a [`Transceiver`] owns its parts from source to consumer, and
//! dropping it stops them in that order.

mod attributes;
mod beacon;
mod driver;
mod fifo;
mod file;
mod keyer;
mod lamp;
mod number;
mod outbox;
mod report;
mod standalone;
mod transmitter;

pub use self::standalone::Standalone;

use self::{
    beacon::Beacon,
    file::{OpenFile, Port},
    keyer::Keyer,
    lamp::Lamp,
    number::Number,
    transmitter::Transmitter, //
};
use crate::linux::{
    delayed::Delayed,
    gpio,
    led_trigger::Trigger,
    miscdev::Registration,
    workqueue::{Queue, Work},
};
use crate::{new_delayed, new_work};
use core::pin::Pin;
use kernel::{
    device::Device,
    prelude::*,
    str::CString,
    sync::{aref::ARef, Arc},
};

/// One Morse device: node, keyer, lamp.
///
/// It knows of no bus; whoever finds the hardware makes one and drops it when the hardware goes.
/// Fields are dropped in this order.
pub struct Transceiver {
    /// First, nobody new comes in, by file or by sysfs.
    _node: Pin<KBox<Registration<OpenFile>>>,
    /// Then, whoever waits is sent home.
    _hang_up: HangUp,
    /// Then nothing is queued any more by ourselves.
    _beacon: Delayed<Beacon>,
    /// Then the keyer stops, and with it goes the lamp, dark.
    _keyer: Work<Keyer>,
    /// The name is free again.
    _number: Number,
    _farewell: Farewell,
}

impl Transceiver {
    /// Makes the device that belongs to `dev` appear, with `led` as part of its lamp.
    pub fn new(dev: &Device, led: Option<gpio::Output>) -> Result<Self> {
        let number = Number::claim()?;
        let name = number.name()?;
        let has_led = led.is_some();
        let trigger = KBox::pin_init(Trigger::register(number.name()?), GFP_KERNEL)?;
        let queue = Queue::unbound_highpri(&name)?;
        let transmitter = Arc::pin_init(Transmitter::new(), GFP_KERNEL)?;
        let keyer = new_work!(
            "Keyer",
            &queue,
            Keyer::new(dev, transmitter.clone(), Lamp::new(led, trigger)),
        )?;
        let beacon = new_delayed!(
            "Beacon",
            &queue,
            Ok(Beacon::new(transmitter.clone(), keyer.kick())),
        )?;
        let port = Port {
            transmitter: transmitter.clone(),
            kick: keyer.kick(),
            beacon: beacon.alarm(),
        };
        let node = KBox::pin_init(
            Registration::register(number.name()?, dev, port, &attributes::ATTRIBUTES),
            GFP_KERNEL,
        )?;
        dev_info!(
            dev,
            "bound as /dev/{}, {}\n",
            &*name,
            if has_led {
                "with a LED"
            } else {
                "LED trigger only"
            },
        );
        Ok(Self {
            _node: node,
            _hang_up: HangUp(transmitter),
            _beacon: beacon,
            _keyer: keyer,
            _number: number,
            _farewell: Farewell {
                dev: dev.into(),
                name,
            },
        })
    }
}

/// Logs that everything has been stopped, when dropped.
struct Farewell {
    dev: ARef<Device>,
    name: CString,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        dev_info!(self.dev, "/dev/{} unbound\n", &*self.name);
    }
}

/// Tells the users of the transmitter that the hardware is going, when dropped.
struct HangUp(Arc<Transmitter>);

impl Drop for HangUp {
    fn drop(&mut self) {
        self.0.outbox.hang_up();
    }
}
