// SPDX-License-Identifier: GPL-2.0

//! The alphabet: [tables](table), and the lookups made from them.
//!
//! Those of ASCII and of accented Latin letters, and that of the packed [`Code`]s, are arrays filled at
//! compile time and indexed directly. Compilation fails if the tables contradict themselves.

pub mod table;

pub use table::{Entry, ACCENTS, PROSIGNS, TABLE};

use crate::code::element::Code;
use crate::code::text::Text;

/// A character's longest code; a sentinel and seven elements fill the `u8` that the lookups hold.
const CHARACTER_MAX_LEN: u32 = 7;

/// The error sign, and the fewest dots that are received as it.
const ERROR: &str = "<HH>";
const ERROR_MIN_LEN: u32 = 7;

/// What stands in a lookup for a character without a code.
const NONE: u8 = 0;

/// The windows of Unicode that hold nearly all characters with a code, each indexed directly. The few
/// others are looked for in the table.
const ASCII: Window<128> = Window::<128>::new(0);
const LATIN: Window<224> = Window::<224>::new(0xa0);

static ENCODE_ASCII: [u8; 128] = ASCII.fill();
static ENCODE_LATIN: [u8; 224] = LATIN.fill();

/// `N` characters of Unicode from `base` on.
struct Window<const N: usize> {
    base: u32,
}

impl<const N: usize> Window<N> {
    const fn new(base: u32) -> Self {
        Self { base }
    }

    /// The place of `character` in this window, if it is in it.
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

/// The packed code of a line of the table; a slip in it stops the compiler.
const fn bits_of(code: &str) -> u16 {
    match Code::parse(code) {
        Some(code) => code.bits(),
        None => panic!("a code is dots and dashes"),
    }
}

/// The longest code that is received as text, SOS, has nine elements: an index of ten bits.
const DECODE_LEN: usize = 1 << 10;

/// Values of the decoder's lookup from here on (Unicode's private use area, so never a character of
/// the table) are places in [`PROSIGNS`].
const PROSIGN_BASE: u16 = 0xe000;

static DECODE: [u16; DECODE_LEN] = fill_decode();

const fn fill_decode() -> [u16; DECODE_LEN] {
    let mut texts = [0; DECODE_LEN];
    let mut i = 0;
    while i < TABLE.len() {
        let entry = TABLE[i];
        if entry.received {
            let at = bits_of(entry.code) as usize;
            assert!(texts[at] == 0, "two characters claim one received code");
            assert!((entry.upper as u32) < PROSIGN_BASE as u32);
            texts[at] = entry.upper as u16;
        }
        i += 1;
    }
    let mut i = 0;
    while i < PROSIGNS.len() {
        let at = bits_of(PROSIGNS[i].1) as usize;
        assert!(texts[at] == 0, "a prosign claims the code of another sign");
        texts[at] = PROSIGN_BASE + i as u16;
        i += 1;
    }
    check(&texts);
    texts
}

/// Stops the compiler at contradictions that filling the lookups does not notice by itself.
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
            received[code] != 0,
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
        assert!(
            spelled(name) == bits_of(code),
            "a prosign's code is not the run of its letters"
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

/// The code that the letters of `<name>` make when run together.
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

/// The code that `character`, in either case, is sent with.
///
/// `None` if Morse has none for it; white space has none either, being a gap.
pub fn encode(character: char) -> Option<Code> {
    let bits = if let Some(at) = ASCII.index(character) {
        *ENCODE_ASCII.get(at)?
    } else if let Some(at) = LATIN.index(character) {
        *ENCODE_LATIN.get(at)?
    } else {
        let has = |entry: &&Entry| entry.upper == character || entry.lower == character;
        return Code::parse(TABLE.iter().find(has)?.code);
    };
    Code::from_bits(u16::from(bits))
}

/// The code of `letter`, in either case, with the combining `accent`: that of the composed letter.
///
/// `None` if Morse has none for it, or if `accent` is not an accent.
pub fn encode_accented(letter: char, accent: char) -> Option<Code> {
    let (_, letters) = ACCENTS.iter().find(|(mark, _)| *mark == accent)?;
    let upper = letter.to_ascii_uppercase();
    let (_, composed) = letters.iter().find(|(plain, _)| *plain == upper)?;
    encode(*composed)
}

/// The text that a received `code` stands for: a character in upper case, a prosign in its brackets,
/// or U+FFFD if it is neither.
///
/// Seven and more dots are the error sign, as a hand that sends it does not count to eight.
pub fn decode(code: Code) -> Text {
    if code.is_dots() && code.len() >= ERROR_MIN_LEN {
        return Text::from_bytes(ERROR.as_bytes());
    }
    match DECODE.get(usize::from(code.bits())).copied() {
        None | Some(0) => Text::UNKNOWN,
        Some(text) => match text.checked_sub(PROSIGN_BASE) {
            None => Text::from_bmp(text),
            Some(prosign) => PROSIGNS
                .get(usize::from(prosign))
                .map_or(Text::UNKNOWN, |(name, _)| Text::from_bytes(name.as_bytes())),
        },
    }
}

/// Whether `character`, if Morse has a code for it, is a letter or a figure and not a sign.
pub(crate) const fn is_letter_or_figure(character: char) -> bool {
    // U+00C0 is the first accented letter; typographic signs begin at U+2010.
    character.is_ascii_alphanumeric()
        || (matches!(character, '\u{c0}'..='\u{1fff}') && character != '×')
}
