// SPDX-License-Identifier: GPL-2.0

//! A file in debugfs that is written to.
//!
//! Not `kernel::debugfs`: its file operations have no owner, so a module can be unloaded while such a
//! file is open, and closing it then is an oops. Here an open file keeps the module, as it should.
//! Its data it does not keep: once the [`Control`] is dropped, writing fails with `EIO`.
//!
//! C header: [`include/linux/debugfs.h`](srctree/include/linux/debugfs.h)

use super::context::{Context, Sleepable};
use core::{pin::Pin, ptr};
use kernel::{
    bindings,
    prelude::*,
    uaccess::{UserPtr, UserSlice, UserSliceReader},
};

/// What is done with what is written.
pub trait Handler: Send + Sync + 'static {
    /// Takes one write(2). Writes may come at the same time.
    fn write(&self, from: &mut UserSliceReader, ctx: &Sleepable) -> Result;
}

/// Owner of a directory with one file, and of the file's handler. Dropping it waits for writes that are
/// under way.
///
/// # Invariants
///
/// `directory` came from `debugfs_create_dir()`, and its file has `handler` as its data.
///
/// # Examples
///
/// ```ignore
/// let control = Control::new(c"morse", c"key", Ok(button))?;
/// ```
pub struct Control<T: Handler> {
    #[cfg(CONFIG_DEBUG_FS)]
    directory: *mut bindings::dentry,
    _handler: Pin<KBox<T>>,
}

// SAFETY: A directory may be removed on any thread; the handler is `Send`.
unsafe impl<T: Handler> Send for Control<T> {}
// SAFETY: There are no methods; the handler is `Sync`.
unsafe impl<T: Handler> Sync for Control<T> {}

impl<T: Handler> Control<T> {
    /// Makes `directory/file` appear, for root to write to.
    ///
    /// As usual with debugfs, it is no error if that is not possible.
    #[cfg_attr(not(CONFIG_DEBUG_FS), expect(unused_variables))]
    pub fn new(directory: &CStr, file: &CStr, handler: impl PinInit<T, Error>) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        // INVARIANT: Made just so.
        Ok(Self {
            #[cfg(CONFIG_DEBUG_FS)]
            // SAFETY: The handler is pinned, and lives until `drop` has removed the file.
            directory: unsafe { Self::create(directory, file, &handler) },
            _handler: handler,
        })
    }
}

#[cfg(CONFIG_DEBUG_FS)]
impl<T: Handler> Control<T> {
    /// Root may write.
    const MODE_WRITE: bindings::umode_t = 0o200;

    const FILE_OPERATIONS: &'static bindings::file_operations = &bindings::file_operations {
        owner: (&raw const bindings::__this_module).cast_mut(),
        open: Some(bindings::simple_open),
        write: Some(Self::write),
        llseek: Some(bindings::noop_llseek),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// `handler` stays where it is until the directory has been removed.
    unsafe fn create(directory: &CStr, file: &CStr, handler: &T) -> *mut bindings::dentry {
        // SAFETY: The name is a C string. No parent means the root of debugfs.
        let directory =
            unsafe { bindings::debugfs_create_dir(directory.as_char_ptr(), ptr::null_mut()) };
        // SAFETY: The directory may be an error, which is taken note of. The file operations are static,
        // and by the safety requirements the data lives as long as the file.
        unsafe {
            bindings::debugfs_create_file_full(
                file.as_char_ptr(),
                Self::MODE_WRITE,
                directory,
                ptr::from_ref(handler).cast_mut().cast(),
                ptr::null(),
                Self::FILE_OPERATIONS,
            )
        };
        directory
    }

    /// # Safety
    ///
    /// Called by debugfs only, for a file of a `Control<T>` that has not been removed.
    unsafe extern "C" fn write(
        file: *mut bindings::file,
        from: *const c_char,
        count: usize,
        _position: *mut bindings::loff_t,
    ) -> isize {
        // SAFETY: `simple_open()` stored the data of the file, a `T`. debugfs removes a file only when no
        // write is under way, so that it lives during this call.
        let handler = unsafe { &*(*file).private_data.cast_const().cast::<T>() };
        // SAFETY: write(2) is process context.
        let ctx = unsafe { Sleepable::enter() };
        let mut reader = UserSlice::new(UserPtr::from_ptr(from.cast_mut().cast()), count).reader();
        match handler.write(&mut reader, &ctx) {
            Ok(()) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }
}

#[cfg(CONFIG_DEBUG_FS)]
impl<T: Handler> Drop for Control<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant; errors are ignored. This removes the file as well, and waits for
        // writes that are under way.
        unsafe { bindings::debugfs_remove(self.directory) };
    }
}
