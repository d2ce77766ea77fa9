// SPDX-License-Identifier: GPL-2.0

//! The alphabet: [tables](table), and lookups made from them.
//!
//! The lookups of ASCII, of accented Latin letters and of packed [`Code`]s are arrays, filled at compile time
//! and indexed directly. Compilation fails if the tables are inconsistent.

pub mod table;

pub use table::{Entry, ACCENTS, PROSIGNS, TABLE};

use crate::code::element::Code;
use crate::code::text::Text;

/// The length of the longest code of a character. Its seven elements and the sentinel fill a `u8` of a lookup.
const CHARACTER_MAX_LEN: u32 = 7;

/// The error sign, and the smallest number of dots that is received as such.
const ERROR: &str = "<HH>";
const ERROR_MIN_LEN: u32 = 7;

/// The entry of a lookup for a character without a code.
const NONE: u8 = 0;

/// The ranges of Unicode that contain nearly all characters with a code, each with a lookup. The others have a
/// list, which is searched.
const ASCII: Window<128> = Window::<128>::new(0);
const LATIN: Window<224> = Window::<224>::new(0xa0);

static ENCODE_ASCII: [u8; 128] = ASCII.fill();
static ENCODE_LATIN: [u8; 224] = LATIN.fill();
static ENCODE_OTHERS: [(u16, u8); OTHERS] = fill_others().0;

/// How many characters with a code are outside the ranges.
const OTHERS: usize = fill_others::<0>().1;

/// A range of `N` characters of Unicode from `base`.
struct Window<const N: usize> {
    base: u32,
}

impl<const N: usize> Window<N> {
    const fn new(base: u32) -> Self {
        Self { base }
    }

    /// The index of `character`, or `None` if it is outside the range.
    const fn index(&self, character: char) -> Option<usize> {
        let offset = (character as u32).wrapping_sub(self.base);
        if (offset as usize) < N {
            Some(offset as usize)
        } else {
            None
        }
    }

    const fn fill(&self) -> [u8; N] {
        let mut codes = [NONE; N];
        let mut i = 0;
        while i < TABLE.len() {
            let bits = bits_of(TABLE[i].code);
            if let Some(at) = self.index(TABLE[i].upper) {
                codes[at] = bits as u8;
            }
            if let Some(at) = self.index(TABLE[i].lower) {
                codes[at] = bits as u8;
            }
            i += 1;
        }
        codes
    }
}

/// The first `N` characters outside the ranges with their codes, and how many there are in all.
const fn fill_others<const N: usize>() -> ([(u16, u8); N], usize) {
    let mut others = [(0, NONE); N];
    let mut count = 0;
    let mut i = 0;
    while i < TABLE.len() {
        let Entry { upper, lower, .. } = TABLE[i];
        let cases = [upper, lower];
        let mut case = if upper as u32 == lower as u32 { 1 } else { 0 };
        while case < cases.len() {
            let character = cases[case];
            if ASCII.index(character).is_none() && LATIN.index(character).is_none() {
                assert!(character as u32 <= u16::MAX as u32);
                if count < N {
                    others[count] = (character as u16, bits_of(TABLE[i].code) as u8);
                }
                count += 1;
            }
            case += 1;
        }
        i += 1;
    }
    (others, count)
}

/// The packed form of a code of the table. A malformed code is a compile-time error.
const fn bits_of(code: &str) -> u16 {
    match Code::parse(code) {
        Some(code) => code.bits(),
        None => panic!("a code is dots and dashes"),
    }
}

/// The packed forms of all codes of a character, and of all that are no longer, are below this.
const DECODE_LEN: usize = 1 << (CHARACTER_MAX_LEN + 1);

static DECODE: [u16; DECODE_LEN] = fill_decode();

const fn fill_decode() -> [u16; DECODE_LEN] {
    let mut characters = [0; DECODE_LEN];
    let mut i = 0;
    while i < TABLE.len() {
        let entry = TABLE[i];
        if entry.received {
            let at = bits_of(entry.code) as usize;
            assert!(
                characters[at] == 0,
                "two characters claim one received code"
            );
            assert!(entry.upper as u32 <= u16::MAX as u32);
            characters[at] = entry.upper as u16;
        }
        i += 1;
    }
    check(&characters);
    characters
}

/// The packed codes of [`PROSIGNS`].
const PROSIGN_CODES: [u16; PROSIGNS.len()] = {
    let mut codes = [0; PROSIGNS.len()];
    let mut i = 0;
    while i < codes.len() {
        codes[i] = bits_of(PROSIGNS[i].1);
        i += 1;
    }
    codes
};

