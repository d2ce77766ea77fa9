// SPDX-License-Identifier: GPL-2.0

//! The text of one received code, as a few bytes of UTF-8.

use core::fmt;

/// Received text: empty, a character, or a prosign in brackets, optionally followed by a space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text {
    bytes: [u8; Text::CAPACITY],
    len: u8,
}

impl Text {
    /// The most bytes a `Text` can hold.
    pub const CAPACITY: usize = 7;

    /// No text.
    pub const EMPTY: Text = Text {
        bytes: [0; Text::CAPACITY],
        len: 0,
    };

    /// One space, the text of a word gap.
    pub const SPACE: Text = Text::from_bytes(b" ");

    /// U+FFFD, the text of a code without a meaning.
    pub const UNKNOWN: Text = Text::from_bmp(0xfffd);

    /// The first [`Text::CAPACITY`] of `bytes`, which are UTF-8.
    pub(crate) const fn from_bytes(bytes: &[u8]) -> Text {
        let mut text = Text::EMPTY;
        let mut rest = bytes;
        while let [first, tail @ ..] = rest {
            text = text.with(*first);
            rest = tail;
        }
        text
    }

    /// The UTF-8 of a character of the basic multilingual plane that is no surrogate.
    pub(crate) const fn from_bmp(character: u16) -> Text {
        const CONTINUATION: u16 = 0x80;
        const SIX_BITS: u16 = 0x3f;

        let low = (CONTINUATION | (character & SIX_BITS)) as u8;
        let middle = (CONTINUATION | ((character >> 6) & SIX_BITS)) as u8;
        if character < 0x80 {
            Text::EMPTY.with(character as u8)
        } else if character < 0x800 {
            Text::EMPTY.with((0xc0 | (character >> 6)) as u8).with(low)
        } else {
            Text::EMPTY
                .with((0xe0 | (character >> 12)) as u8)
                .with(middle)
                .with(low)
        }
    }

    const fn with(mut self, byte: u8) -> Text {
        let at = self.len as usize;
        if at < Text::CAPACITY {
            self.bytes[at] = byte;
            self.len = self.len.saturating_add(1);
        }
        self
    }

    /// The text as UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
    }

    /// Whether there is no text.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
