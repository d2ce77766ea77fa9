// SPDX-License-Identifier: GPL-2.0

//! The alphabet against the printed standard, which is written out here once more, on purpose.

use std::collections::{HashMap, HashSet};

use morse_code::alphabet::{PROSIGNS, TABLE};
use morse_code::{decode, encode, Code, Element};

/// Recommendation ITU-R M.1677-1 (10/2009), annex 1, part I, 1.1, in its order, but for the signs that
/// are not characters. `'` stands for the apostrophe and `-` for the hyphen as it prints them.
const STANDARD: &str = "
    a .-        i ..        r .-.
    b -...      j .---      s ...
    c -.-.      k -.-       t -
    d -..       l .-..      u ..-
    e .         m --        v ...-
    é ..-..     n -.        w .--
    f ..-.      o ---       x -..-
    g --.       p .--.      y -.--
    h ....      q --.-      z --..

    1 .----     6 -....
    2 ..---     7 --...
    3 ...--     8 ---..
    4 ....-     9 ----.
    5 .....     0 -----

    . .-.-.-    , --..--    : ---...    ? ..--..    ' .----.    - -....-
    / -..-.     ( -.--.     ) -.--.-    \" .-..-.    = -...-     + .-.-.
    × -..-      @ .--.-.
";

/// Its signs of procedure. The invitation to transmit is the letter K, wait is also `&`.
const STANDARD_PROCEDURE: &str =
    "<SN> ...-.  <HH> ........  <K> -.-  <AS> .-...  <SK> ...-.-  <KA> -.-.-";

/// What no standard has: common signs, and the accented letters of unixcw's cw(7).
const EXTENSIONS: &str = "
    ! -.-.--    & .-...     ; -.-.-.    _ ..--.-    $ ...-..-
    ü ..--      ä .-.-      ç -.-..     ö ---.      é ..-..     è .-..-
    à .--.-     ñ --.--     ş ----      ž --..-
";

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut words = text.split_whitespace();
    std::iter::from_fn(move || Some((words.next()?, words.next()?)))
}

fn characters(text: &str) -> impl Iterator<Item = (char, &str)> {
    pairs(text).map(|(name, code)| {
        let mut name = name.chars();
        let character = name.next().expect("a name is not empty");
        assert_eq!(name.next(), None);
        (character, code)
    })
}

fn written(code: Code) -> String {
    code.elements()
        .map(|element| match element {
            Element::Dot => '.',
            Element::Dash => '-',
        })
        .collect()
}

fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    }
}

#[test]
fn sends_the_standard_and_the_extensions_in_both_cases() {
    let mut count = 0;
    for (character, code) in characters(STANDARD).chain(characters(EXTENSIONS)) {
        for character in [character, upper(character)] {
            let sent = encode(character).map(written);
            assert_eq!(sent.as_deref(), Some(code), "{character}");
        }
        count += 1;
    }
    assert_eq!(count, 27 + 10 + 14 + 5 + 10);
}

#[test]
fn receives_what_it_sends() {
    for (character, code) in characters(STANDARD).chain(characters(EXTENSIONS)) {
        let code = Code::parse(code).expect("a code is dots and dashes");
        // The standard sends a multiplication sign as the letter X, which is what arrives.
        let expected = match upper(character) {
            '×' => 'X',
            other => other,
        };
        assert_eq!(decode(code).as_str(), expected.to_string());
    }
}

#[test]
fn receives_signs_of_procedure() {
    for (name, code) in pairs(STANDARD_PROCEDURE).chain([("<SOS>", "...---...")]) {
        let code = Code::parse(code).expect("a code is dots and dashes");
        let expected = match name {
            "<K>" => "K",
            "<AS>" => "&",
            other => other,
        };
        assert_eq!(decode(code).as_str(), expected);
        // The letters of its name, run together, are the sign.
        let run: String = name
            .trim_matches(['<', '>'])
            .chars()
            .map(|letter| written(encode(letter).expect("a letter")))
            .collect();
        assert_eq!(run, written(code), "{name}");
    }
}

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
    // The lookup holds what the table says, and nothing else, for every code there can be.
    for bits in 1..=u16::MAX {
        let code = Code::from_bits(bits).expect("only zero is no code");
        let expected = received.get(written(code).as_str());
        assert_eq!(
            decode(code).as_str(),
            expected.map_or("\u{fffd}", String::as_str),
            "{}",
            written(code)
        );
    }
    // And for every character.
    let codes: HashMap<char, &str> = TABLE
        .iter()
        .flat_map(|entry| [(entry.upper, entry.code), (entry.lower, entry.code)])
        .collect();
    for character in '\0'..=char::MAX {
        assert_eq!(
            encode(character).map(written).as_deref(),
            codes.get(&character).copied(),
            "{character:?}"
        );
    }
}

#[test]
fn codes_pack_and_unpack() {
    for text in [".", "-", ".-", "...---...", "........", "-.-.-.-.-.-.-.-"] {
        let code = Code::parse(text).expect("a code is dots and dashes");
        assert_eq!(written(code), text);
        assert_eq!(code.len() as usize, text.len());
        assert_eq!(code.elements().len(), text.len());
        assert_eq!(Code::from_bits(code.bits()), Some(code));
    }
    assert_eq!(Code::parse(""), None);
    assert_eq!(Code::parse(". -"), None);
    assert_eq!(Code::parse("................"), None);
    assert_eq!(Code::from_bits(0), None);
    assert!(Code::EMPTY.is_empty());
    let full = Code::parse("---------------").expect("fifteen elements fit");
    assert_eq!(full.push(Element::Dot), None);
}
