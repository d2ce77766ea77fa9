// SPDX-License-Identifier: GPL-2.0

//! The write path, for any bytes in any pieces, into a fifo with any room.
//!
//! The first byte sets the length of writes, the second how often the fifo is full; the rest is written. The
//! symbols, and the error that ends them, do not depend on the pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use morse_code::{Code, Error, Fed, Parser, Sink, Spacing, Symbol};

#[derive(Debug, PartialEq)]
struct Outcome {
    symbols: Vec<Symbol>,
    error: Option<Error>,
}

/// A fifo that is full at every n-th call.
struct Fifo<'a> {
    symbols: &'a mut Vec<Symbol>,
    calls: &'a mut usize,
    full_every: usize,
}

impl Sink for Fifo<'_> {
    fn push(&mut self, symbol: Symbol) -> bool {
        *self.calls += 1;
        let fits = self.full_every == 0 || *self.calls % self.full_every != 0;
        if fits {
            self.symbols.push(symbol);
        }
        fits
    }

    fn amend(&mut self, from: Code, to: Code) {
        let last = self.symbols.last_mut().expect("the letter was pushed");
        assert_eq!(last.code, from);
        last.code = to;
    }
}

fn write_all(bytes: &[u8], cut: usize, full_every: usize) -> Outcome {
    let mut parser = Parser::new();
    let mut spacing = Spacing::new();
    let mut outcome = Outcome {
        symbols: Vec::new(),
        error: None,
    };
    let mut rest = bytes;
    let mut calls = 0;
    while !rest.is_empty() {
        let piece = &rest[..rest.len().min(cut)];
        let before = outcome.symbols.len();
        let mut write = parser.write();
        let mut fifo = Fifo {
            symbols: &mut outcome.symbols,
            calls: &mut calls,
            full_every,
        };
        let fed = write.feed_to(piece, &mut spacing, &mut fifo);
        assert!(outcome.symbols.len() - before <= piece.len());
        match (fed, write.finish()) {
            (Fed::All, Ok(count)) => {
                assert_eq!(count, piece.len());
                rest = &rest[count..];
            }
            (Fed::Full(taken), Ok(count)) => {
                assert_eq!(count, taken);
                assert!(count < piece.len());
                rest = &rest[count..];
            }
            (Fed::Refused, Ok(count)) => {
                assert!(0 < count && count < piece.len());
                rest = &rest[count..];
            }
            (Fed::Refused, Err(error)) => {
                outcome.error = Some(error);
                break;
            }
            (fed, result) => panic!("{fed:?} and {result:?}"),
        }
    }
    outcome
}

fuzz_target!(|data: &[u8]| {
    let [cut, full_every, bytes @ ..] = data else {
        return;
    };
    let whole = write_all(bytes, usize::MAX, 0);
    // If it were full at every call, the loop would not end.
    let full_every = match usize::from(*full_every) {
        1 => 2,
        other => other,
    };
    let cut = write_all(bytes, usize::from(*cut) + 1, full_every);
    assert_eq!(cut, whole);
    if whole.error.is_none() {
        assert!(std::str::from_utf8(bytes).map_or_else(|e| e.error_len().is_none(), |_| true));
    }
});
