// SPDX-License-Identifier: GPL-2.0

//! `morse`: text written to `/dev/morse` blinks a GPIO LED.
//!
//! `device` imports `linux` and `code`, which import neither each other nor `device`.

// The modules are private: the compiler then drops what is not called, and inlines what is called once. Other crates share
// the files of `code` and `linux` and use more of them: tests, samples, exercises.
#[expect(dead_code, unreachable_pub, unused_imports)]
mod code;
mod device;
#[expect(dead_code, unreachable_pub, unused_imports)]
mod linux;

use device::{
    driver::Driver,
    standalone::Standalone, //
};
use kernel::prelude::*;
use linux::{
    context::Sleepable,
    module::{
        self,
        Module, //
    },
    platform,
};

module! {
    type: module::Adapter<Morse>,
    name: "morse",
    authors: ["The morse authors"],
    description: "Two-way Morse code over a GPIO LED and key",
    license: "GPL v2",
}

// The macro above has no key for it. packaging/debian/changelog and Cargo.toml have the same.
modinfo!("version=", "0.1.0");

/// The module: the device that it makes on a machine without hardware, and the driver, which owns the
/// devices bound to it. Fields are dropped in this order.
struct Morse {
    _standalone: Option<Standalone>,
    _driver: platform::Registration<Driver>,
}

impl Module for Morse {
    fn init(ctx: &Sleepable, module: &'static ThisModule) -> Result<Self> {
        Ok(Self {
            _standalone: Standalone::unless_described(ctx)?,
            _driver: platform::Registration::new(ctx, module)?,
        })
    }
}
