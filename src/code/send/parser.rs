// SPDX-License-Identifier: GPL-2.0

//! The write path: bytes of UTF-8 in, [`Symbol`]s out.
//!
//! A [`Parser`] belongs to an open file. It remembers what a write left unfinished: a character whose
//! bytes are not all there, and an open prosign. A [`Writing`] is one call of write(2) on it, and
//! says in the end what that call returns:
//!
//! - What comes before a character that cannot be sent is taken and counted, so a later write begins
//!   with that character; this one gets the error. Bytes of a character that are still incomplete
//!   at the end of a write are taken and counted too.
//! - White space, any run of it, ends a word. The byte order mark and NUL count as such: they are in
//!   text that comes from files.
//! - A combining accent belongs to the letter before it, also if that came with an earlier write: both
//!   are sent as the composed letter. The letter does not wait for it in the fifo, see
//!   [`Sink::amend`]. An accent without a letter before it, or that makes a letter without a code
//!   of its own, is an error, as the composed letter is.
//! - `<` opens a prosign, `>` closes it. Between them stand letters and figures, at least one, which
//!   are sent one unit apart. Everything else there, white space included, is an error, as is a `>`
//!   without its `<`.
//! - After an error the parser is as new: no prosign is open and no character begun.
//!
//! A file that is closed in the middle of a prosign has sent the letters there were, run together; the
//! prosign just ends. Bytes of a character that was never completed are forgotten.

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

/// Why a character was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Morse has no code for the character, or it may not stand where it does. `EINVAL`.
    Unencodable,
    /// The bytes are not UTF-8. `EILSEQ`.
    Malformed,
}

/// What takes symbols: the fifo of a device.
pub trait Sink {
    /// Adds `symbol`, and returns whether there was room.
    fn push(&mut self, symbol: Symbol) -> bool;

    /// An accent has come for the letter that was pushed last: its code is not `from` but `to`.
    ///
    /// If it is being sent already it can go on as `to` if that begins with `from`
    /// ([`Code::strip_start`]); otherwise it stays as it is.
    fn amend(&mut self, from: Code, to: Code);
}

/// A closure that takes symbols, and cannot change them later.
struct Push<F>(F);

impl<F: FnMut(Symbol) -> bool> Sink for Push<F> {
    fn push(&mut self, symbol: Symbol) -> bool {
        self.0(symbol)
    }

    fn amend(&mut self, _from: Code, _to: Code) {}
}

/// The character that was written last, if it is a letter or the like.
#[derive(Clone, Copy, Debug)]
struct Last {
    character: char,
    ticket: Ticket,
}

/// What one open file has left unfinished.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    utf8: Utf8,
    /// Behind `<`.
    in_prosign: bool,
    /// `None` at the beginning of a prosign or a word.
    last: Option<Last>,
}

/// Why [`Writing::feed`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// All of the bytes were taken.
    All,
    /// So many of the bytes were taken; then came a character that the fifo had no room for. The rest
    /// may be fed again when there is some.
    Full(usize),
    /// A character was refused. The write is over; see [`Writing::finish`].
    Refused,
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// The parser of a file just opened.
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

    /// Acts on one whole character.
    fn character(
        &mut self,
        character: char,
        spacing: &mut Spacing,
        sink: &mut impl Sink,
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
        sink: &mut impl Sink,
    ) -> Result<(), Stop> {
        let last = self.last.filter(|_| self.in_prosign);
        if !sink.push(spacing.symbol(code, last.map(|last| last.ticket))) {
            return Err(Stop::Full);
        }
        let ticket = spacing.commit();
        self.last = Some(Last { character, ticket });
        Ok(())
    }

    /// Acts on a character without a code of its own: an accent, or nothing that can be sent.
    fn amend(&mut self, accent: char, spacing: &Spacing, sink: &mut impl Sink) -> Result<(), Stop> {
        let refused = Stop::Refused(Error::Unencodable);
        let Some(last) = &mut self.last else {
            return Err(refused);
        };
        let from = alphabet::encode(last.character);
        let to = alphabet::encode_accented(last.character, accent);
        let (Some(from), Some(to)) = (from, to) else {
            return Err(refused);
        };
        // No letter takes two.
        last.character = accent;
        if spacing.is_last(last.ticket) {
            sink.amend(from, to);
        }
        Ok(())
    }
}

/// Unicode's property `White_Space`, NUL and the byte order mark.
///
/// Written out, because `char::is_whitespace` would need tables of `core` that a kernel need not export.
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

/// Why a byte was not taken.
enum Stop {
    Full,
    Refused(Error),
}

/// One call of write(2).
///
/// Its bytes may come in any number of pieces, with waits between: [`feed`](Writing::feed) them one
/// after the other, then [`finish`](Writing::finish).
#[derive(Debug)]
#[must_use = "finish() says what write(2) returns"]
pub struct Writing<'a> {
    parser: &'a mut Parser,
    /// Bytes of this write that were taken.
    taken: usize,
    error: Option<Error>,
}

impl Writing<'_> {
    /// Takes `bytes` as far as possible, with a closure as the sink: letters stay without the accents that
    /// come behind them.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        spacing: &mut Spacing,
        push: impl FnMut(Symbol) -> bool,
    ) -> Fed {
        self.feed_to(bytes, spacing, &mut Push(push))
    }

    /// Takes `bytes` as far as possible.
    ///
    /// `sink` and `spacing` belong to the device: hold its lock around this call. `sink` is called at
    /// most once for each byte.
    ///
    /// A write that was refused takes nothing more.
    pub fn feed_to(&mut self, bytes: &[u8], spacing: &mut Spacing, sink: &mut impl Sink) -> Fed {
        if self.error.is_some() {
            return Fed::Refused;
        }
        let mut taken = 0;
        // The end of the last whole character in `bytes`: a full fifo stops there, not inside the
        // character that did not fit.
        let mut whole = (taken, *self.parser);
        for &byte in bytes {
            match self.byte(byte, spacing, sink) {
                Ok(()) => taken += 1,
                Err(Stop::Full) => {
                    (taken, *self.parser) = whole;
                    self.taken = self.taken.saturating_add(taken);
                    return Fed::Full(taken);
                }
                Err(Stop::Refused(error)) => {
                    self.taken = self.taken.saturating_add(taken);
                    self.error = Some(error);
                    return Fed::Refused;
                }
            }
            if self.parser.utf8.is_whole() {
                whole = (taken, *self.parser);
            }
        }
        self.taken = self.taken.saturating_add(taken);
        Fed::All
    }

    /// Takes one byte, or leaves the parser as it was.
    fn byte(&mut self, byte: u8, spacing: &mut Spacing, sink: &mut impl Sink) -> Result<(), Stop> {
        let mut utf8 = self.parser.utf8;
        match utf8.push(byte) {
            Progress::Incomplete => {}
            Progress::Whole(character) => self.parser.character(character, spacing, sink)?,
            Progress::Malformed => return Err(Stop::Refused(Error::Malformed)),
        }
        self.parser.utf8 = utf8;
        Ok(())
    }

    /// Bytes of this write taken so far.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Ends the write: the number of bytes it took, which may be fewer than it was given, or the error
    /// if it begins with a character that was refused.
    ///
    /// Zero bytes taken without an error means that the fifo was full from the start.
    pub fn finish(self) -> Result<usize, Error> {
        let Some(error) = self.error else {
            return Ok(self.taken);
        };
        // The refused character itself may have begun in this write, or in one before.
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
