// SPDX-License-Identifier: GPL-2.0

//! The write path: turns bytes of UTF-8 into [`Symbol`]s.
//!
//! A [`Parser`] belongs to an open file. It keeps the unfinished input between writes: an incomplete
//! character, and an open prosign. A [`Writing`] is one call of write(2), and determines its result:
//!
//! - The bytes before a character that cannot be sent are taken and counted. The next write begins with that
//!   character, and fails. The bytes of a character that is incomplete at the end of a write are taken and
//!   counted, too.
//! - White space of any length ends a word. The byte order mark and NUL count as white space, as they occur
//!   in text files.
//! - A combining accent belongs to the letter before it, which may be from an earlier write: both are sent as
//!   the composed letter. The letter does not wait for an accent, see [`Sink::amend`]. An accent without a
//!   letter is an error, as is an accent that makes a letter without a code.
//! - `<` opens a prosign, `>` closes it. Between them are letters and figures, at least one, which are sent
//!   one unit apart. Any other character there is an error, white space included, as is a `>` without `<`.
//! - An error resets the parser: no prosign is open, and no character is incomplete.
//!
//! If a file is closed within a prosign, its letters so far have been sent as one sign. The bytes of an
//! incomplete character are dropped.

use super::utf8::{
    Progress,
    Utf8, //
};
use crate::code::alphabet;
use crate::code::element::Code;
use crate::code::symbol::{
    Spacing,
    Symbol,
    Ticket, //
};

/// The reason why a character was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Morse has no code for the character, or it is not valid at this position. `EINVAL`.
    Unencodable,
    /// The bytes are not UTF-8. `EILSEQ`.
    Malformed,
}

/// The destination of symbols: the fifo of a device.
pub trait Sink {
    /// Appends `symbol`. Returns `false` if there is no room.
    fn push(&mut self, symbol: Symbol) -> bool;

    /// Changes the code of the letter that was pushed last from `from` to `to`, as an accent followed it.
    ///
    /// A letter that is being sent can continue as `to` if that begins with `from`
    /// ([`Code::strip_start`]); otherwise it is not changed.
    fn amend(&mut self, from: Code, to: Code);
}

/// A closure as a [`Sink`], which does not change symbols later.
struct Push<F>(F);

impl<F: FnMut(Symbol) -> bool> Sink for Push<F> {
    fn push(&mut self, symbol: Symbol) -> bool {
        self.0(symbol)
    }

    fn amend(&mut self, _from: Code, _to: Code) {}
}

/// The last character written, unless it was white space or a bracket.
#[derive(Clone, Copy, Debug)]
struct Last {
    character: char,
    ticket: Ticket,
}

/// The unfinished input of an open file.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    utf8: Utf8,
    /// Set from `<` to `>`.
    in_prosign: bool,
    /// `None` at the beginning of a prosign or a word.
    last: Option<Last>,
}

/// The result of [`Writing::feed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// All bytes were taken.
    All,
    /// This number of bytes was taken; the fifo had no room for the next character. The rest may be fed
    /// again when it has.
    Full(usize),
    /// A character was rejected, which ends the write; see [`Writing::finish`].
    Refused,
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// The parser of a newly opened file.
    pub const fn new() -> Self {
        Self {
            utf8: Utf8::new(),
            in_prosign: false,
            last: None,
        }
    }

    /// Begins one call of write(2).
    pub fn write(&mut self) -> Writing<'_> {
        Writing {
            parser: self,
            taken: 0,
            error: None,
        }
    }

    /// Handles one character.
    fn character(
        &mut self,
        character: char,
        spacing: &mut Spacing,
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        match character {
            '<' if !self.in_prosign => self.set_in_prosign(true),
            '>' if self.in_prosign && self.last.is_some() => self.set_in_prosign(false),
            '<' | '>' => return Err(Stop::Refused(Error::Unencodable)),
            _ if is_white_space(character) && !self.in_prosign => {
                spacing.space();
                self.last = None;
            }
            _ => match alphabet::encode(character) {
                Some(_) if self.in_prosign && !alphabet::is_letter_or_figure(character) => {
                    return Err(Stop::Refused(Error::Unencodable));
                }
                Some(code) => self.send(character, code, spacing, sink)?,
                None => self.amend(character, spacing, sink)?,
            },
        }
        Ok(())
    }

    fn set_in_prosign(&mut self, in_prosign: bool) {
        self.in_prosign = in_prosign;
        self.last = None;
    }

    fn send(
        &mut self,
        character: char,
        code: Code,
        spacing: &mut Spacing,
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        let last = self.last.filter(|_| self.in_prosign);
        if !sink.push(spacing.symbol(code, last.map(|last| last.ticket))) {
            return Err(Stop::Full);
        }
        let ticket = spacing.commit();
        self.last = Some(Last { character, ticket });
        Ok(())
    }

    /// Handles a character without a code: an accent, or a character that cannot be sent.
    fn amend(&mut self, accent: char, spacing: &Spacing, sink: &mut dyn Sink) -> Result<(), Stop> {
        let refused = Stop::Refused(Error::Unencodable);
        let Some(last) = &mut self.last else {
            return Err(refused);
        };
        let from = alphabet::encode(last.character);
        let to = alphabet::encode_accented(last.character, accent);
        let (Some(from), Some(to)) = (from, to) else {
            return Err(refused);
        };
        // No letter takes two accents.
        last.character = accent;
        if spacing.is_last(last.ticket) {
            sink.amend(from, to);
        }
        Ok(())
    }
}

