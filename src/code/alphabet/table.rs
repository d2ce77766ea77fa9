// SPDX-License-Identifier: GPL-2.0

//! The tables: characters, prosigns and accents.
//!
//! Sources:
//!
//! - Recommendation ITU-R M.1677-1 (10/2009), annex 1, part I, section 1: letters with é, figures,
//!   punctuation marks and miscellaneous signs;
//! - for `! & ; _ $`: the common extensions, which no standard has;
//! - for accented Latin letters: the table of unixcw (cw(7)); then the national tables that S. Holm,
//!   LA3ZA, "Which non-English Morse characters are the most important ones?" (2013, revised 2014), and
//!   the tables of ebook2cw collect;
//! - for `¿ ¡ §`: the same collections.

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The character in upper case.
    pub upper: char,
    /// The character in lower case, or the same character if it has no case.
    pub lower: char,
    /// The code as dots and dashes.
    pub code: &'static str,
    /// Whether the received `code` becomes this character, which holds for exactly one entry of each code.
    pub received: bool,
}

/// A character whose code is received as this character.
const fn both(upper: char, lower: char, code: &'static str) -> Entry {
    Entry {
        upper,
        lower,
        code,
        received: true,
    }
}

/// A sign, as [`both`] but without cases.
const fn sign(character: char, code: &'static str) -> Entry {
    both(character, character, code)
}

/// A character with the code of another, which is received instead.
const fn sent(upper: char, lower: char, code: &'static str) -> Entry {
    Entry {
        upper,
        lower,
        code,
        received: false,
    }
}

/// All characters with a code.
///
/// `+` has the code of the prosign AR, `=` that of BT, `&` that of AS (wait), and `(` that of KN; the
/// character is received. The multiplication sign is sent as the letter X (section 3.2 of the standard).
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
    sent('„', '„', ".-..-."),
    sent('«', '«', ".-..-."),
    sent('»', '»', ".-..-."),
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
    // Letters and signs with a code of their own in national use.
    both('Ð', 'ð', "..--."),
    both('Ĝ', 'ĝ', "--.-."),
    both('Ĵ', 'ĵ', ".---."),
    both('Ï', 'ï', "-..--"),
    both('Ś', 'ś', "...-..."),
    both('Þ', 'þ', ".--.."),
    both('Ź', 'ź', "--..-."),
    sign('ß', "...--.."),
    sign('¿', "..-.-"),
    sign('¡', "--...-"),
    sign('§', ".-.-.."),
    // Letters that other languages send with a code above.
    sent('ẞ', 'ẞ', "...--.."),
    sent('Á', 'á', ".--.-"),
    sent('Â', 'â', ".--.-"),
    sent('Ã', 'ã', ".--.-"),
    sent('Å', 'å', ".--.-"),
    sent('Æ', 'æ', ".-.-"),
    sent('Ą', 'ą', ".-.-"),
    sent('Ć', 'ć', "-.-.."),
    sent('Ĉ', 'ĉ', "-.-.."),
    sent('Č', 'č', "-.--."),
    sent('Đ', 'đ', "..-.."),
    sent('Ê', 'ê', "-..-."),
    sent('Ë', 'ë', "..-.."),
    sent('Ę', 'ę', "..-.."),
    sent('Ğ', 'ğ', "--.-."),
    sent('Ĥ', 'ĥ', "----"),
    sent('Ì', 'ì', ".---."),
    sent('Ł', 'ł', ".-..-"),
    sent('Ń', 'ń', "--.--"),
    sent('Ò', 'ò', "---."),
    sent('Ó', 'ó', "---."),
    sent('Ô', 'ô', "---."),
    sent('Ø', 'ø', "---."),
    sent('Œ', 'œ', "---."),
    sent('Ŝ', 'ŝ', "...-."),
    sent('Š', 'š', "----"),
    sent('Ș', 'ș', "----"),
    sent('Ù', 'ù', "..--"),
    sent('Û', 'û', "..--"),
    sent('Ŭ', 'ŭ', "..--"),
    sent('Ż', 'ż', "--..-"),
];

/// Prosigns that are not characters: their text, and their code.
///
/// The letters between the brackets are sent without gaps between them, so the code follows from the name.
/// It is spelled out here so that each is checked against the other.
///
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

/// Combining accents (Unicode, block U+0300), each with letters and the composed letters.
///
/// These are the canonical decompositions of all letters in [`TABLE`] that have one.
pub const ACCENTS: &[(char, &[(char, char)])] = &[
    (
        '\u{300}',
        &[('A', 'À'), ('E', 'È'), ('I', 'Ì'), ('O', 'Ò'), ('U', 'Ù')],
    ),
    (
        '\u{301}',
        &[
            ('A', 'Á'),
            ('C', 'Ć'),
            ('E', 'É'),
            ('N', 'Ń'),
            ('O', 'Ó'),
            ('S', 'Ś'),
            ('Z', 'Ź'),
        ],
    ),
    (
        '\u{302}',
        &[
            ('A', 'Â'),
            ('C', 'Ĉ'),
            ('E', 'Ê'),
            ('G', 'Ĝ'),
            ('H', 'Ĥ'),
            ('J', 'Ĵ'),
            ('O', 'Ô'),
            ('S', 'Ŝ'),
            ('U', 'Û'),
        ],
    ),
    ('\u{303}', &[('A', 'Ã'), ('N', 'Ñ')]),
    ('\u{306}', &[('G', 'Ğ'), ('U', 'Ŭ')]),
    ('\u{307}', &[('Z', 'Ż')]),
    (
        '\u{308}',
        &[('A', 'Ä'), ('E', 'Ë'), ('I', 'Ï'), ('O', 'Ö'), ('U', 'Ü')],
    ),
    ('\u{30a}', &[('A', 'Å')]),
    ('\u{30c}', &[('C', 'Č'), ('S', 'Š'), ('Z', 'Ž')]),
    ('\u{326}', &[('S', 'Ș')]),
    ('\u{327}', &[('C', 'Ç'), ('S', 'Ş')]),
    ('\u{328}', &[('A', 'Ą'), ('E', 'Ę')]),
];
