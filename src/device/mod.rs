// SPDX-License-Identifier: GPL-2.0

//! The transceiver, which combines the mechanisms of `linux` and the rules of `code`.
//!
//! A [`Transceiver`] owns its parts in the order from source to consumer, and dropping it stops them in that
//! order.
//!
//! Imports go one way, from the left to anything right of it:
//!
//! - [`standalone`] -> [`driver`] -> this file -> `node`, `power` -> `transmit`, `receive` -> `log_text`,
//!   `stream` -> `code`, `linux`
//! - `transmit`: `beacon`, `keyer` -> `transmitter` -> `queue`, `settings`; `queue` -> `state` -> `fifo`;
//!   `keyer` -> `deadline`, `log`, `monitor` -> `lamp`, `transmitter`
//! - `receive`: `key` -> `irq` -> `softirq`, `receiver`; `softirq`, `gap`, `deliver`, `ticker` -> `receiver` ->
//!   `text`, `line`, `level`, `rates`; `text` -> `line`, `session`; `line` -> `buffer`
//! - `softirq`, `gap`, `receiver` -> `transmit::monitor`; `softirq` -> `transmit::transmitter`
//!
//! Locks are taken in this order, where one is taken under another: the receiver's `text`, its `line`, the state of the
//! read buffer, the place of a reader; `line`, the state of the shared lamp; the beacon, the state of the queue.

pub(crate) mod driver;
mod log_text;
mod node;
mod number;
mod power;
mod receive;
pub(crate) mod standalone;
mod stream;
mod transmit;

pub(crate) use self::receive::key::WiredKey;

use self::node::file::{
    DeviceData,
    OpenFile, //
};
use self::number::Number;
use self::power::Power;
use self::receive::{
    deliver::Deliver,
    gap::GapTimer,
    irq::KeyHandler,
    key::KeyIrq,
    level::Level,
    receiver::Receiver,
    softirq::{
        needs_thread,
        BottomHalf, //
    },
    ticker::Ticker, //
};
use self::transmit::{
    beacon::Beacon,
    keyer::Keyer,
    lamp::Lamp,
    monitor::{
        Monitor,
        SharedLamp, //
    },
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
    poll::PollQueue,
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

const US_PER_MS: u32 = 1000;

/// One Morse device: node, receiver and key, keyer and lamp.
///
/// It is independent of the bus: a driver makes it when it finds the hardware, and drops it when the hardware
/// is removed. Fields are dropped in this order.
pub(crate) struct Transceiver<'a> {
    /// 1. Unregister the node: no new opens or sysfs accesses.
    _node: Pin<KBox<Registration<OpenFile>>>,
    /// 2. Unregister the handler of system sleep.
    _power: Pin<KBox<SleepNotifier<Power>>>,
    /// 3. Wake all waiters with `ENODEV`.
    _disconnect: DisconnectOnDrop,
    /// 4. Free the interrupt, and remove the file that raises it.
    _key: KeyIrq<'a>,
    /// 5. Stop the bottom half.
    _softirq: Option<Softirq<BottomHalf>>,
    /// 6. Stop the ticker.
    _ticker: Timer<Ticker>,
    /// 7. Cancel gap detection.
    _gap: DelayedWork<GapTimer>,
    /// 8. Cancel the delivery of text.
    _deliver: Work<Deliver>,
    /// 9. Cancel the beacon, which queues text.
    _beacon: DelayedWork<Beacon>,
    /// 10. Stop the keyer, and drop the lamp, which makes it dark: the monitor's handlers are gone.
    _keyer: Work<Keyer>,
    /// 11. Release the name.
    _number: Number,
    /// 12. Log that the device is unbound.
    _log: LogOnDrop,
}

