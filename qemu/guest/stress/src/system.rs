// SPDX-License-Identifier: GPL-2.0

//! Raw answers of system calls, and memory for their arguments, valid and invalid.

use std::io;
use std::ptr;

use nix::libc;

/// The result of a system call: a number or an errno.
pub type Answer = Result<usize, i32>;

/// The largest errno that user space may see (`EHWPOISON`); those beyond are the kernel's own.
pub const ERRNO_MAX: i32 = 133;

/// Converts the return value of a function of the C library.
pub fn answer(returned: impl Into<i64>) -> Answer {
    match returned.into() {
        // No caller passes an address from mmap(2), which could be negative.
        count @ 0.. => Ok(count as usize),
        _ => Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
    }
}

/// Pages that may be read and written, followed by inaccessible ones.
pub struct Memory {
    start: usize,
}

/// A piece of memory for a call.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Its address, possibly invalid.
    pub address: usize,
    /// The length passed to the kernel.
    pub len: usize,
    /// The number of accessible bytes at its start, at most `len`.
    pub valid: usize,
}

impl Memory {
    /// The number of accessible bytes.
    pub const LEN: usize = 64 << 10;
    const GUARD: usize = 64 << 10;

    /// Maps the memory. It is never unmapped.
    pub fn map() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: The kernel chooses the place; nothing else is touched.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                Self::LEN + Self::GUARD,
                libc::PROT_READ | libc::PROT_WRITE,
                flags,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: The guard is the second part of the new mapping, and nothing uses it.
        let guarded =
            unsafe { libc::mprotect(start.byte_add(Self::LEN), Self::GUARD, libc::PROT_NONE) };
        match guarded {
            0 => Ok(Memory {
                start: start as usize,
            }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Returns a piece of `len` bytes from the start of the memory.
    pub fn whole(&self, len: usize) -> Piece {
        Piece {
            address: self.start,
            len,
            valid: len.min(Self::LEN),
        }
    }

    /// Returns a piece of `len` bytes, only the first `valid` accessible.
    pub fn cut(&self, len: usize, valid: usize) -> Piece {
        let valid = valid.min(len).min(Self::LEN);
        Piece {
            address: self.start + Self::LEN - valid,
            len,
            valid,
        }
    }

    /// Returns a piece of `len` bytes at an invalid address.
    pub fn nowhere(&self, len: usize, address: usize) -> Piece {
        Piece {
            address,
            len,
            valid: 0,
        }
    }

    /// Returns the address of the inaccessible pages.
    pub fn guard(&self) -> usize {
        self.start + Self::LEN
    }

    /// Returns the accessible bytes of `piece`.
    pub fn bytes(&mut self, piece: Piece) -> &mut [u8] {
        assert!(piece.valid == 0 || piece.address + piece.valid <= self.start + Self::LEN);
        if piece.valid == 0 {
            return &mut [];
        }
        // SAFETY: The piece is within the mapping, as just asserted, which belongs to `self` alone.
        unsafe { std::slice::from_raw_parts_mut(piece.address as *mut u8, piece.valid) }
    }
}
