// SPDX-License-Identifier: GPL-2.0

//! A misc character device for a stream of bytes.
//!
//! `kernel::miscdevice` has no `poll` and no `fsync`, and gives `open` no access to the data of the device.
//! Here a [`Registration`] owns the data of the device and its sysfs attributes, and each open file is a
//! value that implements [`FileOperations`].
//!
//! The registration is dropped when the hardware is removed, but files may stay open. An open file owns what
//! it needs, usually an `Arc` of the data, and pins the module. Once the registration has been dropped, no
//! file can be opened and no sysfs callback runs.
//!
//! The files have no position: lseek(2), pread(2) and pwrite(2) fail with `ESPIPE`.
//!
//! C header: [`include/linux/miscdevice.h`](srctree/include/linux/miscdevice.h)

use super::{
    context::{
        Context,
        Sleepable, //
    },
    fasync::FasyncRequest,
    file::{
        FileOperations,
        Ioctl,
        WriteFlags, //
    },
    node::Node,
    raw_device,
    sysfs, //
};
use core::{
    marker::PhantomData,
    pin::Pin, //
};
use kernel::{
    bindings,
    device::Device,
    error::to_result,
    fs,
    iov::{
        IovIterDest,
        IovIterSource, //
    },
    prelude::*,
    str::CString,
    sync::poll::PollTable,
    types::{
        ForeignOwnable,
        Opaque, //
    },
};

unsafe extern "C" {
    /// Whether `IOCB_NOWAIT` is set, a macro that bindgen does not translate.
    safe fn morse_helper_iocb_is_nowait(ki_flags: c_int) -> bool;
    /// Whether `IOCB_DSYNC` is set, likewise.
    safe fn morse_helper_iocb_is_dsync(ki_flags: c_int) -> bool;
    /// `FMODE_NOWAIT`, likewise.
    safe fn morse_helper_fmode_nowait() -> bindings::fmode_t;
}

/// A registered misc device: `/dev/<name>` and `/sys/class/misc/<name>`.
///
/// Dropping it deregisters the device. It must not be leaked (see [`linux`](super)).
///
/// # Invariants
///
/// `node.misc` is registered, and refers to `name` and `groups`.
///
/// # Examples
///
/// ```ignore
/// use crate::linux::file::FileOperations;
///
/// fn register<F: FileOperations>(
///     ctx: &Sleepable,
///     parent: &Device,
///     data: F::Device,
///     attributes: &'static [sysfs::Attribute<F::Device>],
/// ) -> Result<Pin<KBox<Registration<F>>>> {
///     let name = CString::try_from_fmt(fmt!("morse"))?;
///     KBox::pin_init(
///         Registration::register(ctx, name, parent, data, attributes),
///         GFP_KERNEL,
///     )
/// }
/// ```
#[pin_data(PinnedDrop)]
pub struct Registration<F: FileOperations> {
    #[pin]
    node: Node<F::Device>,
    groups: sysfs::Groups<F::Device>,
    name: CString,
    _files: PhantomData<F>,
}

// SAFETY: A misc device may be deregistered on any thread; the data is `Send`.
unsafe impl<F: FileOperations> Send for Registration<F> {}
// SAFETY: There are no `&self` methods; the data is `Sync`.
unsafe impl<F: FileOperations> Sync for Registration<F> {}

