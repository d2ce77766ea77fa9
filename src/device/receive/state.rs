// SPDX-License-Identifier: GPL-2.0

//! The state of the buffer: the streams of text and of pulses, and the place of an open file in them.

use crate::device::stream::{
    Cursor,
    Stream, //
};
use crate::linux::uapi;
use kernel::prelude::*;

/// The capacity for text in bytes: more than half an hour at 20 WPM.
const TEXT_BYTES: usize = 4096;
/// The capacity for pulses.
const PULSES: usize = 2048;

/// See the [module documentation](self).
pub(super) struct BufferState {
    pub(super) text: Stream<u8>,
    pub(super) pulses: Stream<uapi::Pulse>,
    /// The number of items that readers lost, all together.
    pub(super) lost: u64,
    /// The number of open files that read pulses.
    pub(super) pulse_files: usize,
    /// Set when the hardware is removed.
    pub(super) gone: bool,
}

/// The stream that a reader reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Text,
    /// Pulses, as `struct morse_pulse`.
    Pulses,
}

/// The position of an open file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The stream that the file reads.
    pub(super) mode: Mode,
    pub(super) cursor: Cursor,
}

impl BufferState {
    /// Empty streams.
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            text: Stream::new(TEXT_BYTES, 0)?,
            pulses: Stream::new(PULSES, uapi::Pulse::default())?,
            lost: 0,
            pulse_files: 0,
            gone: false,
        })
    }

    /// Returns the position after the last item of a stream.
    pub(super) fn end(&self, mode: Mode) -> u64 {
        match mode {
            Mode::Text => self.text.end(),
            Mode::Pulses => self.pulses.end(),
        }
    }

    /// Returns the place of a file that reads what is received from now on.
    pub(super) fn start(&self, mode: Mode) -> Place {
        let cursor = Cursor {
            position: self.end(mode),
            lost: 0,
        };
        Place { mode, cursor }
    }

    /// Moves `place` to the oldest item if its item was overwritten; in text, to the beginning of a
    /// character.
    pub(super) fn catch_up(&mut self, place: &mut Place) {
        let Place { mode, cursor } = place;
        let lost = match mode {
            Mode::Text => self.text.catch_up(cursor),
            Mode::Pulses => self.pulses.catch_up(cursor),
        };
        self.lost += lost;
        if lost == 0 || *mode == Mode::Pulses {
            return;
        }
        while self
            .text
            .get(cursor.position)
            .is_some_and(continues_character)
        {
            cursor.position += 1;
            cursor.lost += 1;
            self.lost += 1;
        }
    }
}

/// Whether `byte` is a continuation byte of UTF-8.
fn continues_character(byte: u8) -> bool {
    /// The upper two bits, and their value in a continuation byte.
    const MASK: u8 = 0b1100_0000;
    const CONTINUATION: u8 = 0b1000_0000;

    byte & MASK == CONTINUATION
}
