// SPDX-License-Identifier: GPL-2.0

//! Finds the hardware: devices that the device tree calls `gpio-morse`.

use super::{Transceiver, WiredKey};
use crate::linux::{context::Sleepable, gpio, platform};
use kernel::{of, prelude::*};

kernel::of_device_table!(OF_TABLE, (), [(of::DeviceId::new(c"gpio-morse"), ())]);

impl platform::Driver for Transceiver {
    const OF_TABLE: of::IdTable<()> = &OF_TABLE;

    fn probe(site: &platform::Site<'_>, ctx: &Sleepable) -> Result<Self> {
        let dev = site.device();
        let led = gpio::Output::get_optional(ctx, dev, c"led")
            .map_err(|error| site.refuse(error, c"cannot get the line of the LED"))?;
        let key = gpio::Input::get_optional(ctx, dev, c"key")
            .map_err(|error| site.refuse(error, c"cannot get the line of the key"))?
            .map(|line| WiredKey { line, site });
        Self::new(dev, led, key)
    }
}
