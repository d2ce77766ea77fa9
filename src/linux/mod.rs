// SPDX-License-Identifier: GPL-2.0

//! Safe wrappers for kernel mechanisms that the `kernel` crate lacks.
//!
//! `unsafe` code and kernel versions are confined to this directory. Each file wraps one mechanism, in
//! the style of the `kernel` crate, and none knows Morse. They are written for an external module: the
//! context token is an argument throughout, file operations name `bindings::__this_module`, and inline
//! C functions are reached through `helpers.c`, whose prototypes the Rust files repeat.
//!
//! Two ideas run through all of them:
//!
//! 1. The execution context is a type ([`context`]): a function that may sleep takes a `&Sleepable`.
//! 2. Dropping the owner of a mechanism stops the mechanism and waits until its handler has returned.
//!
//! # Owners must be dropped
//!
//! The kernel calls a handler by a pointer into this module. An owner that is leaked
//! ([`mem::forget`](core::mem::forget), a cycle of [`Arc`](kernel::sync::Arc)s) leaves that pointer
//! behind, and the kernel calls freed memory after the module is unloaded. So every owner here must
//! be dropped before the module is unloaded. The `kernel` crate makes this contract an `unsafe fn`
//! (`irq::Registration::new()`); here it holds for all owners, and their documentation refers to this
//! section.
//!
//! Destructors wait, so owners and handles are dropped in process context. The compiler does not
//! check this.
//!
//! # A kernel without an option
//!
//! Like the inline stubs of C headers, the files in `absent/` stand for mechanisms that the kernel was
//! built without.
//!
//! # A new kernel
//!
//! `cfg(kernel_7_3)` is set for 7.3 and every later kernel (see `version.mk`). When the `kernel` crate of a
//! new release no longer fits, for instance that of 7.4:
//!
//! 1. Add `--cfg=kernel_7_4` to `version.mk`, in the same way.
//! 2. Write the new code under `cfg(kernel_7_4)`, and keep the old code under `cfg(not(kernel_7_4))`.
//! 3. Add the release to `scripts/matrix`, which builds and boots every supported kernel.
//!
//! To drop the oldest release, delete the code under its `cfg(not(...))`, and the line in `version.mk`.

pub mod bhlock;
pub mod context;
pub mod debugfs;
pub mod delayed;
mod device;
pub mod device_irq;
pub mod fasync;
pub mod faux;
pub mod file;
pub mod gpio;
pub mod irq;
#[cfg_attr(not(CONFIG_IRQ_SIM), path = "absent/irq_sim.rs")]
pub mod irq_sim;
#[cfg_attr(not(CONFIG_LEDS_TRIGGERS), path = "absent/led_trigger.rs")]
pub mod led_trigger;
pub mod miscdev;
pub mod module;
mod node;
pub mod param;
pub mod platform;
pub mod pm;
pub mod poll;
pub mod queue;
pub mod sched;
pub mod softirq;
pub mod sysfs;
pub mod tasklet;
pub mod time;
pub mod timer;
pub mod trace;
pub mod uapi;
pub mod wait;
pub mod wakeup;
pub mod workqueue;

use device::raw_device;
use kernel::{
    bindings,
    error::Error, //
};

/// Returns `EILSEQ`, which the `kernel` crate names only since 7.3.
pub fn eilseq() -> Error {
    Error::from_errno(-(bindings::EILSEQ as kernel::ffi::c_int))
}
