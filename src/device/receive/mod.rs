// SPDX-License-Identifier: GPL-2.0

//! The receive side: from the edges of the key to text for readers.

pub(super) mod buffer;
pub(super) mod deliver;
pub(super) mod gap;
pub(super) mod irq;
pub(super) mod key;
pub(super) mod level;
pub(super) mod line;
mod rates;
pub(super) mod receiver;
mod session;
pub(super) mod softirq;
pub(super) mod state;
pub(super) mod text;
pub(super) mod ticker;

use self::{
    deliver::Deliver,
    gap::GapTimer,
    irq::KeyHandler,
    key::{
        KeyIrq,
        WiredKey, //
    },
    level::Level,
    receiver::Receiver,
    softirq::{
        needs_thread,
        BottomHalf, //
    },
    ticker::Ticker, //
};
use super::{
    number::Number,
    transmit::Transmit, //
};
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWork,
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
use kernel::{
    device::Device,
    prelude::*,
    sync::Arc, //
};

const US_PER_MS: u32 = 1000;

/// The owners of the receive side. Fields are dropped in this order.
pub(super) struct Receive<'a> {
    pub(super) receiver: Arc<Receiver>,
    pub(super) level: Arc<Level>,
    /// 1. Free the interrupt, and remove the file that raises it.
    _key: KeyIrq<'a>,
    /// 2. Stop the bottom half.
    _softirq: Option<Softirq<BottomHalf>>,
    /// 3. Stop the ticker.
    pub(super) ticker: Timer<Ticker>,
    /// 4. Cancel gap detection.
    pub(super) gap: DelayedWork<GapTimer>,
    /// 5. Cancel the delivery of text.
    _deliver: Work<Deliver>,
}

impl<'a> Receive<'a> {
    /// Makes the receive side of `dev`, of `key` or a simulated key, whose work items run on `queue`, and whose
    /// readers are among the `waiters`. The lamp of `transmit` follows the key.
    pub(super) fn new(
        ctx: &Sleepable,
        dev: &Device,
        number: &Number,
        queue: &Arc<Queue<Sleepable>>,
        waiters: &Arc<PollQueue>,
        key: Option<WiredKey<'a>>,
        transmit: &Transmit,
    ) -> Result<Self> {
        let pdev = key.as_ref().map(|key| key.pdev);
        let debounce_ms = key.as_ref().and_then(|key| key.debounce_ms);
        let line = key.map(|key| key.line);
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
            queue,
            Ok(GapTimer::new(
                dev,
                transmit.transmitter.clone(),
                level.clone(),
                receiver.clone(),
                transmit.monitor.clone()
            )),
        )?;
        let deliver = new_work!(
            ctx,
            "Deliver",
            queue,
            Ok(Deliver::new(dev, receiver.clone(), gap.handle())),
        )?;
        let ticker = new_timer!(
            ctx,
            "Ticker",
            Ok(Ticker::new(dev, receiver.clone(), gap.handle()))
        )?;
        let bottom_half = BottomHalf::new(
            dev,
            transmit.transmitter.clone(),
            level.clone(),
            receiver.clone(),
            transmit.monitor.clone(),
            gap.handle(),
            deliver.handle(),
        );
        let (softirq, handler) = if needs_thread {
            (None, KeyHandler::threaded(receiver.clone(), bottom_half))
        } else {
            let softirq = bottom_half.softirq(ctx)?;
            let handler = KeyHandler::new(level.clone(), receiver.clone(), softirq.handle());
            (Some(softirq), handler)
        };
        let key = KeyIrq::new(ctx, pdev, &number.name()?, level.clone(), handler)?;
        Ok(Self {
            receiver,
            level,
            _key: key,
            _softirq: softirq,
            ticker,
            gap,
            _deliver: deliver,
        })
    }
}
