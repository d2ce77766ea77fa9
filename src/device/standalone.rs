// SPDX-License-Identifier: GPL-2.0

//! A transceiver for machines without the hardware.
//!
//! Its lamp is the LED trigger alone, and its key a file in debugfs.

use super::{
    driver::Driver,
    Transceiver, //
};
use crate::linux::{
    context::Sleepable,
    faux,
    platform, //
};
use kernel::prelude::*;

/// A transceiver on a faux device. Fields are dropped in this order.
pub(crate) struct Standalone {
    _transceiver: Transceiver<'static>,
    _device: faux::Registration,
}

impl Standalone {
    /// Makes a transceiver, unless the machine has a device for the [`Driver`], bound or not.
    pub(crate) fn unless_described(ctx: &Sleepable) -> Result<Option<Self>> {
        if platform::is_described::<Driver>() {
            return Ok(None);
        }
        let device = faux::Registration::new(ctx, c"morse")?;
        Ok(Some(Self {
            _transceiver: Transceiver::new(ctx, device.device(), None, None)?,
            _device: device,
        }))
    }
}
