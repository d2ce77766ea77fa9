// SPDX-License-Identifier: GPL-2.0

//! The transceiver, put together from mechanisms of `linux` and rules of `code`.
//!
//! Ownership is the order of events: a [`Transceiver`] owns its parts from source to consumer, and
//! dropping it stops them in that order.
//!
//! Imports go one way, from the left to anything right of it:
//!
//! - [`standalone`] -> [`driver`] -> this file -> `node`, `power` -> `transmit`, `receive` -> `code`, `linux`
//! - `transmit`: `beacon`, `keyer` -> `transmitter` -> `queue`, `settings`; `queue` -> `state` -> `fifo`;
//!   `keyer` -> `deadline`, `lamp`, `log`
//! - `receive`: `key` -> `irq` -> `receiver`; `softirq`, `gap`, `deliver`, `ticker` -> `receiver` ->
//!   `line`, `level`, `rates`; `line` -> `buffer`, `session`; `buffer` -> `stream`

pub mod driver;
mod node;
mod number;
mod power;
mod receive;
pub mod standalone;
mod transmit;

pub use self::receive::key::WiredKey;

use self::node::file::{
    DeviceData,
    OpenFile, //
};
use self::number::Number;
use self::power::Power;
use self::receive::{
    deliver::WakeReaders,
    gap::GapTimer,
    key::KeyIrq,
    level::Level,
    receiver::Receiver,
    softirq::BottomHalf,
    ticker::Ticker, //
};
use self::transmit::{
    beacon::Beacon,
    keyer::Keyer,
    lamp::Lamp,
    transmitter::Transmitter, //
};
use crate::code::Decimal;
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWork,
    gpio,
    led_trigger::Trigger,
    miscdev::Registration,
    pm::SleepNotifier,
    softirq::Softirq,
    timer::Timer,
    workqueue::{
        Queue,
        Work, //
    },
};
use crate::{
    new_delayed_work,
    new_timer,
    new_work, //
};
use core::{
    fmt,
    pin::Pin, //
};
use kernel::{
    device::Device,
    prelude::*,
    str::CString,
    sync::{
        aref::ARef,
        Arc, //
    },
};

/// One Morse device: node, receiver and key, keyer and lamp.
///
/// It knows of no bus; whoever finds the hardware makes one and drops it when the hardware goes.
/// Fields are dropped in this order.
pub struct Transceiver<'a> {
    /// First, nobody new comes in, by file or by sysfs.
    _node: Pin<KBox<Registration<OpenFile>>>,
    /// Then, system sleep is not heard of any more.
    _power: Pin<KBox<SleepNotifier<Power>>>,
    /// Then, whoever waits is sent home.
    _disconnect: DisconnectOnDrop,
    /// Then there are no interrupts any more, and nobody can raise one.
    _key: KeyIrq<'a>,
    /// Then nobody takes what they noted.
    _softirq: Softirq<BottomHalf>,
    _ticker: Timer<Ticker>,
    /// Then the time that passes means nothing any more.
    _gap: DelayedWork<GapTimer>,
    _deliver: Work<WakeReaders>,
    /// Then nothing is queued any more by ourselves.
    _beacon: DelayedWork<Beacon>,
    /// Then the keyer stops, and with it goes the lamp, dark.
    _keyer: Work<Keyer>,
    /// The name is free again.
    _number: Number,
    _log: LogOnDrop,
}

