// SPDX-License-Identifier: GPL-2.0

//! The symbols of the transmit fifo, and the gaps between them.

use super::element::Code;

/// The gap between a character and the one sent before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// One unit: both belong to one prosign.
    Joined,
    /// Three units: the next letter of a word.
    Letter,
    /// Seven units: the first letter of a word.
    Word,
}

/// A character to send: its code, and the gap before it.
///
/// The gap precedes the character, so white space takes no room in a fifo of symbols, and a transmission
/// ends with its last mark even if white space follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The elements to send.
    pub code: Code,
    /// The space to leave between the character before and this one.
    pub gap: Gap,
}

/// The state between characters, shared by all writers of a device.
///
/// The gap before a character depends on the previous character in the fifo, which another writer may have
/// put there. So this state belongs to the fifo, and is protected by the same lock.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    /// White space was written since the last character.
    word_ended: bool,
    /// The last character or white space written. A prosign continues only after its own last letter.
    last: Ticket,
}

/// Identifies one character or white space written to a device.
///
/// It wraps after 2^32 of them. If a prosign stayed open for exactly that long, its next letter would be
/// joined to a letter of another writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u32);

impl Ticket {
    const fn next(self) -> Ticket {
        Ticket(self.0.wrapping_add(1))
    }
}

impl Default for Spacing {
    fn default() -> Self {
        Self::new()
    }
}

impl Spacing {
    /// The state before the first write.
    pub const fn new() -> Self {
        Self {
            word_ended: false,
            last: Ticket(0),
        }
    }

    /// Records white space, which ends the word.
    pub(crate) fn space(&mut self) {
        self.word_ended = true;
        self.last = self.last.next();
    }

    /// Records that the last character was aborted: neither a prosign nor an accent continues it.
    pub fn interrupt(&mut self) {
        self.last = self.last.next();
    }

    /// Whether nothing was written since the character with `ticket`.
    pub(crate) fn is_last(&self, ticket: Ticket) -> bool {
        self.last == ticket
    }

    /// The symbol for `code`, which continues a prosign whose previous letter is `joins`. The state changes
    /// only with [`Spacing::commit`].
    pub(crate) fn symbol(&self, code: Code, joins: Option<Ticket>) -> Symbol {
        let gap = if self.word_ended {
            Gap::Word
        } else if joins.is_some_and(|ticket| self.is_last(ticket)) {
            Gap::Joined
        } else {
            Gap::Letter
        };
        Symbol { code, gap }
    }

    /// Records that a symbol was put into the fifo, and returns its ticket.
    pub(crate) fn commit(&mut self) -> Ticket {
        self.word_ended = false;
        self.last = self.last.next();
        self.last
    }
}
