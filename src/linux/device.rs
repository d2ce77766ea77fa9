// SPDX-License-Identifier: GPL-2.0

//! The C device behind a [`Device`].

use kernel::{
    bindings,
    device::{
        Device,
        DeviceContext, //
    },
};

/// Returns the `struct device *` behind `dev`.
///
/// `Device::as_raw()` is private to the `kernel` crate. The pointer is valid as long as `dev`.
pub(super) fn raw_device<Ctx: DeviceContext>(dev: &Device<Ctx>) -> *mut bindings::device {
    // `Device` is a transparent wrapper of `Opaque<bindings::device>`.
    core::ptr::from_ref(dev).cast_mut().cast()
}
