// SPDX-License-Identifier: GPL-2.0

//! Finds the hardware: devices that the device tree calls `gpio-morse`, or that a board file has named
//! `morse`.

use super::{Transceiver, WiredKey};
use crate::linux::{context::Sleepable, gpio, platform};
use crate::of_table;
use kernel::{of, prelude::*};

of_table!(OF_TABLE, c"gpio-morse");

impl platform::Driver for Transceiver {
    const NAME: &'static CStr = c"morse";
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
