// SPDX-License-Identifier: GPL-2.0

//! Files in debugfs that can be written, and optionally read.
//!
//! The file operations of `kernel::debugfs` have no owner: a module can be unloaded while such a file is
//! open, and closing the file is then an oops. Here open files pin the module (`fops.owner`), but not the
//! data: after the [`File`] is dropped, accesses fail with `EIO`.
//!
//! C header: [`include/linux/debugfs.h`](srctree/include/linux/debugfs.h)

use super::context::{
    Context,
    Sleepable, //
};
use core::{
    pin::Pin,
    ptr, //
};
use kernel::{
    bindings,
    prelude::*,
    seq_file::SeqFile,
    sync::Arc,
    uaccess::{
        UserPtr,
        UserSlice,
        UserSliceReader, //
    },
};

/// The functions of a file.
pub trait FileHandler: Send + Sync + 'static {
    /// Whether root can read the file.
    const IS_READABLE: bool = false;

    /// Handles one write(2). Calls may run concurrently.
    fn write(&self, from: &mut UserSliceReader, ctx: &Sleepable) -> Result;

    /// Prints the whole content of the file. Calls may run concurrently, and more than once for one reader.
    fn show(&self, _to: &SeqFile, _ctx: &Sleepable) -> Result {
        Err(EINVAL)
    }
}

/// A directory in the root of debugfs, which is removed when dropped. The files in it own a reference.
///
/// # Invariants
///
/// `dentry` came from `debugfs_create_dir()`.
pub struct Dir {
    #[cfg(CONFIG_DEBUG_FS)]
    dentry: *mut bindings::dentry,
}

// SAFETY: A directory may be removed on any thread.
unsafe impl Send for Dir {}
// SAFETY: Creating files in a directory has its own locking.
unsafe impl Sync for Dir {}

impl Dir {
    /// Creates a directory. As usual for debugfs, a failure of debugfs is not an error.
    #[cfg_attr(not(CONFIG_DEBUG_FS), expect(unused_variables))]
    pub fn new(_ctx: &Sleepable, name: &CStr) -> Result<Arc<Self>> {
        // INVARIANT: By the call below.
        let dir = Self {
            #[cfg(CONFIG_DEBUG_FS)]
            // SAFETY: The name is a C string. No parent means the root of debugfs.
            dentry: unsafe { bindings::debugfs_create_dir(name.as_char_ptr(), ptr::null_mut()) },
        };
        Ok(Arc::new(dir, GFP_KERNEL)?)
    }
}

#[cfg(CONFIG_DEBUG_FS)]
impl Drop for Dir {
    fn drop(&mut self) {
        // SAFETY: By the type invariant; an error pointer is ignored. The files in it have been removed.
        unsafe { bindings::debugfs_remove(self.dentry) };
    }
}

/// Owner of a file and of its handler.
///
/// Dropping it removes the file and waits for running calls. It must not be leaked (see [`linux`](super)).
///
/// # Invariants
///
/// `file` came from `debugfs_create_file_full()`, is in `_dir`, and has `_handler` as its data.
///
/// # Examples
///
/// ```ignore
/// struct Bell;
///
/// impl FileHandler for Bell {
///     fn write(&self, _from: &mut UserSliceReader, _ctx: &Sleepable) -> Result {
///         pr_info!("ding\n");
///         Ok(())
///     }
/// }
///
/// let dir = Dir::new(ctx, c"demo")?;
/// let bell = File::new(ctx, &dir, c"bell", Ok(Bell))?;
/// ```
pub struct File<T: FileHandler> {
    #[cfg(CONFIG_DEBUG_FS)]
    file: *mut bindings::dentry,
    _dir: Arc<Dir>,
    _handler: Pin<KBox<T>>,
}

// SAFETY: A file may be removed on any thread; the handler is `Send`.
unsafe impl<T: FileHandler> Send for File<T> {}
// SAFETY: There are no `&self` methods; the handler is `Sync`.
unsafe impl<T: FileHandler> Sync for File<T> {}

