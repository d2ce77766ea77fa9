// SPDX-License-Identifier: GPL-2.0

//! A misc character device with everything that a stream needs.
//!
//! `kernel::miscdevice` has no `poll` and no `fsync`, and its callbacks see no data of the device
//! before `open`. Here a [`Registration`] owns the device's shared data and its sysfs attributes,
//! and each open file is a value of its own that implements [`FileOperations`].
//!
//! Life times: the registration goes when the hardware goes, but files may stay open. They hold
//! what they need themselves (usually an `Arc` of the shared data), and their existence pins the
//! module. Once the registration has been dropped no file can be opened any more, and no sysfs
//! callback runs.
//!
//! Files are streams: they have no position, and seeking, `pread` and `pwrite` give `ESPIPE`.
//!
//! C header: [`include/linux/miscdevice.h`](srctree/include/linux/miscdevice.h)

use super::{
    context::{
        Context,
        Sleepable, //
    },
    node::Node,
    poll::PollEvents,
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
    uaccess::{
        UserPtr,
        UserSlice, //
    },
};

/// What an ioctl handler is given.
pub struct Ioctl {
    /// The command word, as `_IO()` and its kin make it.
    pub command: u32,
    argument: usize,
}

impl Ioctl {
    /// Returns the memory that the argument points at, of the size that the command announces.
    pub fn user_slice(&self) -> UserSlice {
        UserSlice::new(
            UserPtr::from_addr(self.argument),
            kernel::ioctl::_IOC_SIZE(self.command),
        )
    }
}

/// An open file. Callbacks may run concurrently, as threads can share a file.
pub trait FileOperations: Send + Sync + Sized + 'static {
    /// The data of the device, shared by all its files.
    type Device: Send + Sync + 'static;

    /// Opens the device.
    fn open(device: &Self::Device, ctx: &Sleepable) -> Result<Pin<KBox<Self>>>;

    /// Puts bytes into `to`, and returns how many.
    ///
    /// Never returns 0 for a read that is not empty. With `nonblock` it fails with `EAGAIN` rather
    /// than wait.
    fn read(&self, to: &mut IovIterDest<'_>, nonblock: bool, ctx: &Sleepable) -> Result<usize>;

    /// Takes bytes from `from`, and returns how many.
    ///
    /// Never returns 0 for a write that is not empty. With `nonblock` it fails with `EAGAIN`
    /// rather than wait.
    fn write(&self, from: &mut IovIterSource<'_>, nonblock: bool, ctx: &Sleepable)
        -> Result<usize>;

    /// Returns what is ready now, having registered with `table` for changes.
    fn poll(&self, file: &fs::File, table: &PollTable<'_>) -> PollEvents;

    /// Waits until what has been written has taken effect.
    fn fsync(&self, ctx: &Sleepable) -> Result;

    /// Handles an ioctl. `ENOTTY` is the answer to an unknown command.
    ///
    /// 32-bit callers of a 64-bit kernel come here too, so arguments have to have one layout.
    fn ioctl(&self, request: &Ioctl, ctx: &Sleepable) -> Result;
}

/// A registered misc device: `/dev/<name>` and `/sys/class/misc/<name>`.
///
/// # Invariants
///
/// `node.misc` is registered, and `name` and `groups` are what it refers to.
///
/// # Examples
///
/// ```ignore
/// let node = KBox::pin_init(
///     Registration::<OpenFile>::register(ctx, name, dev, shared, &ATTRIBUTES),
///     GFP_KERNEL,
/// )?;
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
// SAFETY: There are no `&self` methods that change anything; the data is `Sync`.
unsafe impl<F: FileOperations> Sync for Registration<F> {}

impl<F: FileOperations> Registration<F> {
    /// Makes the device appear, as a child of `parent`, with mode 0600.
    ///
    /// The attributes are there before user space is told of the device.
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
                // SAFETY: `this` is being initialised, and all its fields are by now; it is pinned,
                // so that the name and the groups stay where they are.
                unsafe {
                    (*misc).name = (*this.as_ptr()).name.as_char_ptr();
                    (*misc).groups = (*this.as_ptr()).groups.as_raw();
                }
                // INVARIANT: On success the device is registered.
                // SAFETY: All that `misc` refers to lives until the device is deregistered by
                // `drop`.
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
        poll: Some(Self::poll),
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
        // SAFETY: `misc_open()` stored the miscdevice, which is that of a `Registration<F>` since
        // these are its file operations. It holds the lock that deregistering takes, so that the
        // registration stays alive during this call.
        let device = unsafe { Node::<F::Device>::from_misc((*file).private_data.cast()) };
        // SAFETY: `open` runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        match F::open(device, &ctx) {
            Ok(opened) => {
                // SAFETY: The file is being opened, so its private data is ours to write.
                unsafe { (*file).private_data = opened.into_foreign() };
                // SAFETY: Both pointers are valid. This never fails.
                unsafe { bindings::stream_open(inode, file) }
            }
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`] and is being released.
    unsafe extern "C" fn release(_: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: `open` stored an `F`, and nobody uses it after its release.
        drop(unsafe { Pin::<KBox<F>>::from_foreign((*file).private_data) });
        0
    }

    /// # Safety
    ///
    /// `file` was opened by [`Self::open`] and stays open for `'a`.
    unsafe fn borrow<'a>(file: *mut bindings::file) -> &'a F {
        // SAFETY: `open` stored an `F`, which `release` takes back.
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
        let nonblock = unsafe { (*file).f_flags } & bindings::O_NONBLOCK != 0;
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
        // The file has no `FMODE_NOWAIT`, so `RWF_NOWAIT` does not get here.
        // SAFETY: As above. The flags may be read at any time.
        let nonblock = unsafe { (*file).f_flags } & bindings::O_NONBLOCK != 0;
        // SAFETY: `iter` is a source, and valid during the call.
        let from = unsafe { IovIterSource::from_raw(iter) };
        // SAFETY: `write_iter` runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        match this.write(from, nonblock, &ctx) {
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
        // SAFETY: The file stays open during the call, and `poll` does not touch its position.
        let (this, file) = unsafe { (Self::borrow(file), fs::File::from_raw_file(file)) };
        // SAFETY: `table` is null or valid during the call.
        let table = unsafe { PollTable::from_raw(table) };
        this.poll(file, &table).as_raw()
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
        match this.ioctl(&Ioctl { command, argument }, &ctx) {
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
