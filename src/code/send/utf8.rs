// SPDX-License-Identifier: GPL-2.0

//! Decoding of UTF-8, one byte at a time.

/// The state of the decoder, within one character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Utf8 {
    /// The bytes of the incomplete character, at the front.
    bytes: [u8; 4],
    /// The number of these.
    held: u8,
}

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
            bytes: [0; 4],
            held: 0,
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

    /// Takes a byte. If it completes a character or is malformed, the caller begins with a new decoder.
    pub(crate) fn push(&mut self, byte: u8) -> Progress {
        let held = self.held();
        if let Some(next) = self.bytes.get_mut(held) {
            *next = byte;
        }
        let bytes = self.bytes.get(..=held).unwrap_or_default();
        match core::str::from_utf8(bytes).map(|text| text.chars().next()) {
            Ok(Some(character)) => Progress::Whole(character),
            Err(error) if error.error_len().is_none() => {
                self.held = self.held.saturating_add(1);
                Progress::Incomplete
            }
            _ => Progress::Malformed,
        }
    }
}
