// SPDX-License-Identifier: GPL-2.0

//! The `struct miscdevice` of a device node, with the data of its driver.
//!
//! `miscdev` registers it; the callbacks of `miscdev` and of `sysfs` find the data through it.

use core::mem::offset_of;
use kernel::{
    bindings,
    prelude::*,
    types::Opaque, //
};

/// The part of a `miscdev::Registration` that does not depend on the type of its files.
///
/// # Invariants
///
/// `misc` is the first field, so that a pointer to it is a pointer to the node.
#[pin_data]
#[repr(C)]
pub(super) struct Node<D> {
    #[pin]
    pub(super) misc: Opaque<bindings::miscdevice>,
    pub(super) data: D,
}

impl<D> Node<D> {
    /// Returns the data of the node whose `this_device` is `dev`.
    ///
    /// # Safety
    ///
    /// `dev` was created by a `miscdev::Registration` with data of type `D`, which stays alive for
    /// `'a`.
    pub(super) unsafe fn data_of<'a>(dev: *mut bindings::device) -> &'a D {
        // SAFETY: `misc_register()` stores the miscdevice as driver data of `dev`. By the safety
        // requirements it is that of a `Node<D>`.
        let misc = unsafe { bindings::dev_get_drvdata(dev) }.cast::<bindings::miscdevice>();
        // SAFETY: As above.
        unsafe { Self::from_misc(misc) }
    }

    /// Returns the data of the node with this miscdevice.
    ///
    /// # Safety
    ///
    /// `misc` is that of a `Node<D>` that stays alive for `'a`.
    pub(super) unsafe fn from_misc<'a>(misc: *mut bindings::miscdevice) -> &'a D {
        const { assert!(offset_of!(Self, misc) == 0) };
        // SAFETY: By the type invariant; `Opaque` is transparent.
        unsafe { &(*misc.cast::<Self>()).data }
    }
}
