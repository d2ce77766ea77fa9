// SPDX-License-Identifier: GPL-2.0

//! The alphabet, compared with a second, independent copy of the printed standard.

use super::store::Line;
use crate::code::alphabet::{encode_accented, ACCENTS, PROSIGNS, TABLE};
use crate::code::{decode, encode, Code, Element, Text};

/// Recommendation ITU-R M.1677-1 (10/2009), annex 1, part I, 1.1, in its order, without the signs that are
/// not characters. `'` stands for its apostrophe, and `-` for its hyphen.
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

/// Characters without a standard: common signs, and the accented letters of unixcw, cw(7).
const EXTENSIONS: &str = "
    ! -.-.--    & .-...     ; -.-.-.    _ ..--.-    $ ...-..-
    ü ..--      ä .-.-      ç -.-..     ö ---.      é ..-..     è .-..-
    à .--.-     ñ --.--     ş ----      ž --..-
";

/// Codes in national use, as LA3ZA and ebook2cw list them: German, Icelandic, Esperanto, Polish, French,
/// Spanish.
const NATIONAL: &str = "
    ß ...--..   ð ..--.     þ .--..     ĝ --.-.     ĵ .---.     ś ...-...   ź --..-.
    ï -..--     ¿ ..-.-     ¡ --...-    § .-.-..
";

/// Characters in national use whose code is received as another text, each with that text.
const SHARED: &str = "
    ŝ <SN>  ĥ Ş  ĉ Ç  ŭ Ü  ć Ç  ń Ñ  ó Ö  ł È  ż Ž  ą Ä  ę É  å À  æ Ä  ø Ö  á À  â À  ã À  č (  đ É
    ê /  ë É  ğ Ĝ  ì Ĵ  ò Ö  ô Ö  œ Ö  š Ş  ș Ş  ù Ü  û Ü
";

/// A character above all that have a code.
const LAST_CHARACTER: char = '\u{2fff}';

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut words = text.split_whitespace();
    core::iter::from_fn(move || Some((words.next()?, words.next()?)))
}

fn characters(text: &str) -> impl Iterator<Item = (char, &str)> {
    pairs(text).map(|(name, code)| {
        let mut name = name.chars();
        let character = name.next().expect("a name is not empty");
        assert_eq!(name.next(), None);
        (character, code)
    })
}

/// A code as dots and dashes.
pub(crate) fn written(code: Code) -> Line<16> {
    code.elements()
        .map(|element| match element {
            Element::Dot => '.',
            Element::Dash => '-',
        })
        .collect()
}

/// The character in upper case, if that is one character.
pub(crate) fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    }
}

/// All characters that are received as they are sent.
fn own_codes() -> impl Iterator<Item = (char, &'static str)> {
    characters(STANDARD)
        .chain(characters(EXTENSIONS))
        .chain(characters(NATIONAL))
}

pub(crate) fn sends_all_that_has_a_code_in_both_cases() {
    let mut count = 0;
    for (character, code) in own_codes() {
        for character in [character, upper(character)] {
            let sent = encode(character).map(written);
            assert_eq!(sent.as_ref().map(Line::as_str), Some(code), "{character}");
        }
        count += 1;
    }
    assert_eq!(count, 27 + 10 + 14 + 5 + 10 + 11);
}

pub(crate) fn receives_what_it_sends() {
    for (character, code) in own_codes() {
        let code = Code::parse(code).expect("a code is dots and dashes");
        // The standard sends the multiplication sign as the letter X, which is received.
        let expected = match upper(character) {
            '×' => 'X',
            other => other,
        };
        assert_eq!(decode(code).as_str(), expected.encode_utf8(&mut [0; 4]));
    }
}

pub(crate) fn receives_shared_codes_as_one_of_their_characters() {
    for (character, received) in characters(SHARED) {
        for character in [character, upper(character)] {
            let code = encode(character).expect("it has a code");
            assert_eq!(decode(code).as_str(), received, "{character}");
        }
    }
    assert_eq!(encode('ẞ'), encode('ß'));
}

pub(crate) fn an_accent_makes_another_letter() {
    for (plain, accent, composed) in [
        ('e', '\u{301}', 'É'),
        ('N', '\u{303}', 'Ñ'),
        ('s', '\u{302}', 'Ŝ'),
        ('Z', '\u{307}', 'Ż'),
    ] {
        assert_eq!(encode_accented(plain, accent), encode(composed));
    }
    // An accent does not give a code to a letter that has none.
    assert_eq!((encode_accented('I', '\u{301}'), encode('Í')), (None, None));
    assert_eq!(encode_accented('É', '\u{301}'), None);
    assert_eq!(encode_accented('E', 'E'), None);
    for (accent, letters) in ACCENTS {
        assert_eq!(encode(*accent), None);
        for (plain, composed) in *letters {
            assert!(encode_accented(*plain, *accent).is_some(), "{composed}");
        }
    }
}

pub(crate) fn a_code_begins_with_another() {
    let code = |text| Code::parse(text).expect("a code is dots and dashes");
    assert_eq!(code("..-..").strip_start(code(".")), Some(code(".-..")));
    assert_eq!(code(".-.-").strip_start(code(".-")), Some(code(".-")));
    assert_eq!(code("--.--").strip_start(code("-.")), None);
    assert_eq!(code(".").strip_start(code(".")), None);
    assert_eq!(code(".").strip_start(code("..")), None);
    assert_eq!(code(".-").strip_start(Code::EMPTY), Some(code(".-")));
}

pub(crate) fn receives_signs_of_procedure() {
    for (name, code) in pairs(STANDARD_PROCEDURE).chain([("<SOS>", "...---...")]) {
        let code = Code::parse(code).expect("a code is dots and dashes");
        let expected = match name {
            "<K>" => "K",
            "<AS>" => "&",
            other => other,
        };
        assert_eq!(decode(code).as_str(), expected);
        // The letters of its name without gaps are the sign.
        let mut run = Line::<32>::new();
        for letter in name.trim_matches(['<', '>']).chars() {
            run.push_str(written(encode(letter).expect("a letter")).as_str());
        }
        assert_eq!(run, written(code).as_str(), "{name}");
    }
}

pub(crate) fn every_other_code_is_unknown() {
    let known = (0..=u16::MAX)
        .filter_map(Code::from_bits)
        .filter(|code| decode(*code) != Text::UNKNOWN)
        .count();
    let received = TABLE.iter().filter(|entry| entry.received).count();
    // Runs of 7 and of 9 to 15 dots; that of 8 is in the table.
    assert_eq!(known, received + PROSIGNS.len() + 8);
}

pub(crate) fn no_other_character_is_sent() {
    let sent = ('\0'..=LAST_CHARACTER)
        .filter(|character| encode(*character).is_some())
        .count();
    let in_two_cases = TABLE.iter().filter(|entry| entry.lower != entry.upper);
    assert_eq!(sent, TABLE.len() + in_two_cases.count());
}

pub(crate) fn codes_pack_and_unpack() {
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