impl<T: FileHandler> File<T> {
    /// Creates a file in `dir` that root can write, and read if [`FileHandler::IS_READABLE`].
    ///
    /// As usual for debugfs, a failure of debugfs is not an error.
    #[cfg_attr(not(CONFIG_DEBUG_FS), expect(unused_variables))]
    pub fn new(
        _ctx: &Sleepable,
        dir: &Arc<Dir>,
        name: &CStr,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        // INVARIANT: `create()` makes it with these.
        Ok(Self {
            #[cfg(CONFIG_DEBUG_FS)]
            // SAFETY: The handler is pinned, and lives until `drop` has removed the file.
            file: unsafe { Self::create(dir, name, &handler) },
            _dir: dir.clone(),
            _handler: handler,
        })
    }
}

#[cfg(CONFIG_DEBUG_FS)]
impl<T: FileHandler> File<T> {
    /// Root may write, and read if the file is readable.
    const MODE: bindings::umode_t = if T::IS_READABLE { 0o600 } else { 0o200 };

    const FILE_OPERATIONS: &'static bindings::file_operations = if T::IS_READABLE {
        &bindings::file_operations {
            owner: (&raw const bindings::__this_module).cast_mut(),
            open: Some(Self::open),
            read: Some(bindings::seq_read),
            write: Some(Self::write),
            llseek: Some(bindings::seq_lseek),
            release: Some(bindings::single_release),
            ..pin_init::zeroed()
        }
    } else {
        &bindings::file_operations {
            owner: (&raw const bindings::__this_module).cast_mut(),
            open: Some(bindings::simple_open),
            write: Some(Self::write),
            llseek: Some(bindings::noop_llseek),
            ..pin_init::zeroed()
        }
    };

    /// Creates the C file.
    ///
    /// # Safety
    ///
    /// `handler` does not move before the file has been removed.
    unsafe fn create(dir: &Dir, name: &CStr, handler: &T) -> *mut bindings::dentry {
        // SAFETY: debugfs accepts an error pointer as the directory. The file operations are static, and by
        // the safety requirements the data lives as long as the file.
        unsafe {
            bindings::debugfs_create_file_full(
                name.as_char_ptr(),
                Self::MODE,
                dir.dentry,
                ptr::from_ref(handler).cast_mut().cast(),
                ptr::null(),
                Self::FILE_OPERATIONS,
            )
        }
    }

    /// # Safety
    ///
    /// Called by debugfs only, for a file of a `File<T>` that has not been removed.
    unsafe extern "C" fn open(inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: The file is being opened. `show` gets the private data of the inode.
        unsafe { bindings::single_open(file, Some(Self::show), (*inode).i_private) }
    }

    /// # Safety
    ///
    /// Called by `seq_read()` only, for a file that `open` opened, of a `File<T>` that has not been
    /// removed.
    unsafe extern "C" fn show(file: *mut bindings::seq_file, _: *mut c_void) -> c_int {
        // SAFETY: `open` stored the data of the file, a `T`. Removing the file waits for this call, so the
        // data lives until it returns.
        let handler = unsafe { &*(*file).private.cast_const().cast::<T>() };
        // SAFETY: The file is valid, and `seq_read()` holds its lock during this call.
        let to = unsafe { SeqFile::from_raw(file) };
        // SAFETY: read(2) runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        match handler.show(to, &ctx) {
            Ok(()) => 0,
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// Called by debugfs only, for a file of a `File<T>` that has not been removed.
    unsafe extern "C" fn write(
        file: *mut bindings::file,
        from: *const c_char,
        count: usize,
        _position: *mut bindings::loff_t,
    ) -> isize {
        // SAFETY: The inode has the data of the file, a `T`. Removing the file waits for this call, so the
        // data lives until it returns.
        let handler = unsafe { &*(*(*file).f_inode).i_private.cast_const().cast::<T>() };
        // SAFETY: write(2) runs in process context.
        let ctx = unsafe { Sleepable::enter() };
        let mut reader = UserSlice::new(UserPtr::from_ptr(from.cast_mut().cast()), count).reader();
        match handler.write(&mut reader, &ctx) {
            Ok(()) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }
}

impl<T: FileHandler> Drop for File<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant; an error pointer is ignored. This waits for running calls.
        #[cfg(CONFIG_DEBUG_FS)]
        unsafe {
            bindings::debugfs_remove(self.file)
        };
    }
}
