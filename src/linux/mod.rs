// SPDX-License-Identifier: GPL-2.0

//! Safe wrappers over the kernel for what the `kernel` crate lacks.
//!
//! This is the only room with `unsafe` and the only one that knows kernel versions. Each file
//! wraps one mechanism and could be sent upstream by itself; none of them knows Morse.
//!
//! Two ideas run through all of them:
//!
//! 1. Context is a type ([`context`]): what may sleep asks for `&Sleepable`.
//! 2. Whoever owns a mechanism stops it: dropping the owner stops the mechanism and waits for it.

pub mod bhlock;
pub mod context;
pub mod debugfs;
pub mod delayed;
pub mod device_irq;
pub mod faux;
pub mod gpio;
pub mod irq;
pub mod led_trigger;
pub mod miscdev;
pub mod module;
mod node;
pub mod param;
pub mod platform;
pub mod poll;
pub mod sched;
pub mod softirq;
pub mod sysfs;
pub mod tasklet;
pub mod time;
pub mod timer;
pub mod trace;
pub mod uapi;
pub mod wait;
pub mod workqueue;

use kernel::{
    bindings,
    device,
    error::Error, //
};

/// Returns `EILSEQ`, which the kernel crate has no name for before 7.3.
pub fn eilseq() -> Error {
    Error::from_errno(-(bindings::EILSEQ as kernel::ffi::c_int))
}

/// Returns the `struct device *` behind `dev`.
///
/// `Device::as_raw` is private to the kernel crate. The pointer is as long-lived as `dev`.
fn raw_device<Ctx: device::DeviceContext>(dev: &device::Device<Ctx>) -> *mut bindings::device {
    // `Device` is a transparent wrapper of `Opaque<bindings::device>`.
    core::ptr::from_ref(dev).cast_mut().cast()
}
