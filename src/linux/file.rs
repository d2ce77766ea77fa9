// SPDX-License-Identifier: GPL-2.0

//! The operations of an open file, for a stream of bytes.
//!
//! [`miscdev`](super::miscdev) calls them.
//!
//! C header: [`include/linux/fs.h`](srctree/include/linux/fs.h)

use super::{
    context::Sleepable,
    fasync::FasyncRequest,
    poll::PollEvents, //
};
use core::pin::Pin;
use kernel::{
    fs,
    iov::{
        IovIterDest,
        IovIterSource, //
    },
    prelude::*,
    sync::poll::PollTable,
    uaccess::{
        UserPtr,
        UserSlice, //
    },
};

/// The arguments of an ioctl(2).
pub struct Ioctl {
    /// The command, as made by `_IO()`, `_IOR()` or `_IOW()`.
    pub command: u32,
    /// Whether the file was opened for writing.
    pub is_writable: bool,
    pub(super) argument: usize,
}

impl Ioctl {
    /// Returns the user memory that the argument points at, of the size (`_IOC_SIZE`) of the command.
    pub fn user_slice(&self) -> UserSlice {
        UserSlice::new(
            UserPtr::from_addr(self.argument),
            kernel::ioctl::_IOC_SIZE(self.command),
        )
    }
}

/// The flags of a write(2) about waiting.
#[derive(Clone, Copy)]
pub struct WriteFlags {
    /// Do not wait: `O_NONBLOCK`, or `RWF_NOWAIT`, which io_uring(7) uses.
    pub nonblock: bool,
    /// Wait until the bytes have taken effect: `O_DSYNC`, `O_SYNC`, or `RWF_DSYNC`. Never set together
    /// with `nonblock`.
    pub sync: bool,
}

/// An open file and its operations, which run concurrently if threads share the file.
pub trait FileOperations: Send + Sync + Sized + 'static {
    /// The data of the device, to which `open` has access.
    type Device: Send + Sync + 'static;

    /// Opens the device.
    fn open(device: &Self::Device, ctx: &Sleepable) -> Result<Pin<KBox<Self>>>;

    /// Copies bytes into `to`, and returns their number, which is not 0 unless `to` is empty.
    ///
    /// With `nonblock` it fails with `EAGAIN` instead of waiting.
    fn read(&self, to: &mut IovIterDest<'_>, nonblock: bool, ctx: &Sleepable) -> Result<usize>;

    /// Takes bytes from `from`, and returns their number, which is not 0 unless `from` is empty.
    ///
    /// With `flags.nonblock` it fails with `EAGAIN` instead of waiting.
    fn write(
        &self,
        from: &mut IovIterSource<'_>,
        flags: WriteFlags,
        ctx: &Sleepable,
    ) -> Result<usize>;

    /// Registers the wait queues of the file with `table`, and returns the events that are pending now.
    fn poll(&self, file: &fs::File, table: &PollTable<'_>) -> PollEvents;

    /// Enables or disables `SIGIO` for changes of the readiness of the file.
    fn fasync(&self, request: &FasyncRequest, ctx: &Sleepable) -> Result;

    /// Waits until all bytes written before have taken effect.
    fn fsync(&self, ctx: &Sleepable) -> Result;

    /// Handles an ioctl. Unknown commands fail with `ENOTTY`.
    ///
    /// 32-bit programs on a 64-bit kernel use it, too, so the layout of arguments must not depend on the
    /// word size.
    fn ioctl(&self, request: &Ioctl, ctx: &Sleepable) -> Result;
}
