// SPDX-License-Identifier: GPL-2.0

//! The lamp: the LEDs that show the transmission.

use crate::linux::{
    context::Sleepable,
    gpio,
    led_trigger::Trigger,
    time::{
        spin_until,
        Ktime, //
    }, //
};
use core::pin::Pin;
use kernel::{
    pr_err_once,
    prelude::*, //
};

/// The GPIO LED of the device, if it has one, and the LEDs that are attached to its trigger.
///
/// A new lamp is dark, and dropping it makes its LEDs dark. The GPIO LED is always set first, as it has
/// to be on time. If setting it fails, as on a bus it may, the transmission goes on: the next edge may
/// succeed.
pub(crate) struct Lamp {
    led: Option<gpio::Output>,
    trigger: Pin<KBox<Trigger>>,
}

impl Lamp {
    /// Makes a dark lamp of `led` and `trigger`.
    pub(crate) fn new(led: Option<gpio::Output>, trigger: Pin<KBox<Trigger>>) -> Self {
        Self { led, trigger }
    }

    /// Returns whether setting it sleeps.
    pub(crate) fn sleeps(&self) -> bool {
        self.led.as_ref().is_some_and(gpio::Output::sleeps)
    }

    /// Lights the lamp or puts it out.
    pub(crate) fn set(&self, ctx: &Sleepable, lit: bool) {
        if let Some(led) = &self.led {
            check(led.set(ctx, lit));
        }
        self.trigger.show(lit);
    }

    /// As [`Self::set`], in a softirq, too. The lamp must not be one that sleeps.
    #[inline]
    pub(crate) fn set_nosleep(&self, lit: bool) {
        if let Some(led) = &self.led {
            check(led.set_nosleep(lit));
        }
        self.trigger.show(lit);
    }

    /// Spins until `at`, then lights the lamp or puts it out.
    #[inline]
    pub(crate) fn set_at(&self, ctx: &Sleepable, lit: bool, at: Ktime) {
        match &self.led {
            Some(led) => check(led.set_at(ctx, lit, at)),
            None => {
                spin_until(at);
            }
        }
        self.trigger.show(lit);
    }

    /// Lights the lamp, and returns the time at which it did.
    pub(crate) fn light(&self, ctx: &Sleepable) -> Ktime {
        let at = Ktime::now();
        self.set_at(ctx, true, at);
        at
    }
}

/// Logs an error of the GPIO LED.
fn check(result: Result) {
    if let Err(error) = result {
        pr_err_once!("cannot set the LED: {error:?}\n");
    }
}
