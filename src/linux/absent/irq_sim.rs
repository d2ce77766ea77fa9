// SPDX-License-Identifier: GPL-2.0

//! The simulated interrupt of a kernel without `CONFIG_IRQ_SIM`: it cannot be raised.

use crate::linux::{
    context::Sleepable,
    irq::IrqHandler, //
};
use core::pin::Pin;
use kernel::{
    pr_warn_once,
    prelude::*, //
};

/// An interrupt that cannot be raised.
pub struct SimulatedIrq<T: IrqHandler> {
    _handler: Pin<KBox<T>>,
}

impl<T: IrqHandler> SimulatedIrq<T> {
    /// Keeps `handler`, which never runs.
    pub fn register(
        _ctx: &Sleepable,
        _name: &'static CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        Ok(Self {
            _handler: KBox::pin_init(handler, GFP_KERNEL)?,
        })
    }

    /// Fails with `ENODEV`, and logs the reason once.
    pub fn raise(&self, _ctx: &Sleepable) -> Result {
        pr_warn_once!("this kernel has no simulated interrupts (CONFIG_IRQ_SIM)\n");
        Err(ENODEV)
    }
}