/// The index of the prosign with this packed code.
const fn prosign_of(bits: u16) -> Option<usize> {
    let mut i = 0;
    while i < PROSIGN_CODES.len() {
        if PROSIGN_CODES[i] == bits {
            return Some(i);
        }
        i += 1;
    }
    None
}

/// Checks the consistency of the tables at compile time, beyond the checks of `fill_decode()`.
const fn check(received: &[u16; DECODE_LEN]) {
    let mut i = 0;
    while i < TABLE.len() {
        let entry = TABLE[i];
        let code = bits_of(entry.code) as usize;
        assert!(
            code < 1 << (CHARACTER_MAX_LEN + 1),
            "a character's code is too long"
        );
        assert!(
            received[code] != 0 || prosign_of(code as u16).is_some(),
            "a character is sent with a code that is not received"
        );
        let mut j = i + 1;
        while j < TABLE.len() {
            assert!(!overlap(entry, TABLE[j]), "a character has two entries");
            j += 1;
        }
        i += 1;
    }
    let mut i = 0;
    while i < PROSIGNS.len() {
        let (name, code) = PROSIGNS[i];
        assert!(name.len() <= Text::CAPACITY);
        let bits = bits_of(code);
        assert!(
            spelled(name) == bits,
            "a prosign's code is not the run of its letters"
        );
        assert!(
            matches!(prosign_of(bits), Some(at) if at == i),
            "two prosigns have one code"
        );
        assert!(
            bits as usize >= DECODE_LEN || received[bits as usize] == 0,
            "a prosign claims the code of a character"
        );
        i += 1;
    }
}

const fn overlap(a: Entry, b: Entry) -> bool {
    a.upper as u32 == b.upper as u32
        || a.upper as u32 == b.lower as u32
        || a.lower as u32 == b.upper as u32
        || a.lower as u32 == b.lower as u32
}

/// The packed code of the letters of `<name>` without gaps between them.
const fn spelled(name: &str) -> u16 {
    let name = name.as_bytes();
    assert!(name[0] == b'<' && name[name.len() - 1] == b'>');
    let mut run = 1;
    let mut i = 1;
    while i < name.len() - 1 {
        let letter = ENCODE_ASCII[name[i] as usize];
        assert!(letter != NONE);
        let len = 7 - letter.leading_zeros();
        run = (run << len) | (letter as u16 & ((1 << len) - 1));
        i += 1;
    }
    run
}

/// The code of `character`, in either case. `None` if it has no code; white space, which is a gap, has none.
pub fn encode(character: char) -> Option<Code> {
    let bits = if let Some(at) = ASCII.index(character) {
        *ENCODE_ASCII.get(at)?
    } else if let Some(at) = LATIN.index(character) {
        *ENCODE_LATIN.get(at)?
    } else {
        let has = |(other, _): &&(u16, u8)| u32::from(*other) == u32::from(character);
        ENCODE_OTHERS.iter().find(has)?.1
    };
    Code::from_bits(u16::from(bits))
}

/// The code of the letter composed of `letter`, in either case, and the combining `accent`.
///
/// `None` if the composed letter has no code, or if `accent` is not an accent.
pub fn encode_accented(letter: char, accent: char) -> Option<Code> {
    let (_, letters) = ACCENTS.iter().find(|(mark, _)| *mark == accent)?;
    let upper = letter.to_ascii_uppercase();
    let (_, composed) = letters.iter().find(|(plain, _)| *plain == upper)?;
    encode(*composed)
}

/// The text of a received `code`: a character in upper case, a prosign in brackets, or U+FFFD.
///
/// Seven or more dots are the error sign, because senders do not count to eight.
pub fn decode(code: Code) -> Text {
    if code.is_dots() && code.len() >= ERROR_MIN_LEN {
        return Text::from_bytes(ERROR.as_bytes());
    }
    let bits = code.bits();
    match DECODE.get(usize::from(bits)) {
        None | Some(0) => prosign_of(bits)
            .and_then(|at| PROSIGNS.get(at))
            .map_or(Text::UNKNOWN, |(name, _)| Text::from_bytes(name.as_bytes())),
        Some(character) => Text::from_bmp(*character),
    }
}

/// Whether `character`, which has a code, is a letter or a figure and not a sign.
pub(crate) const fn is_letter_or_figure(character: char) -> bool {
    // U+00C0 is the first accented letter; typographic signs begin at U+2010.
    character.is_ascii_alphanumeric()
        || (matches!(character, '\u{c0}'..='\u{1fff}') && character != '×')
}
