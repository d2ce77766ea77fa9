// SPDX-License-Identifier: GPL-2.0

//! The unfinished calls of an open file that sends.

use crate::code::Parser;
use kernel::{
    new_mutex,
    prelude::*,
    sync::Mutex,
    task::Pid, //
};

/// The most interrupted calls of fsync(2) that are kept.
const INTERRUPTED_MAX: usize = 4;

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct Writer {
    /// The unfinished input of this file: sequences may be split over writes.
    #[pin]
    pub(super) parser: Mutex<Parser>,
    /// The tasks and the target positions of the last calls of fsync(2) that a signal interrupted, the
    /// last one first.
    #[pin]
    interrupted: Mutex<[Option<(Pid, u64)>; INTERRUPTED_MAX]>,
}

impl Writer {
    /// The writer of a newly opened file.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            parser <- new_mutex!(Parser::new(), "Writer::parser"),
            interrupted <- new_mutex!([None; INTERRUPTED_MAX], "Writer::interrupted"),
        })
    }

    /// Keeps the target of a call of fsync(2) that was interrupted, for the next call of the task.
    pub(super) fn keep_interrupted(&self, task: Pid, end: u64) {
        let mut calls = self.interrupted.lock();
        calls.rotate_right(1);
        if let Some(first) = calls.first_mut() {
            *first = Some((task, end));
        }
    }

    /// Takes the target of the task's interrupted call, if it is kept.
    pub(super) fn take_interrupted(&self, task: Pid) -> Option<u64> {
        let mut calls = self.interrupted.lock();
        calls
            .iter_mut()
            .find_map(|call| call.take_if(|(of, _)| *of == task))
            .map(|(_, end)| end)
    }

    /// Forgets all targets, as more text is written.
    pub(super) fn forget_interrupted(&self) {
        *self.interrupted.lock() = [None; INTERRUPTED_MAX];
    }
}
