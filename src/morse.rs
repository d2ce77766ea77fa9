// SPDX-License-Identifier: GPL-2.0

//! `morse`: text written to `/dev/morse` blinks a GPIO LED.
//!
//! Doors between the rooms open one way: `device` knows `linux` and `code`, neither of which knows
//! anybody.

pub mod code;
pub mod device;
pub mod linux;

use device::{Standalone, Transceiver};
use kernel::{driver, prelude::*};
use linux::platform::Driver as _;

module! {
    type: Morse,
    name: "morse",
    authors: ["The morse authors"],
    description: "Two-way Morse code over a GPIO LED and key",
    license: "GPL v2",
}

/// The module: its driver, which owns all devices bound to it, and the one device that there is
/// without hardware.
#[pin_data]
struct Morse {
    standalone: Option<Standalone>,
    #[pin]
    driver: driver::Registration<linux::platform::Adapter<Transceiver>>,
}

impl kernel::InPlaceModule for Morse {
    fn init(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            standalone: Standalone::unless_described()?,
            driver <- driver::Registration::new(Transceiver::NAME, module),
        })
    }
}
