// SPDX-License-Identifier: GPL-2.0

//! The `struct miscdevice` of a device node, and the data that belongs to it.
//!
//! `miscdev` registers it; `sysfs` finds the data by it.

use core::mem::offset_of;
use kernel::{
    bindings,
    prelude::*,
    types::Opaque, //
};

/// The part of a registration that does not depend on the type of its files; sysfs finds it too.
///
/// # Invariants
///
/// `misc` is the `struct miscdevice` of a `miscdev::Registration`.
#[pin_data]
#[repr(C)]
pub(super) struct Node<D> {
    #[pin]
    pub(super) misc: Opaque<bindings::miscdevice>,
    pub(super) data: D,
}

impl<D> Node<D> {
    /// Returns the data of the device that `dev`, the `this_device` of a node, belongs to.
    ///
    /// # Safety
    ///
    /// `dev` was created by a `miscdev::Registration` with data of type `D`, which stays alive for
    /// `'a`.
    pub(super) unsafe fn data_of<'a>(dev: *mut bindings::device) -> &'a D {
        // SAFETY: `misc_register()` stores the miscdevice as driver data of its device, and by the
        // safety requirements it is the one in a `Node<D>`.
        let misc = unsafe { bindings::dev_get_drvdata(dev) }.cast::<bindings::miscdevice>();
        // SAFETY: As above.
        unsafe { Self::from_misc(misc) }
    }

    /// # Safety
    ///
    /// `misc` is the first field of a `Node<D>` that stays alive for `'a`.
    pub(super) unsafe fn from_misc<'a>(misc: *mut bindings::miscdevice) -> &'a D {
        const { assert!(offset_of!(Self, misc) == 0) };
        // SAFETY: `repr(C)` puts `misc` first, and `Opaque` is transparent.
        unsafe { &(*misc.cast::<Self>()).data }
    }
}
