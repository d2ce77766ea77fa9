// SPDX-License-Identifier: GPL-2.0

//! The tables and the lookups of the alphabet, for every code and every character.

use std::collections::{HashMap, HashSet};

use crate::cases::alphabet::{upper, written};
use unicode_normalization::char::{compose, decompose_canonical};

use crate::code::alphabet::{encode_accented, ACCENTS, PROSIGNS, TABLE};
use crate::code::{decode, encode, Code};

#[test]
fn the_table_does_not_contradict_itself() {
    let mut characters = HashSet::new();
    let mut received = HashMap::new();
    for entry in TABLE {
        assert!(characters.insert(entry.upper), "{entry:?}");
        if entry.lower != entry.upper {
            assert!(characters.insert(entry.lower), "{entry:?}");
            assert_eq!(upper(entry.lower), entry.upper);
        }
        if entry.received {
            assert_eq!(received.insert(entry.code, entry.upper.to_string()), None);
        }
    }
    for (name, code) in PROSIGNS {
        assert_eq!(received.insert(code, (*name).to_string()), None);
    }
    for entry in TABLE {
        assert!(received.contains_key(entry.code), "{entry:?}");
    }
    // For every possible code, the lookup has the entry of the table, or none.
    for bits in 1..=u16::MAX {
        let code = Code::from_bits(bits).expect("only zero is no code");
        let written = written(code);
        let expected = match written.as_str() {
            dots if dots.len() >= 7 && dots.bytes().all(|b| b == b'.') => Some("<HH>"),
            other => received.get(other).map(String::as_str),
        };
        assert_eq!(
            decode(code).as_str(),
            expected.unwrap_or("\u{fffd}"),
            "{written:?}"
        );
    }
    // The same for every character.
    let codes: HashMap<char, &str> = TABLE
        .iter()
        .flat_map(|entry| [(entry.upper, entry.code), (entry.lower, entry.code)])
        .collect();
    for character in '\0'..=char::MAX {
        let sent = encode(character).map(written);
        assert_eq!(
            sent.as_ref().map(|sent| sent.as_str()),
            codes.get(&character).copied(),
            "{character:?}"
        );
    }
}

#[test]
fn accents_are_those_of_unicode() {
    for (accent, letters) in ACCENTS {
        for (plain, composed) in *letters {
            assert_eq!(compose(*plain, *accent), Some(*composed));
        }
    }
    // None is missing: a letter that can be sent composed can be sent decomposed.
    for entry in TABLE {
        for character in [entry.upper, entry.lower] {
            let mut parts = Vec::new();
            decompose_canonical(character, |part| parts.push(part));
            match parts[..] {
                [_] => {}
                [letter, accent] => {
                    assert_eq!(encode_accented(letter, accent), encode(character));
                }
                _ => panic!("{character} has two accents"),
            }
        }
    }
}
