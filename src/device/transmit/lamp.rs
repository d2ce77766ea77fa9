// SPDX-License-Identifier: GPL-2.0

//! The lamp: the LEDs that show the transmission.

use crate::linux::{
    context::Sleepable,
    gpio,
    led_trigger::Trigger,
    time::Ktime, //
};
use core::pin::Pin;
use kernel::{
    pr_err_once,
    prelude::*, //
};

/// The GPIO LED of the device, if it has one, and the LEDs that are attached to its trigger.
///
/// The lamp is dark when it is made and after it is dropped, as its parts are.
pub(crate) struct Lamp {
    led: Option<gpio::Output>,
    trigger: Pin<KBox<Trigger>>,
}

impl Lamp {
    /// Makes a dark lamp of `led` and `trigger`.
    pub(crate) fn new(led: Option<gpio::Output>, trigger: Pin<KBox<Trigger>>) -> Self {
        Self { led, trigger }
    }

    /// Lights the lamp or puts it out.
    ///
    /// The GPIO LED is set first, as it has to be on time. If setting it fails, as on a bus it may,
    /// the transmission goes on: the next edge may succeed.
    #[inline]
    pub(crate) fn set(&self, ctx: &Sleepable, lit: bool) {
        if let Some(led) = &self.led {
            if let Err(error) = led.set(ctx, lit) {
                pr_err_once!("cannot set the LED: {error:?}\n");
            }
        }
        self.trigger.show(lit);
    }

    /// Lights the lamp, and returns the time at which the GPIO LED was set.
    pub(crate) fn light(&self, ctx: &Sleepable) -> Ktime {
        let mut at = Ktime::now();
        if let Some(led) = &self.led {
            match led.set_stamped(ctx, true) {
                Ok(stamp) => at = stamp,
                Err(error) => pr_err_once!("cannot set the LED: {error:?}\n"),
            }
        }
        self.trigger.show(true);
        at
    }
}