/// Unicode's property `White_Space`, NUL and the byte order mark.
///
/// `char::is_whitespace()` would need tables of `core` that a kernel may not export.
const fn is_white_space(character: char) -> bool {
    matches!(
        character,
        '\0'
            | '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
            | '\u{feff}'
    )
}

/// The reason why a byte was not taken.
enum Stop {
    Full,
    Refused(Error),
}

/// One call of write(2).
///
/// [`feed`](Writing::feed) takes its bytes in any number of pieces, then [`finish`](Writing::finish) ends it.
#[derive(Debug)]
#[must_use = "finish() says what write(2) returns"]
pub struct Writing<'a> {
    parser: &'a mut Parser,
    /// The number of bytes taken so far.
    taken: usize,
    error: Option<Error>,
}

impl Writing<'_> {
    /// Takes as many of `bytes` as possible, with a closure as the sink: letters do not get the accents that
    /// follow them.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        spacing: &mut Spacing,
        push: impl FnMut(Symbol) -> bool,
    ) -> Fed {
        self.feed_to(bytes, spacing, &mut Push(push))
    }

    /// Takes as many of `bytes` as possible.
    ///
    /// `sink` and `spacing` belong to the device; the caller holds its lock. `sink` is called at most once for
    /// each byte.
    ///
    /// After a rejected character, it takes no more bytes.
    pub fn feed_to(&mut self, bytes: &[u8], spacing: &mut Spacing, sink: &mut dyn Sink) -> Fed {
        if self.error.is_some() {
            return Fed::Refused;
        }
        let mut taken = 0_usize;
        let began = self.parser.utf8;
        for &byte in bytes {
            match self.byte(byte, spacing, sink) {
                Ok(()) => taken += 1,
                Err(Stop::Full) => {
                    // The write stops before the character that did not fit, not within it.
                    let held = self.parser.utf8.held();
                    (taken, self.parser.utf8) = match taken.checked_sub(held) {
                        Some(whole) => (whole, Utf8::new()),
                        None => (0, began),
                    };
                    self.taken = self.taken.saturating_add(taken);
                    return Fed::Full(taken);
                }
                Err(Stop::Refused(error)) => {
                    self.taken = self.taken.saturating_add(taken);
                    self.error = Some(error);
                    return Fed::Refused;
                }
            }
        }
        self.taken = self.taken.saturating_add(taken);
        Fed::All
    }

    /// Takes one byte, or leaves the parser as it was.
    fn byte(&mut self, byte: u8, spacing: &mut Spacing, sink: &mut dyn Sink) -> Result<(), Stop> {
        // Most characters are a byte.
        let character = if self.parser.utf8.is_whole() && byte.is_ascii() {
            char::from(byte)
        } else {
            let mut utf8 = self.parser.utf8;
            match utf8.push(byte) {
                Progress::Incomplete => {
                    self.parser.utf8 = utf8;
                    return Ok(());
                }
                Progress::Whole(character) => character,
                Progress::Malformed => return Err(Stop::Refused(Error::Malformed)),
            }
        };
        self.parser.character(character, spacing, sink)?;
        self.parser.utf8 = Utf8::new();
        Ok(())
    }

    /// Returns the number of bytes taken so far.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Ends the write. Returns the number of bytes taken, which may be fewer than were fed, or the error if
    /// the first character was rejected.
    ///
    /// Zero bytes without an error mean that the fifo was full from the start.
    pub fn finish(self) -> Result<usize, Error> {
        let Some(error) = self.error else {
            return Ok(self.taken);
        };
        // The rejected character may have begun in this write or in an earlier one.
        match self.taken.checked_sub(self.parser.utf8.held()) {
            None | Some(0) => {
                *self.parser = Parser::new();
                Err(error)
            }
            Some(before) => {
                self.parser.utf8 = Utf8::new();
                Ok(before)
            }
        }
    }
}
