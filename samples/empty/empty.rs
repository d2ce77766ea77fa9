// SPDX-License-Identifier: GPL-2.0

//! A module that does nothing, which shows the least that unloading costs.
//!
//! The boot tests compare the time to unload `morse` with the time to unload this.

use kernel::prelude::*;

module! {
    type: Empty,
    name: "empty",
    authors: ["The morse authors"],
    description: "Does nothing, as a measure for unloading",
    license: "GPL v2",
}

struct Empty;

impl kernel::Module for Empty {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        Ok(Self)
    }
}
