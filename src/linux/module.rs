// SPDX-License-Identifier: GPL-2.0

//! A kernel module whose initialisation is handed the token of process context.
//!
//! C header: [`include/linux/module.h`](srctree/include/linux/module.h)

use super::context::{
    Context,
    Sleepable, //
};
use kernel::prelude::*;

/// A kernel module; [`Adapter`] makes it one for the `module!` macro.
pub trait Module: Send + Sync + Sized {
    /// Initialises the module, in process context. Dropping the value unloads it.
    fn init(ctx: &Sleepable, module: &'static ThisModule) -> Result<Self>;
}

/// The type that `module!` takes for a [`Module`].
///
/// # Examples
///
/// ```ignore
/// module! {
///     type: Adapter<Sample>,
///     name: "sample",
///     license: "GPL v2",
/// }
/// ```
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
