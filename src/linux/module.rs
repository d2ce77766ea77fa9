// SPDX-License-Identifier: GPL-2.0

//! A kernel module whose initialisation is given the token of process context.
//!
//! C header: [`include/linux/module.h`](srctree/include/linux/module.h)

use super::context::{
    Context,
    Sleepable, //
};
use kernel::prelude::*;

/// A kernel module, given to the `module!` macro through [`Adapter`].
pub trait Module: Send + Sync + Sized {
    /// Initialises the module, in process context. The value is dropped when the module is unloaded.
    fn init(ctx: &Sleepable, module: &'static ThisModule) -> Result<Self>;
}

/// Implements `kernel::Module` for a [`Module`].
///
/// `samples/timer/timer.rs` is a small module that uses it.
pub struct Adapter<T> {
    _module: T,
}

impl<T: Module> kernel::Module for Adapter<T> {
    fn init(module: &'static ThisModule) -> Result<Self> {
        // SAFETY: Modules are initialised in process context, with no lock held.
        let ctx = unsafe { Sleepable::enter() };
        Ok(Self {
            _module: T::init(&ctx, module)?,
        })
    }
}