impl<F: FileOperations> Registration<F> {
    /// Registers the device as a child of `parent`, with mode 0600 and `attributes`.
    ///
    /// The attributes exist before user space is notified of the device.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EBUSY` if there is no free minor number, and `EEXIST` if a misc device of this name exists,
    /// of which sysfs warns.
    pub fn register<'a>(
        _ctx: &'a Sleepable,
        name: CString,
        parent: &'a Device,
        data: F::Device,
        attributes: &'static [sysfs::Attribute<F::Device>],
    ) -> impl PinInit<Self, Error> + 'a
    where
        F::Device: 'a,
    {
        try_pin_init!(&this in Self {
            name,
            groups: sysfs::Groups::new(attributes)?,
            node <- pin_init!(Node {
                misc <- Opaque::new(bindings::miscdevice {
                    minor: bindings::MISC_DYNAMIC_MINOR as c_int,
                    fops: Self::FILE_OPERATIONS,
                    parent: raw_device(parent),
                    ..pin_init::zeroed()
                }),
                data,
            }),
            _files: PhantomData,
            _: {
                let misc = node.misc.get();
                // SAFETY: `this` is pinned and its fields are initialised, so name and groups do not move.
                unsafe {
                    (*misc).name = (*this.as_ptr()).name.as_char_ptr();
                    (*misc).groups = (*this.as_ptr()).groups.as_raw();
                }
                // INVARIANT: On success the device is registered.
                // SAFETY: Everything that `misc` refers to lives until `drop` deregisters the device.
                to_result(unsafe { bindings::misc_register(misc) })?;
            },
        })
    }

    const FILE_OPERATIONS: &'static bindings::file_operations = &bindings::file_operations {
        owner: (&raw const bindings::__this_module).cast_mut(),
        open: Some(Self::open),
        release: Some(Self::release),
        read_iter: Some(Self::read_iter),
        write_iter: Some(Self::write_iter),
        splice_read: Some(bindings::copy_splice_read),
        splice_write: Some(bindings::iter_file_splice_write),
        poll: Some(Self::poll),
        fasync: Some(Self::fasync),
        fsync: Some(Self::fsync),
        unlocked_ioctl: Some(Self::ioctl),
        #[cfg(CONFIG_COMPAT)]
        compat_ioctl: bindings::compat_ptr_ioctl,
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// Called by the misc core only, for a file that is being opened.
    unsafe extern "C" fn open(inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: `misc_open()` stored the miscdevice in `private_data`; with these file operations, it is
        // that of a `Registration<F>`. `misc_open()` holds the mutex that `misc_deregister()` takes, so the
        // registration lives during this call.
        let device = unsafe { Node::<F::Device>::from_misc((*file).private_data.cast()) };
        // SAFETY: `open` runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        match F::open(device, &ctx) {
            Ok(opened) => {
                // SAFETY: While a file is being opened, only `open` accesses its private data.
                unsafe { (*file).private_data = opened.into_foreign() };
                // SAFETY: Both pointers are valid, and the file is being opened. `stream_open()`
                // never fails. Reads and writes heed `IOCB_NOWAIT`.
                unsafe {
                    bindings::stream_open(inode, file);
                    (*file).f_mode |= morse_helper_fmode_nowait();
                }
                0
            }
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`] and is being released.
    unsafe extern "C" fn release(_: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: `open` stored an `F`, and `release` is the last call for the file.
        drop(unsafe { Pin::<KBox<F>>::from_foreign((*file).private_data) });
        0
    }

    /// Returns the `F` of an open file.
    ///
    /// # Safety
    ///
    /// `file` was opened by [`Self::open`] and stays open for `'a`.
    unsafe fn borrow<'a>(file: *mut bindings::file) -> &'a F {
        // SAFETY: `open` stored an `F`, which lives until `release`.
        unsafe { Pin::<KBox<F>>::borrow((*file).private_data) }.get_ref()
    }

    /// # Safety
    ///
    /// `kiocb` is a read of a file that was opened by [`Self::open`], `iter` its destination.
    unsafe extern "C" fn read_iter(
        kiocb: *mut bindings::kiocb,
        iter: *mut bindings::iov_iter,
    ) -> isize {
        // SAFETY: `kiocb` is valid, and its file stays open during the call.
        let (file, this) = unsafe { ((*kiocb).ki_filp, Self::borrow((*kiocb).ki_filp)) };
        // SAFETY: As above. The flags may be read at any time.
        let nonblock = unsafe {
            (*file).f_flags & bindings::O_NONBLOCK != 0
                || morse_helper_iocb_is_nowait((*kiocb).ki_flags)
        };
        // SAFETY: `iter` is a destination, and valid during the call.
        let to = unsafe { IovIterDest::from_raw(iter) };
        // SAFETY: `read_iter` runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        match this.read(to, nonblock, &ctx) {
            Ok(count) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }

    /// # Safety
    ///
    /// `kiocb` is a write to a file that was opened by [`Self::open`], `iter` its source.
    unsafe extern "C" fn write_iter(
        kiocb: *mut bindings::kiocb,
        iter: *mut bindings::iov_iter,
    ) -> isize {
        // SAFETY: `kiocb` is valid, and its file stays open during the call.
        let (file, this) = unsafe { ((*kiocb).ki_filp, Self::borrow((*kiocb).ki_filp)) };
        // SAFETY: As above. The flags may be read at any time.
        let (nonblock, nowait, dsync) = unsafe {
            (
                (*file).f_flags & bindings::O_NONBLOCK != 0,
                morse_helper_iocb_is_nowait((*kiocb).ki_flags),
                morse_helper_iocb_is_dsync((*kiocb).ki_flags),
            )
        };
        if nowait && dsync && !nonblock {
            // The wait is not allowed here. io_uring(7) then repeats the write in a worker thread.
            return EAGAIN.to_errno() as isize;
        }
        let flags = WriteFlags {
            nonblock: nonblock || nowait,
            sync: dsync && !nonblock,
        };
        // SAFETY: `iter` is a source, and valid during the call.
        let from = unsafe { IovIterSource::from_raw(iter) };
        // SAFETY: `write_iter` runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        match this.write(from, flags, &ctx) {
            Ok(count) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`], `table` is null or valid.
    unsafe extern "C" fn poll(
        file: *mut bindings::file,
        table: *mut bindings::poll_table_struct,
    ) -> bindings::__poll_t {
        // SAFETY: The file stays open during the call, and no `fdget_pos()` of it is active on this task.
        let (this, file) = unsafe { (Self::borrow(file), fs::File::from_raw_file(file)) };
        // SAFETY: `table` is null or valid during the call.
        let table = unsafe { PollTable::from_raw(table) };
        this.poll(file, &table).as_raw()
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`], and is not released.
    unsafe extern "C" fn fasync(fd: c_int, file: *mut bindings::file, on: c_int) -> c_int {
        // SAFETY: The file stays open during the call, which runs in process context.
        let (this, ctx) = unsafe { (Self::borrow(file), Sleepable::enter()) };
        // SAFETY: These are the arguments of this call.
        let request = unsafe { FasyncRequest::new(fd, file, on) };
        match this.fasync(&request, &ctx) {
            Ok(()) => 0,
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`].
    unsafe extern "C" fn fsync(
        file: *mut bindings::file,
        _start: bindings::loff_t,
        _end: bindings::loff_t,
        _datasync: c_int,
    ) -> c_int {
        // SAFETY: The file stays open during the call, which runs in process context.
        let (this, ctx) = unsafe { (Self::borrow(file), Sleepable::enter()) };
        match this.fsync(&ctx) {
            Ok(()) => 0,
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`].
    unsafe extern "C" fn ioctl(
        file: *mut bindings::file,
        command: c_uint,
        argument: c_ulong,
    ) -> c_long {
        // SAFETY: The file stays open during the call, which runs in process context.
        let (this, ctx) = unsafe { (Self::borrow(file), Sleepable::enter()) };
        // SAFETY: As above. The access mode never changes.
        let access = unsafe { (*file).f_flags } & bindings::O_ACCMODE;
        let request = Ioctl {
            command,
            is_writable: matches!(access, bindings::O_WRONLY | bindings::O_RDWR),
            argument,
        };
        match this.ioctl(&request, &ctx) {
            Ok(()) => 0,
            Err(error) => error.to_errno() as c_long,
        }
    }
}

#[pinned_drop]
impl<F: FileOperations> PinnedDrop for Registration<F> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariant the device is registered.
        unsafe { bindings::misc_deregister(self.node.misc.get()) };
    }
}
