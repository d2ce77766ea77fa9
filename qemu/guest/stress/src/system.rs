// SPDX-License-Identifier: GPL-2.0

//! System calls with arguments that no library would let through, and memory to point them at.

use std::io;
use std::ptr;

use nix::libc;

/// What the kernel answers: a number, or an errno.
pub type Answer = Result<usize, i32>;

/// The largest errno that user space may see (`EHWPOISON`); those beyond are the kernel's own.
pub const ERRNO_MAX: i32 = 133;

/// Makes an answer of what a function of the C library returned.
pub fn answer(returned: impl Into<i64>) -> Answer {
    match returned.into() {
        // The result of mmap(2) never gets here.
        count @ 0.. => Ok(count as usize),
        _ => Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
    }
}

/// Pages that may be read and written, followed by one that may not.
pub struct Memory {
    start: usize,
}

/// A piece of memory for a call.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Its address, which may be anything.
    pub address: usize,
    /// How long the kernel is told it is.
    pub len: usize,
    /// How many bytes from its start are there. Never more than `len`.
    pub valid: usize,
}

impl Memory {
    /// How many bytes may be read and written.
    pub const LEN: usize = 64 << 10;
    const GUARD: usize = 64 << 10;

    /// Maps it. It is never unmapped.
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
        // SAFETY: The guard is the second part of what was just mapped, and nobody uses it.
        let guarded =
            unsafe { libc::mprotect(start.byte_add(Self::LEN), Self::GUARD, libc::PROT_NONE) };
        match guarded {
            0 => Ok(Memory {
                start: start as usize,
            }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// The first `len` bytes, as far as there are so many.
    pub fn whole(&self, len: usize) -> Piece {
        Piece {
            address: self.start,
            len,
            valid: len.min(Self::LEN),
        }
    }

    /// `len` bytes of which only the first `valid` are there.
    pub fn cut(&self, len: usize, valid: usize) -> Piece {
        let valid = valid.min(len).min(Self::LEN);
        Piece {
            address: self.start + Self::LEN - valid,
            len,
            valid,
        }
    }

    /// `len` bytes at an address where nothing is.
    pub fn nowhere(&self, len: usize, address: usize) -> Piece {
        Piece {
            address,
            len,
            valid: 0,
        }
    }

    /// The page that may not be touched.
    pub fn guard(&self) -> usize {
        self.start + Self::LEN
    }

    /// What is in `piece`.
    pub fn bytes(&mut self, piece: Piece) -> &mut [u8] {
        assert!(piece.valid == 0 || piece.address + piece.valid <= self.start + Self::LEN);
        if piece.valid == 0 {
            return &mut [];
        }
        // SAFETY: The piece is within the mapping, as just asserted, which belongs to `self` alone.
        unsafe { std::slice::from_raw_parts_mut(piece.address as *mut u8, piece.valid) }
    }
}