impl<'a> Transceiver<'a> {
    /// Makes the device that belongs to `dev` appear, with `led` as part of its lamp, and `key` or else
    /// a simulated one as its key.
    ///
    /// All items run on the device's own queue, concurrently: a keyer that sleeps does not hold up what
    /// is received.
    pub fn new(
        ctx: &Sleepable,
        dev: &Device,
        led: Option<gpio::Output>,
        key: Option<WiredKey<'a>>,
    ) -> Result<Self> {
        let number = Number::claim()?;
        let name = number.name()?;
        let parts = match (&led, &key) {
            (Some(_), Some(_)) => "with LED and key",
            (Some(_), None) => "with LED and simulated key",
            (None, Some(_)) if Trigger::IS_AVAILABLE => "with LED trigger and key",
            (None, None) if Trigger::IS_AVAILABLE => "with LED trigger and simulated key",
            (None, Some(_)) => "with key; no lamp, as this kernel has no LED triggers",
            (None, None) => "with simulated key; no lamp, as this kernel has no LED triggers",
        };
        let (line, pdev) = key.map(|key| (key.line, key.pdev)).unzip();
        let trigger = KBox::pin_init(Trigger::register(ctx, number.name()?), GFP_KERNEL)?;
        let queue = Queue::unbound_highpri(ctx, &name)?;
        let transmitter = Arc::pin_init(Transmitter::new(number.value()), GFP_KERNEL)?;
        let keyer = new_work!(
            ctx,
            "Keyer",
            &queue,
            Keyer::new(dev, transmitter.clone(), Lamp::new(led, trigger)),
        )?;
        let beacon = new_delayed_work!(
            ctx,
            "Beacon",
            &queue,
            Ok(Beacon::new(transmitter.clone(), keyer.handle())),
        )?;
        let level = Arc::new(Level::new(line), GFP_KERNEL)?;
        let receiver = Arc::pin_init(Receiver::new(number.value(), level.is_down()), GFP_KERNEL)?;
        let deliver = new_work!(
            ctx,
            "WakeReaders",
            &queue,
            Ok(WakeReaders(receiver.clone()))
        )?;
        let gap = new_delayed_work!(
            ctx,
            "GapTimer",
            &queue,
            Ok(GapTimer::new(dev, level.clone(), receiver.clone())),
        )?;
        let ticker = new_timer!(ctx, "Ticker", Ok(Ticker::new(dev, receiver.clone())))?;
        let softirq = BottomHalf::softirq(
            ctx,
            level.clone(),
            receiver.clone(),
            gap.handle(),
            deliver.handle(),
        )?;
        let data = DeviceData {
            transmitter: transmitter.clone(),
            receiver: receiver.clone(),
            keyer: keyer.handle(),
            beacon: beacon.handle(),
            gap: gap.handle(),
        };
        let power = Power::new(
            dev,
            transmitter.clone(),
            keyer.handle(),
            level.clone(),
            receiver.clone(),
        );
        let power = KBox::pin_init(SleepNotifier::register(ctx, power), GFP_KERNEL)?;
        let key_irq = KeyIrq::new(ctx, pdev, &name, level, receiver.clone(), softirq.handle())?;
        // Last of all that may fail: who opens it must not wait for a device that never was.
        let node = KBox::pin_init(
            Registration::register(
                ctx,
                number.name()?,
                dev,
                data,
                &node::attributes::ATTRIBUTES,
            ),
            GFP_KERNEL,
        )?;
        ticker.start_ms(receiver.rates.period_ms());
        dev_info!(dev, "bound as /dev/{}, {parts}\n", &*name);
        Ok(Self {
            _node: node,
            _power: power,
            _disconnect: DisconnectOnDrop(transmitter, receiver),
            _key: key_irq,
            _softirq: softirq,
            _ticker: ticker,
            _gap: gap,
            _deliver: deliver,
            _beacon: beacon,
            _keyer: keyer,
            _number: number,
            _log: LogOnDrop {
                dev: dev.into(),
                name,
            },
        })
    }
}

/// Logs that everything has been stopped, when dropped.
struct LogOnDrop {
    dev: ARef<Device>,
    name: CString,
}

impl Drop for LogOnDrop {
    fn drop(&mut self) {
        dev_info!(self.dev, "/dev/{} unbound\n", &*self.name);
    }
}

/// Tells the users of transmitter and receiver that the hardware is going, when dropped.
struct DisconnectOnDrop(Arc<Transmitter>, Arc<Receiver>);

impl Drop for DisconnectOnDrop {
    fn drop(&mut self) {
        self.0.queue.disconnect();
        self.1.buffer.disconnect();
    }
}

/// What `fmt!` asks for, which takes a trait of the kernel's own in place of `core`'s.
impl kernel::fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
