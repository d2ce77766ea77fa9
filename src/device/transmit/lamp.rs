// SPDX-License-Identifier: GPL-2.0

//! The lamp: everything that shows what is sent.

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

/// A GPIO LED of our own, if there is one, and whatever LEDs the user attached to the trigger.
///
/// Dark when made, and dark when dropped: that is what its parts do.
pub(crate) struct Lamp {
    led: Option<gpio::Output>,
    trigger: Pin<KBox<Trigger>>,
}

impl Lamp {
    /// Makes a lamp.
    pub(crate) fn new(led: Option<gpio::Output>, trigger: Pin<KBox<Trigger>>) -> Self {
        Self { led, trigger }
    }

    /// Lights the lamp or puts it out.
    ///
    /// The own LED goes first: it is the one that has to be on time. A LED on a bus that fails is
    /// left as it is, and sending goes on, since the next edge may well work.
    #[inline]
    pub(crate) fn set(&self, ctx: &Sleepable, lit: bool) {
        if let Some(led) = &self.led {
            if let Err(error) = led.set(ctx, lit) {
                pr_err_once!("cannot set the LED: {error:?}\n");
            }
        }
        self.trigger.show(lit);
    }

    /// Lights the lamp at once, and returns when.
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