impl<'a> Transceiver<'a> {
    /// Makes and registers a transceiver for `dev`, with `led` as part of its lamp, and `key` or a simulated
    /// key.
    ///
    /// All work items run concurrently on a queue of the device: a keyer that sleeps does not delay received
    /// text.
    pub(crate) fn new(
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
        let pdev = key.as_ref().map(|key| key.pdev);
        let debounce_ms = key.as_ref().and_then(|key| key.debounce_ms);
        let line = key.map(|key| key.line);
        let trigger = KBox::pin_init(Trigger::register(ctx, number.name()?), GFP_KERNEL)
            .inspect_err(|error| {
                if *error == EEXIST {
                    dev_err!(dev, "there is an LED trigger {} already\n", &*name);
                }
            })?;
        let queue = Queue::unbound_highpri(ctx, &name)?;
        let waiters = PollQueue::new(c"Transceiver::waiters", kernel::static_lock_class!())?;
        let waiters = Arc::new(waiters, GFP_KERNEL)?;
        let transmitter = Transmitter::new(number.value(), waiters.clone());
        let transmitter = Arc::pin_init(transmitter, GFP_KERNEL)?;
        let lamp = SharedLamp::new(Lamp::new(led, trigger), transmitter.clone());
        let lamp = Arc::pin_init(lamp, GFP_KERNEL)?;
        let keyer = new_work!(
            ctx,
            "Keyer",
            &queue,
            Keyer::new(dev, transmitter.clone(), lamp.clone()),
        )?;
        let monitor = Arc::new(Monitor::new(lamp, keyer.handle()), GFP_KERNEL)?;
        let beacon = new_delayed_work!(
            ctx,
            "Beacon",
            &queue,
            Ok(Beacon::new(transmitter.clone(), keyer.handle())),
        )?;
        let needs_thread = needs_thread(line.as_ref());
        let level = Arc::pin_init(Level::new(line, needs_thread), GFP_KERNEL)?;
        let receiver = Receiver::new(number.value(), level.read(ctx)?, waiters.clone())?;
        let receiver = Arc::pin_init(receiver, GFP_KERNEL)?;
        if let Some(debounce_ms) = debounce_ms {
            let debounce_us = debounce_ms.checked_mul(US_PER_MS).ok_or(EINVAL)?;
            receiver.line.lock().set_debounce_us(debounce_us)?;
        }
        let gap = new_delayed_work!(
            ctx,
            "GapTimer",
            &queue,
            Ok(GapTimer::new(
                dev,
                level.clone(),
                receiver.clone(),
                monitor.clone()
            )),
        )?;
        let deliver = new_work!(
            ctx,
            "Deliver",
            &queue,
            Ok(Deliver::new(dev, receiver.clone(), gap.handle())),
        )?;
        let ticker = new_timer!(
            ctx,
            "Ticker",
            Ok(Ticker::new(dev, receiver.clone(), gap.handle()))
        )?;
        let bottom_half = BottomHalf::new(
            dev,
            transmitter.clone(),
            level.clone(),
            receiver.clone(),
            monitor.clone(),
            gap.handle(),
            deliver.handle(),
        );
        let data = DeviceData {
            transmitter: transmitter.clone(),
            receiver: receiver.clone(),
            keyer: keyer.handle(),
            beacon: beacon.handle(),
            gap: gap.handle(),
            waiters,
        };
        let power = Power::new(
            dev,
            transmitter.clone(),
            keyer.handle(),
            level.clone(),
            receiver.clone(),
            monitor,
        );
        let power = KBox::pin_init(SleepNotifier::register(ctx, power), GFP_KERNEL)?;
        let (softirq, handler) = if needs_thread {
            (None, KeyHandler::threaded(receiver.clone(), bottom_half))
        } else {
            let softirq = bottom_half.softirq(ctx)?;
            let handler = KeyHandler::new(level.clone(), receiver.clone(), softirq.handle());
            (Some(softirq), handler)
        };
        let key_irq = KeyIrq::new(ctx, pdev, &name, level, handler)?;
        // Register the node last: a file must not be opened on a device that then fails to probe.
        let node = KBox::pin_init(
            Registration::register(
                ctx,
                number.name()?,
                dev,
                data,
                &node::attributes::ATTRIBUTES,
            ),
            GFP_KERNEL,
        )
        .inspect_err(|error| {
            if *error == EEXIST {
                dev_err!(dev, "there is a misc device {} already\n", &*name);
            }
        })?;
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

/// Logs when dropped that the device is unbound.
struct LogOnDrop {
    dev: ARef<Device>,
    name: CString,
}

impl Drop for LogOnDrop {
    fn drop(&mut self) {
        dev_info!(self.dev, "/dev/{} unbound\n", &*self.name);
    }
}

/// Disconnects transmitter and receiver from their users when dropped.
struct DisconnectOnDrop(Arc<Transmitter>, Arc<Receiver>);

impl Drop for DisconnectOnDrop {
    fn drop(&mut self) {
        self.0.queue.disconnect();
        self.1.buffer.disconnect();
    }
}

/// The trait of the kernel that `fmt!` requires in place of that of `core`.
impl kernel::fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
