// SPDX-License-Identifier: GPL-2.0

//! What the transmit fifo holds.

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
/// Because the gap goes before, white space takes no room in a fifo of symbols, and a transmission
/// ends with the last mark, whatever white space follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The elements to send.
    pub code: Code,
    /// The space to leave between the character before and this one.
    pub gap: Gap,
}

/// The state between the characters of all writers of one device.
///
/// It belongs to the device and goes with its fifo, under the same lock, as the gap before a character
/// depends on what was put there before, by whichever writer.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    /// White space was written since the last character.
    word_ended: bool,
    /// Identifies the last thing written; a prosign goes on only after its own last letter.
    last: Ticket,
}

/// Names one character or white space written to a device. Wraps after 2^32 of them, by which time no
/// writer's prosign is waiting for so old a one in practice; if it were, two letters would be joined.
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
    /// The state of a device nothing was written to.
    pub const fn new() -> Self {
        Self {
            word_ended: false,
            last: Ticket(0),
        }
    }

    /// Notes white space. Any run of it ends one word.
    pub(crate) fn space(&mut self) {
        self.word_ended = true;
        self.last = self.last.next();
    }

    /// Notes that what was written last is not sent on: neither a prosign nor an accent continues it.
    pub fn interrupt(&mut self) {
        self.last = self.last.next();
    }

    /// Whether nothing was written since what `ticket` names.
    pub(crate) fn is_last(&self, ticket: Ticket) -> bool {
        self.last == ticket
    }

    /// The symbol for `code`, which continues a prosign if its letter before was `joins`. Nothing
    /// changes until it is [`committed`](Spacing::commit).
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

    /// Notes that a symbol was put into the fifo, and names it.
    pub(crate) fn commit(&mut self) -> Ticket {
        self.word_ended = false;
        self.last = self.last.next();
        self.last
    }
}
