// SPDX-License-Identifier: GPL-2.0

//! Numbers of transceivers, which are named `morse`, `morse1`, `morse2`, ...

use kernel::{
    prelude::*,
    str::CString,
    sync::atomic::{
        Atomic,
        Full,
        Relaxed, //
    },
};

/// One bit for each number, which is set while the number is taken.
static TAKEN: Atomic<u64> = Atomic::new(0);

/// A number that no other transceiver has while this exists.
pub(super) struct Number(u32);

impl Number {
    /// Claims the lowest free number. `ENOSPC` if all 64 are taken.
    pub(super) fn claim() -> Result<Self> {
        loop {
            let taken = TAKEN.load(Relaxed);
            let free = taken.trailing_ones();
            let bit = 1_u64.checked_shl(free).ok_or(ENOSPC)?;
            if TAKEN.cmpxchg(taken, taken | bit, Full).is_ok() {
                return Ok(Self(free));
            }
        }
    }

    /// Returns the number, which tracepoints carry.
    pub(super) fn value(&self) -> u32 {
        self.0
    }

    /// Returns the name of the transceiver with this number.
    pub(super) fn name(&self) -> Result<CString> {
        match self.0 {
            0 => CString::try_from_fmt(fmt!("morse")),
            number => CString::try_from_fmt(fmt!("morse{number}")),
        }
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        loop {
            let taken = TAKEN.load(Relaxed);
            if TAKEN.cmpxchg(taken, taken & !(1 << self.0), Full).is_ok() {
                return;
            }
        }
    }
}
