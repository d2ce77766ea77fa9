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
//! - `transmit`: `beacon`, `keyer` -> `transmitter` -> `queue`, `settings`; `queue` -> `writer`, `state` -> `fifo`;
//!   `keyer` -> `deadline`, `log`, `monitor` -> `lamp`, `transmitter`
//! - `receive`: `key` -> `irq` -> `softirq`, `receiver`; `softirq`, `gap`, `deliver`, `ticker` -> `receiver` ->
//!   `text`, `line`, `level`, `rates`; `text` -> `line`, `session`; `line` -> `buffer`
//! - `softirq`, `gap`, `receiver` -> `transmit::monitor`; `softirq`, `gap` -> `transmit::transmitter`
//! - the owners `Receive` -> `Transmit` -> `number`
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
    receiver::Receiver,
    Receive, //
};
use self::transmit::{
    transmitter::Transmitter,
    Transmit, //
};
use crate::code::Decimal;
use crate::linux::{
    context::Sleepable,
    gpio,
    led_trigger::Trigger,
    miscdev::Registration,
    pm::SleepNotifier,
    poll::PollQueue,
    workqueue::Queue, //
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
/// It is independent of the bus: a driver makes it when it finds the hardware, and drops it when the hardware
/// is removed. Fields are dropped in this order.
pub(crate) struct Transceiver<'a> {
    /// 1. Unregister the node: no new opens or sysfs accesses.
    _node: Pin<KBox<Registration<OpenFile>>>,
    /// 2. Unregister the handler of system sleep.
    _power: Pin<KBox<SleepNotifier<Power>>>,
    /// 3. Wake all waiters with `ENODEV`.
    _disconnect: DisconnectOnDrop,
    /// 4. Free the interrupt of the key, and stop all handlers that it leads to, in the order of [`Receive`].
    _receive: Receive<'a>,
    /// 5. Stop beacon and keyer, in the order of [`Transmit`].
    _transmit: Transmit,
    /// 6. Release the name.
    _number: Number,
    /// 7. Log that the device is unbound.
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
        let queue = Queue::unbound_highpri(ctx, &name)?;
        let waiters = PollQueue::new(c"Transceiver::waiters", kernel::static_lock_class!())?;
        let waiters = Arc::new(waiters, GFP_KERNEL)?;
        let transmit = Transmit::new(ctx, dev, &number, &queue, &waiters, led)?;
        let receive = Receive::new(ctx, dev, &number, &queue, &waiters, key, &transmit)?;
        let (transmitter, receiver) = (&transmit.transmitter, &receive.receiver);
        let power = Power::new(
            dev,
            transmitter.clone(),
            transmit.keyer.handle(),
            receive.level.clone(),
            receiver.clone(),
            transmit.monitor.clone(),
            receive.gap.handle(),
        );
        let power = KBox::pin_init(SleepNotifier::register(ctx, power), GFP_KERNEL)?;
        let data = DeviceData {
            transmitter: transmitter.clone(),
            receiver: receiver.clone(),
            keyer: transmit.keyer.handle(),
            beacon: transmit.beacon.handle(),
            gap: receive.gap.handle(),
            waiters,
        };
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
        receive.ticker.start_ms(receiver.rates.period_ms());
        dev_info!(dev, "bound as /dev/{}, {parts}\n", &*name);
        Ok(Self {
            _node: node,
            _power: power,
            _disconnect: DisconnectOnDrop(transmitter.clone(), receiver.clone()),
            _receive: receive,
            _transmit: transmit,
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
