// SPDX-License-Identifier: GPL-2.0

//! The LED trigger of a kernel without `CONFIG_LEDS_TRIGGERS`: it has no LEDs.

use crate::linux::context::Sleepable;
use kernel::{
    prelude::*,
    str::CString, //
};

/// A trigger to which no LED can be attached.
pub struct Trigger;

impl Trigger {
    /// Whether the kernel has LED triggers.
    pub const IS_AVAILABLE: bool = false;

    /// Makes a trigger; the name is not visible.
    pub fn register(_ctx: &Sleepable, _name: CString) -> impl PinInit<Self, Error> + '_ {
        Ok(Self)
    }

    /// Does nothing.
    #[inline]
    pub fn show(&self, _on: bool) {}
}
