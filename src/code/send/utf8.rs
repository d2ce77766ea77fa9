// SPDX-License-Identifier: GPL-2.0

//! Decoding of UTF-8, one byte at a time.

/// The state of the decoder, within one character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Utf8 {
    /// The bits of the character received so far.
    bits: u32,
    /// The number of bytes received.
    held: u8,
    /// The number of bytes still to come.
    missing: u8,
    /// The range of the next byte. After some first bytes it is narrower than that of continuation bytes,
    /// which excludes overlong forms, surrogates and values above U+10FFFF (The Unicode Standard, chapter
    /// 3, table 3-7).
    next_min: u8,
    next_max: u8,
}

const CONTINUATION_MIN: u8 = 0x80;
const CONTINUATION_MAX: u8 = 0xbf;

/// The result of one byte.
pub(crate) enum Progress {
    /// More bytes are needed.
    Incomplete,
    /// The character is complete.
    Whole(char),
    /// The byte is not valid at this position.
    Malformed,
}

impl Utf8 {
    pub(crate) const fn new() -> Self {
        Self {
            bits: 0,
            held: 0,
            missing: 0,
            next_min: CONTINUATION_MIN,
            next_max: CONTINUATION_MAX,
        }
    }

    /// The number of bytes of the incomplete character.
    pub(crate) const fn held(&self) -> usize {
        self.held as usize
    }

    /// Whether there is no incomplete character.
    pub(crate) const fn is_whole(&self) -> bool {
        self.held == 0
    }

    pub(crate) fn push(&mut self, byte: u8) -> Progress {
        if self.is_whole() {
            return self.first(byte);
        }
        if byte < self.next_min || byte > self.next_max {
            return Progress::Malformed;
        }
        self.bits = (self.bits << 6) | u32::from(byte & 0x3f);
        self.held = self.held.saturating_add(1);
        self.missing = self.missing.saturating_sub(1);
        self.next_min = CONTINUATION_MIN;
        self.next_max = CONTINUATION_MAX;
        if self.missing > 0 {
            return Progress::Incomplete;
        }
        let bits = self.bits;
        *self = Self::new();
        // The range of the second byte admits only valid characters.
        char::from_u32(bits).map_or(Progress::Malformed, Progress::Whole)
    }

    fn first(&mut self, byte: u8) -> Progress {
        let (missing, bits) = match byte {
            0x00..=0x7f => return Progress::Whole(char::from(byte)),
            0xc2..=0xdf => (1, byte & 0x1f),
            0xe0..=0xef => (2, byte & 0x0f),
            0xf0..=0xf4 => (3, byte & 0x07),
            _ => return Progress::Malformed,
        };
        let (next_min, next_max) = match byte {
            0xe0 => (0xa0, CONTINUATION_MAX),
            0xed => (CONTINUATION_MIN, 0x9f),
            0xf0 => (0x90, CONTINUATION_MAX),
            0xf4 => (CONTINUATION_MIN, 0x8f),
            _ => (CONTINUATION_MIN, CONTINUATION_MAX),
        };
        *self = Self {
            bits: u32::from(bits),
            held: 1,
            missing,
            next_min,
            next_max,
        };
        Progress::Incomplete
    }
}
