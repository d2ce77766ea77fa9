// SPDX-License-Identifier: GPL-2.0

//! The alphabet: one table, and the two lookups made from it.
//!
//! Sources:
//!
//! - Recommendation ITU-R M.1677-1 (10/2009), annex 1, part I, section 1: letters with é, figures,
//!   punctuation marks and miscellaneous signs;
//! - for `! & ; _ $`: the common extensions, which no standard has;
//! - for accented Latin letters: the table of unixcw (cw(7)), and letters that share one of its
//!   codes in the languages that use them.
//!
//! Both lookups are arrays filled at compile time and indexed directly: by the character, and by the
//! packed [`Code`]. Compilation fails if the table contradicts itself.

use super::element::Code;
use super::text::Text;

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The character in upper case.
    pub upper: char,
    /// The character in lower case, or the same again where there are no cases.
    pub lower: char,
    /// Its dots and dashes.
    pub code: &'static str,
    /// Whether a received `code` is this character. Exactly one entry of each code says so.
    pub received: bool,
}

/// A character that is sent, and that its code is received as.
const fn both(upper: char, lower: char, code: &'static str) -> Entry {
    Entry {
        upper,
        lower,
        code,
        received: true,
    }
}

/// A sign without cases, otherwise as [`both`].
const fn sign(character: char, code: &'static str) -> Entry {
    both(character, character, code)
}

/// A character that is sent with the code of another, which is the one received.
const fn sent(upper: char, lower: char, code: &'static str) -> Entry {
    Entry {
        upper,
        lower,
        code,
        received: false,
    }
}

/// Every character that Morse has a code for.
///
/// `+` is also the prosign AR, `=` is BT, `&` is AS (wait) and `(` is KN: the codes are the same, and
/// the character is what is received. The multiplication sign is sent as the letter X, as the
/// standard has it (section 3.2).
pub const TABLE: &[Entry] = &[
    // ITU-R M.1677-1, 1.1.1: letters.
    both('A', 'a', ".-"),
    both('B', 'b', "-..."),
    both('C', 'c', "-.-."),
    both('D', 'd', "-.."),
    both('E', 'e', "."),
    both('É', 'é', "..-.."),
    both('F', 'f', "..-."),
    both('G', 'g', "--."),
    both('H', 'h', "...."),
    both('I', 'i', ".."),
    both('J', 'j', ".---"),
    both('K', 'k', "-.-"),
    both('L', 'l', ".-.."),
    both('M', 'm', "--"),
    both('N', 'n', "-."),
    both('O', 'o', "---"),
    both('P', 'p', ".--."),
    both('Q', 'q', "--.-"),
    both('R', 'r', ".-."),
    both('S', 's', "..."),
    both('T', 't', "-"),
    both('U', 'u', "..-"),
    both('V', 'v', "...-"),
    both('W', 'w', ".--"),
    both('X', 'x', "-..-"),
    both('Y', 'y', "-.--"),
    both('Z', 'z', "--.."),
    // 1.1.2: figures.
    sign('1', ".----"),
    sign('2', "..---"),
    sign('3', "...--"),
    sign('4', "....-"),
    sign('5', "....."),
    sign('6', "-...."),
    sign('7', "--..."),
    sign('8', "---.."),
    sign('9', "----."),
    sign('0', "-----"),
    // 1.1.3: punctuation marks and miscellaneous signs. Those that are not characters are in
    // `PROSIGNS`.
    sign('.', ".-.-.-"),
    sign(',', "--..--"),
    sign(':', "---..."),
    sign('?', "..--.."),
    sign('\'', ".----."),
    sign('-', "-....-"),
    sign('/', "-..-."),
    sign('(', "-.--."),
    sign(')', "-.--.-"),
    sign('"', ".-..-."),
    sign('=', "-...-"),
    sign('+', ".-.-."),
    sent('×', '×', "-..-"),
    sign('@', ".--.-."),
    // The same marks as a typographer writes them.
    sent('‐', '‐', "-....-"),
    sent('‑', '‑', "-....-"),
    sent('–', '–', "-....-"),
    sent('—', '—', "-....-"),
    sent('‘', '‘', ".----."),
    sent('’', '’', ".----."),
    sent('“', '“', ".-..-."),
    sent('”', '”', ".-..-."),
    // Common extensions.
    sign('!', "-.-.--"),
    sign('&', ".-..."),
    sign(';', "-.-.-."),
    sign('_', "..--.-"),
    sign('$', "...-..-"),
    // Accented letters of unixcw.
    both('À', 'à', ".--.-"),
    both('Ä', 'ä', ".-.-"),
    both('Ç', 'ç', "-.-.."),
    both('È', 'è', ".-..-"),
    both('Ñ', 'ñ', "--.--"),
    both('Ö', 'ö', "---."),
    both('Ü', 'ü', "..--"),
    both('Ş', 'ş', "----"),
    both('Ž', 'ž', "--..-"),
    // Letters that other languages send with one of these codes.
    sent('Å', 'å', ".--.-"),
    sent('Á', 'á', ".--.-"),
    sent('Æ', 'æ', ".-.-"),
    sent('Ą', 'ą', ".-.-"),
    sent('Ć', 'ć', "-.-.."),
    sent('Ĉ', 'ĉ', "-.-.."),
    sent('Ę', 'ę', "..-.."),
    sent('Ł', 'ł', ".-..-"),
    sent('Ń', 'ń', "--.--"),
    sent('Ó', 'ó', "---."),
    sent('Ø', 'ø', "---."),
    sent('Š', 'š', "----"),
    sent('Ŭ', 'ŭ', "..--"),
    sent('Ż', 'ż', "--..-"),
];

