// SPDX-License-Identifier: GPL-2.0

//! A page of memory whose first access blocks until it is released: userfaultfd(2).
//!
//! It makes a copy to or from user space take as long as a test wants.

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc;
use nix::sys::mman::{mmap_anonymous, MapFlags, ProtFlags};

use crate::Result;

/// `UFFD_API` and the ioctls of `include/uapi/linux/userfaultfd.h`, and the structures that they take.
mod uapi {
    pub const API: u64 = 0xaa;
    pub const REGISTER_MODE_MISSING: u64 = 1;

    #[repr(C)]
    pub struct Api {
        pub api: u64,
        pub features: u64,
        pub ioctls: u64,
    }

    #[repr(C)]
    pub struct Range {
        pub start: u64,
        pub len: u64,
    }

    #[repr(C)]
    pub struct Register {
        pub range: Range,
        pub mode: u64,
        pub ioctls: u64,
    }

    #[repr(C)]
    pub struct Zeropage {
        pub range: Range,
        pub mode: u64,
        pub zeropage: i64,
    }

    nix::ioctl_readwrite!(api, 0xaa, 0x3f, Api);
    nix::ioctl_readwrite!(register, 0xaa, 0x00, Register);
    nix::ioctl_readwrite!(zeropage, 0xaa, 0x04, Zeropage);
}

/// A page that is not there until [`Page::release`]. It is never unmapped.
pub struct Page {
    faults: File,
    start: NonNull<u8>,
}

// SAFETY: The page is used through its address by system calls only.
unsafe impl Send for Page {}
// SAFETY: As above.
unsafe impl Sync for Page {}

impl Page {
    /// At least the page size of any kernel here, and a multiple of it.
    pub const BYTES: usize = 65536;

    /// Maps a page; `None` if the kernel has no userfaultfd.
    pub fn new() -> Result<Option<Self>> {
        // SAFETY: It takes flags only.
        let fd = unsafe { libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC) };
        let fd = match Errno::result(fd) {
            Err(Errno::ENOSYS) => return Ok(None),
            fd => i32::try_from(fd?)?,
        };
        // SAFETY: The descriptor is new, and nothing else owns it.
        let faults = unsafe { File::from_raw_fd(fd) };
        let length = Self::BYTES.try_into()?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: A new mapping, at no given address.
        let start = unsafe { mmap_anonymous(None, length, protection, MapFlags::MAP_PRIVATE) }?;
        let page = Page {
            faults,
            start: start.cast(),
        };
        let mut api = uapi::Api {
            api: uapi::API,
            features: 0,
            ioctls: 0,
        };
        let mut register = uapi::Register {
            range: page.range(),
            mode: uapi::REGISTER_MODE_MISSING,
            ioctls: 0,
        };
        // SAFETY: Each takes its structure, and the range is that of the page.
        unsafe {
            uapi::api(page.faults.as_raw_fd(), &mut api)?;
            uapi::register(page.faults.as_raw_fd(), &mut register)?;
        }
        Ok(Some(page))
    }

    fn range(&self) -> uapi::Range {
        uapi::Range {
            start: self.start.as_ptr() as u64,
            len: Self::BYTES as u64,
        }
    }

    /// One read(2) of `file` into the page.
    pub fn read_from(&self, file: &File) -> nix::Result<usize> {
        // SAFETY: The page is mapped and writable, and there is no reference to it.
        let count =
            unsafe { libc::read(file.as_raw_fd(), self.start.as_ptr().cast(), Self::BYTES) };
        Errno::result(count).map(|count| count as usize)
    }

    /// One write(2) of the page, whose bytes are 0 once it is released, to `file`.
    pub fn write_to(&self, file: &File) -> nix::Result<usize> {
        // SAFETY: The page is mapped and readable.
        let count =
            unsafe { libc::write(file.as_raw_fd(), self.start.as_ptr().cast(), Self::BYTES) };
        Errno::result(count).map(|count| count as usize)
    }

    /// One writev(2) of `text` and then the page to `file`.
    pub fn write_after(&self, text: &[u8], file: &File) -> nix::Result<usize> {
        let slices = [
            (text.as_ptr().cast_mut(), text.len()),
            (self.start.as_ptr(), Self::BYTES),
        ]
        .map(|(start, length)| libc::iovec {
            iov_base: start.cast(),
            iov_len: length,
        });
        // SAFETY: The text and the page are mapped and readable.
        let count = unsafe { libc::writev(file.as_raw_fd(), slices.as_ptr(), 2) };
        Errno::result(count).map(|count| count as usize)
    }

    /// Fills the page with zeros, and wakes the tasks that wait for it.
    pub fn release(&self) -> Result {
        let mut zeropage = uapi::Zeropage {
            range: self.range(),
            mode: 0,
            zeropage: 0,
        };
        // SAFETY: The structure is the one that it takes, and the range is that of the page.
        unsafe { uapi::zeropage(self.faults.as_raw_fd(), &mut zeropage) }?;
        Ok(())
    }
}
