// SPDX-License-Identifier: GPL-2.0

//! The platform driver. It binds to devices that are compatible with `gpio-morse` in the device tree, and to
//! platform devices named `morse`, which a board file makes.

use super::{
    Transceiver,
    WiredKey, //
};
use crate::linux::{
    context::Sleepable,
    gpio,
    platform::{
        self,
        dev_err_probe, //
    },
};
use crate::of_table;
use kernel::{
    device::{
        Bound,
        Device, //
    },
    of,
    prelude::*, //
};

of_table!(OF_TABLE, c"gpio-morse");

/// The maximum of the binding, in milliseconds.
const DEBOUNCE_MAX_MS: u32 = 1000;

/// The driver of `gpio-morse` nodes.
pub(crate) struct Driver;

impl platform::Driver for Driver {
    const NAME: &'static CStr = c"morse";
    const OF_TABLE: of::IdTable<()> = &OF_TABLE;

    type Data<'bound> = Transceiver<'bound>;

    fn probe<'bound>(
        pdev: &'bound platform::Device<Bound>,
        ctx: &Sleepable,
    ) -> Result<Transceiver<'bound>> {
        let dev: &Device<Bound> = pdev.as_ref();
        let led = gpio::Output::get_optional(ctx, dev, c"led")
            .map_err(|error| dev_err_probe(dev, error, c"cannot get the line of the LED"))?;
        let debounce_ms = dev
            .fwnode()
            .and_then(|node| node.property_read(c"debounce-interval").optional());
        if debounce_ms.is_some_and(|ms| ms > DEBOUNCE_MAX_MS) {
            let message = c"debounce-interval is longer than a second";
            return Err(dev_err_probe(dev, EINVAL, message));
        }
        let key = gpio::Input::get_optional(ctx, dev, c"key")
            .map_err(|error| dev_err_probe(dev, error, c"cannot get the line of the key"))?
            .map(|line| WiredKey {
                line,
                pdev,
                debounce_ms,
            });
        Transceiver::new(ctx, dev, led, key)
    }
}
