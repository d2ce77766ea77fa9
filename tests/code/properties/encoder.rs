// SPDX-License-Identifier: GPL-2.0

//! The write path, for any input in any pieces.

use proptest::prelude::*;
use unicode_normalization::{char::compose, UnicodeNormalization};

use crate::code::alphabet::{ACCENTS, PROSIGNS, TABLE};
use crate::code::{decode, Code, Error, Fed, Gap, Parser, Sink, Spacing, Symbol};

/// A fifo that no keyer takes from.
struct Fifo<'a> {
    symbols: &'a mut Vec<Symbol>,
    capacity: usize,
}

impl<'a> Fifo<'a> {
    fn endless(symbols: &'a mut Vec<Symbol>) -> Self {
        let capacity = usize::MAX;
        Self { symbols, capacity }
    }
}

impl Sink for Fifo<'_> {
    fn push(&mut self, symbol: Symbol) -> bool {
        let fits = self.symbols.len() < self.capacity;
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

/// The result of a stream of bytes: the symbols sent, and how it ended.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    symbols: Vec<Symbol>,
    taken: usize,
    error: Option<Error>,
}

/// Writes `bytes` in writes of the sizes in `cuts`, repeated, and continues after short counts until all bytes are
/// taken or a write fails. Each write is fed in pieces of the sizes in `pieces`.
fn write_all(bytes: &[u8], cuts: &[usize], pieces: &[usize]) -> Outcome {
    let mut parser = Parser::new();
    let mut spacing = Spacing::new();
    let mut outcome = Outcome {
        symbols: Vec::new(),
        taken: 0,
        error: None,
    };
    let mut cuts = cuts.iter().cycle();
    let mut pieces = pieces.iter().cycle();
    while outcome.taken < bytes.len() {
        let rest = &bytes[outcome.taken..];
        let mut rest = &rest[..rest.len().min(*cuts.next().unwrap())];
        let mut write = parser.write();
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(rest.len().min(*pieces.next().unwrap()));
            let mut fifo = Fifo::endless(&mut outcome.symbols);
            let fed = write.feed_to(piece, &mut spacing, &mut fifo);
            match fed {
                Fed::All => rest = tail,
                Fed::Refused => break,
                Fed::Full(_) => unreachable!("there is always room"),
            }
        }
        match write.finish() {
            Ok(count) => {
                assert!(count > 0);
                outcome.taken += count;
            }
            Err(error) => {
                outcome.error = Some(error);
                break;
            }
        }
    }
    outcome
}

fn code_of(character: char) -> Option<Code> {
    TABLE
        .iter()
        .find(|entry| entry.upper == character || entry.lower == character)
        .map(|entry| Code::parse(entry.code).unwrap())
}

/// The expected result up to the first rejected character, computed from the whole text.
fn model(bytes: &[u8]) -> Outcome {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap(),
    };
    let mut outcome = Outcome {
        symbols: Vec::new(),
        taken: 0,
        error: None,
    };
    let mut word = false;
    // Letters of the open prosign.
    let mut prosign: Option<usize> = None;
    let mut before = ' ';
    for character in text.chars() {
        let code = code_of(character);
        let composed = compose(before, character).and_then(code_of);
        before = character;
        let ok = match (character, prosign) {
            ('<', None) => {
                prosign = Some(0);
                true
            }
            ('>', Some(letters)) if letters > 0 => {
                prosign = None;
                true
            }
            ('<' | '>', _) => false,
            (_, None) if character.is_whitespace() || "\0\u{feff}".contains(character) => {
                word = true;
                true
            }
            (_, _) if composed.is_some() => {
                outcome.symbols.last_mut().unwrap().code = composed.unwrap();
                true
            }
            (_, Some(_)) if !character.is_alphanumeric() => false,
            _ => match code {
                None => false,
                Some(code) => {
                    let gap = match prosign {
                        _ if word => Gap::Word,
                        Some(letters) if letters > 0 => Gap::Joined,
                        _ => Gap::Letter,
                    };
                    outcome.symbols.push(Symbol { code, gap });
                    word = false;
                    prosign = prosign.map(|letters| letters + 1);
                    true
                }
            },
        };
        if !ok {
            outcome.error = Some(Error::Unencodable);
            return outcome;
        }
        outcome.taken += character.len_utf8();
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        if error.error_len().is_some() {
            outcome.error = Some(Error::Malformed);
        } else {
            // Incomplete at the end: taken all the same.
            outcome.taken = bytes.len();
        }
    }
    outcome
}

