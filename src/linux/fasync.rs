// SPDX-License-Identifier: GPL-2.0

//! `SIGIO` for files with `O_ASYNC`.
//!
//! A [`FasyncList`] holds the files that have set `O_ASYNC`. The VFS removes a file from the list
//! before it is released, so the list is empty when all files are closed.
//!
//! C header: [`include/linux/fs.h`](srctree/include/linux/fs.h)

use core::ptr;
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    types::Opaque, //
};

/// The arguments of a `fasync` callback: a file that sets or clears `O_ASYNC`.
///
/// # Invariants
///
/// `file` is valid.
pub struct FasyncRequest {
    fd: c_int,
    file: *mut bindings::file,
    on: c_int,
}

impl FasyncRequest {
    /// # Safety
    ///
    /// These are the arguments of a call of `fasync` of a file, which is not over.
    pub(super) unsafe fn new(fd: c_int, file: *mut bindings::file, on: c_int) -> Self {
        // INVARIANT: By the safety requirements.
        Self { fd, file, on }
    }
}

/// The event that a signal reports, as `si_code` if the file has set a signal by `F_SETSIG`.
#[derive(Clone, Copy)]
pub enum Band {
    /// The file is readable.
    In,
    /// The file is writable.
    Out,
    /// The device has been removed.
    HangUp,
}

/// The files that get a signal.
///
/// `default()` is an empty list.
///
/// # Invariants
///
/// `head` is a list that `fasync_helper()` alone changes; its files are open.
pub struct FasyncList {
    head: Opaque<*mut bindings::fasync_struct>,
}

// SAFETY: The list has the locks of the kernel, and may be used on any thread.
unsafe impl Send for FasyncList {}
// SAFETY: As above.
unsafe impl Sync for FasyncList {}

impl Default for FasyncList {
    fn default() -> Self {
        // INVARIANT: A null pointer is the empty list.
        Self {
            head: Opaque::new(ptr::null_mut()),
        }
    }
}

impl FasyncList {
    /// Adds a file to the list, or removes it.
    ///
    /// The data of the file must keep the list alive until the file is released.
    pub fn update(&self, request: &FasyncRequest) -> Result {
        // SAFETY: `head` is a list, and the file is valid by its type invariant. A positive result
        // says that the list has changed.
        let result = unsafe {
            bindings::fasync_helper(request.fd, request.file, request.on, self.head.get())
        };
        to_result(result)
    }

    /// Sends `SIGIO`, or the signal set by `F_SETSIG`, for all files of the list. In a softirq or a
    /// task.
    pub fn kill(&self, band: Band) {
        let band = match band {
            Band::In => bindings::POLL_IN,
            Band::Out => bindings::POLL_OUT,
            Band::HangUp => bindings::POLL_HUP,
        };
        // SAFETY: `head` is a list. Its entries are freed after a grace period.
        unsafe {
            bindings::kill_fasync(self.head.get(), bindings::SIGIO as c_int, band as c_int);
        }
    }
}