/// Signs of procedure that are not characters: how they are written and received in text, and their
/// code.
///
/// What is written between the brackets is sent letter by letter without the gaps between, so the
/// code follows from the name; it is spelled out here so that the compiler can check both.
/// Sources: ITU-R M.1677-1, 1.1.3 (SN understood, HH error, SK end of work, KA starting signal); SOS
/// of the Radio Regulations; BK (break) and CL (closing down) of amateur use.
pub const PROSIGNS: &[(&str, &str)] = &[
    ("<SN>", "...-."),
    ("<SK>", "...-.-"),
    ("<KA>", "-.-.-"),
    ("<BK>", "-...-.-"),
    ("<CL>", "-.-..-.."),
    ("<HH>", "........"),
    ("<SOS>", "...---..."),
];

/// A character's longest code; a sentinel and seven elements fill the `u8` that the lookups hold.
const CHARACTER_MAX_LEN: u32 = 7;

/// What stands in a lookup for a character without a code.
const NONE: u8 = 0;

/// The windows of Unicode that hold characters with a code, each indexed directly.
const ASCII: Window<128> = Window::<128>::new(0);
const LATIN: Window<192> = Window::<192>::new(0xc0);
const PUNCTUATION: Window<16> = Window::<16>::new(0x2010);

static ENCODE_ASCII: [u8; 128] = ASCII.fill();
static ENCODE_LATIN: [u8; 192] = LATIN.fill();
static ENCODE_PUNCTUATION: [u8; 16] = PUNCTUATION.fill();

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
        assert!(window_has(entry.upper) && window_has(entry.lower));
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

const fn window_has(character: char) -> bool {
    ASCII.index(character).is_some()
        || LATIN.index(character).is_some()
        || PUNCTUATION.index(character).is_some()
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
        ENCODE_ASCII.get(at)
    } else if let Some(at) = LATIN.index(character) {
        ENCODE_LATIN.get(at)
    } else if let Some(at) = PUNCTUATION.index(character) {
        ENCODE_PUNCTUATION.get(at)
    } else {
        None
    };
    Code::from_bits(u16::from(*bits?))
}

/// The text that a received `code` stands for: a character in upper case, a prosign in its brackets,
/// or U+FFFD if it is neither.
pub fn decode(code: Code) -> Text {
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
    // The one sign in the window of accented letters is the multiplication sign.
    character.is_ascii_alphanumeric() || (LATIN.index(character).is_some() && character != '×')
}