/// Text, mostly of the alphabet, with prosigns, white space, and some errors.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let character = prop_oneof![
        40 => (0..TABLE.len(), any::<bool>()).prop_map(|(i, upper)| {
            let entry = TABLE[i];
            (if upper { entry.upper } else { entry.lower }).to_string().into_bytes()
        }),
        8 => proptest::sample::select(vec![" ", "\n", "\t", "  ", "\u{a0}", "\u{2003}", "\0", "\u{feff}"])
            .prop_map(|space| space.as_bytes().to_vec()),
        8 => "<[A-Za-z0-9é]{1,4}>".prop_map(String::into_bytes),
        8 => (0..TABLE.len()).prop_map(|i| TABLE[i].lower.nfd().collect::<String>().into_bytes()),
        1 => proptest::sample::select(ACCENTS).prop_map(|(accent, _)| accent.to_string().into_bytes()),
        1 => proptest::sample::select(vec!['<', '>']).prop_map(|c| c.to_string().into_bytes()),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    proptest::collection::vec(character, 0..40).prop_map(|parts| parts.concat())
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1_usize..8, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_write_does_what_the_rules_say(bytes in bytes()) {
        let whole = write_all(&bytes, &[usize::MAX], &[usize::MAX]);
        prop_assert_eq!(whole, model(&bytes));
    }

    #[test]
    fn pieces_of_a_write_do_not_matter(bytes in bytes(), cuts in sizes(), pieces in sizes()) {
        prop_assert_eq!(
            write_all(&bytes, &cuts, &pieces),
            write_all(&bytes, &cuts, &[usize::MAX])
        );
    }

    #[test]
    fn cuts_between_writes_do_not_matter(bytes in bytes(), cuts in sizes()) {
        let whole = write_all(&bytes, &[usize::MAX], &[usize::MAX]);
        let cut = write_all(&bytes, &cuts, &[usize::MAX]);
        prop_assert_eq!(&cut.symbols, &whole.symbols);
        prop_assert_eq!(cut.error, whole.error);
        // A write that ends within a character has taken its bytes before they prove to be malformed.
        prop_assert!(cut.taken >= whole.taken && cut.taken - whole.taken <= 3);
        if cut.error.is_none() {
            prop_assert_eq!(cut.taken, bytes.len());
        }
    }

    #[test]
    fn a_small_fifo_does_not_matter(bytes in bytes(), rooms in proptest::collection::vec(0_usize..4, 1..8)) {
        let whole = write_all(&bytes, &[usize::MAX], &[usize::MAX]);

        // One write that waits for room, which `rooms` gives for each turn.
        let mut parser = Parser::new();
        let mut spacing = Spacing::new();
        let mut symbols = Vec::new();
        let mut write = parser.write();
        let mut rest = &bytes[..];
        for room in rooms.iter().cycle() {
            let full = symbols.len() + room;
            let mut fifo = Fifo { symbols: &mut symbols, capacity: full };
            let fed = write.feed_to(rest, &mut spacing, &mut fifo);
            match fed {
                Fed::Full(count) => {
                    // It stops between characters, with the fifo full.
                    prop_assert_eq!(symbols.len(), full);
                    prop_assert!(rest[count] & 0xc0 != 0x80);
                    rest = &rest[count..];
                }
                Fed::All | Fed::Refused => break,
            }
            if rooms.iter().all(|room| *room == 0) {
                return Ok(());
            }
        }
        let taken = write.finish();
        prop_assert_eq!(symbols, whole.symbols);
        if whole.taken > 0 {
            prop_assert_eq!(taken, Ok(whole.taken));
        } else if let Some(error) = whole.error {
            prop_assert_eq!(taken, Err(error));
        }
    }

    #[test]
    fn a_refused_character_leaves_no_trace(bytes in bytes()) {
        let mut parser = Parser::new();
        let mut spacing = Spacing::new();
        let mut rest = &bytes[..];
        loop {
            let mut write = parser.write();
            write.feed(rest, &mut spacing, |_| true);
            match write.finish() {
                Ok(count) if count == rest.len() => return Ok(()),
                Ok(count) => rest = &rest[count..],
                Err(_) => break,
            }
        }
        // Outside of a prosign, and at the start of a character.
        let mut sent = Vec::new();
        let mut write = parser.write();
        write.feed(b"E ", &mut spacing, |symbol| {
            sent.push(symbol);
            true
        });
        prop_assert_eq!(write.finish(), Ok(2));
        prop_assert_eq!(sent.len(), 1);
        prop_assert!(sent[0].gap != Gap::Joined);
    }

    #[test]
    fn decoding_what_was_encoded_gives_it_back(
        text in proptest::collection::vec(0..TABLE.len() + PROSIGNS.len(), 1..60)
    ) {
        // Characters that are received as themselves are received as they were written.
        let mut written = String::new();
        for i in text {
            match TABLE.get(i) {
                Some(entry) if entry.received => written.push(entry.upper),
                Some(_) => written.push(' '),
                None => written.push_str(PROSIGNS[i - TABLE.len()].0),
            }
        }
        let outcome = write_all(written.as_bytes(), &[usize::MAX], &[usize::MAX]);
        prop_assert_eq!(outcome.error, None);

        let mut read = String::new();
        let mut code = Code::EMPTY;
        for (i, symbol) in outcome.symbols.iter().enumerate() {
            if symbol.gap != Gap::Joined {
                code = Code::EMPTY;
            }
            if symbol.gap == Gap::Word {
                read.push(' ');
            }
            for element in symbol.code.elements() {
                code = code.push(element).unwrap();
            }
            if outcome.symbols.get(i + 1).is_none_or(|next| next.gap != Gap::Joined) {
                read.push_str(decode(code).as_str());
            }
        }
        let words: Vec<&str> = written.split_whitespace().collect();
        prop_assert_eq!(read.trim_start(), words.join(" "));
    }
}

/// Every character in the normal form C is sent, or rejected, as its decomposition is.
#[test]
fn composed_and_decomposed_are_alike() {
    for character in '\0'..='\u{2fff}' {
        let composed = character.to_string();
        if composed.nfc().ne(composed.chars()) {
            continue;
        }
        let decomposed: String = composed.nfd().collect();
        let [composed, decomposed] = [composed, decomposed]
            .map(|text| write_all(text.as_bytes(), &[usize::MAX], &[usize::MAX]));
        assert_eq!(composed.error, decomposed.error, "{character:?}");
        if composed.error.is_none() {
            assert_eq!(composed.symbols, decomposed.symbols, "{character:?}");
        }
    }
}
