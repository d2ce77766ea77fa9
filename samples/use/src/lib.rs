// SPDX-License-Identifier: GPL-2.0

//! The ioctls of `/dev/morse`, safe to call.
//!
//! Reading, writing, waiting for text or room (`poll`) and waiting for the end (`fsync`) need nothing of
//! this: the standard library and any crate for system calls do.

use std::os::fd::{AsFd, AsRawFd};

pub mod key;

/// The declarations of `include/uapi/linux/morse.h`, under the same names.
pub mod uapi {
    #![allow(missing_docs, non_camel_case_types)] // C's names, and its comments stay in the header
    include!(concat!(env!("OUT_DIR"), "/morse.rs"));
}

mod request {
    use super::uapi;

    nix::ioctl_none_bad!(abort, uapi::MORSE_IOC_ABORT);
    nix::ioctl_read_bad!(get_status, uapi::MORSE_IOC_GET_STATUS, uapi::morse_status);
    nix::ioctl_write_ptr_bad!(set_mode, uapi::MORSE_IOC_SET_MODE, u32);
    nix::ioctl_read_bad!(get_lost, uapi::MORSE_IOC_GET_LOST, u64);
}

/// Drops the queued characters and the one on the air; returns when the lamp is dark.
///
/// # Errors
///
/// `EINTR` if a signal came first (the abort holds nevertheless), `EBADF` if the file is not open for
/// writing, `ENODEV` if the device is gone.
pub fn abort(file: &impl AsFd) -> nix::Result<()> {
    // SAFETY: The file is open, and the request has no argument.
    unsafe { request::abort(file.as_fd().as_raw_fd()) }.map(drop)
}

/// The state of the transmitter.
///
/// # Errors
///
/// `ENODEV` if the device is gone.
pub fn status(file: &impl AsFd) -> nix::Result<uapi::morse_status> {
    let mut status = uapi::morse_status::default();
    // SAFETY: The file is open, and the request writes one `morse_status`.
    unsafe { request::get_status(file.as_fd().as_raw_fd(), &mut status) }?;
    Ok(status)
}

/// Has the file read `mode`, one of `morse_mode`: `MORSE_TEXT` or `MORSE_PULSES`.
///
/// # Errors
///
/// `EINVAL` if there is no such mode, `ENODEV` if the device is gone.
pub fn set_mode(file: &impl AsFd, mode: u32) -> nix::Result<()> {
    // SAFETY: The file is open, and the request reads one `u32`.
    unsafe { request::set_mode(file.as_fd().as_raw_fd(), &mode) }.map(drop)
}

/// How much the file lost because it was not read: bytes of text, or pulses.
///
/// # Errors
///
/// `ENODEV` if the device is gone.
pub fn lost(file: &impl AsFd) -> nix::Result<u64> {
    let mut lost = 0;
    // SAFETY: The file is open, and the request writes one `u64`.
    unsafe { request::get_lost(file.as_fd().as_raw_fd(), &mut lost) }?;
    Ok(lost)
}
