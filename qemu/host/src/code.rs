// SPDX-License-Identifier: GPL-2.0

//! The Morse code, independent of the driver's table.
//!
//! The driver is checked against this table, so it shares nothing with the driver's own. Its source is
//! Recommendation ITU-R M.1677-1 (10/2009), part I, sections 1.1.1 to 1.1.3; characters that the
//! Recommendation lacks are from common use.

use std::fmt;

/// An element of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// A mark of one unit.
    Dot,
    /// A mark of three units.
    Dash,
}

/// The elements of one character or prosign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pattern(pub Vec<Element>);

/// Sections 1.1.1 (letters), 1.1.2 (figures) and 1.1.3 (punctuation and miscellaneous signs).
const ITU: &[(char, &str)] = &[
    ('A', ".-"),
    ('B', "-..."),
    ('C', "-.-."),
    ('D', "-.."),
    ('E', "."),
    ('É', "..-.."),
    ('F', "..-."),
    ('G', "--."),
    ('H', "...."),
    ('I', ".."),
    ('J', ".---"),
    ('K', "-.-"),
    ('L', ".-.."),
    ('M', "--"),
    ('N', "-."),
    ('O', "---"),
    ('P', ".--."),
    ('Q', "--.-"),
    ('R', ".-."),
    ('S', "..."),
    ('T', "-"),
    ('U', "..-"),
    ('V', "...-"),
    ('W', ".--"),
    ('X', "-..-"),
    ('Y', "-.--"),
    ('Z', "--.."),
    ('1', ".----"),
    ('2', "..---"),
    ('3', "...--"),
    ('4', "....-"),
    ('5', "....."),
    ('6', "-...."),
    ('7', "--..."),
    ('8', "---.."),
    ('9', "----."),
    ('0', "-----"),
    ('.', ".-.-.-"),
    (',', "--..--"),
    (':', "---..."),
    ('?', "..--.."),
    ('\'', ".----."),
    ('-', "-....-"),
    ('/', "-..-."),
    ('(', "-.--."),
    (')', "-.--.-"),
    ('"', ".-..-."),
    ('=', "-...-"),
    ('+', ".-.-."),
    ('@', ".--.-."),
];

/// Characters in common use that the Recommendation lacks. A pattern shared by several characters is read as
/// the first of them.
const COMMON: &[(char, &str)] = &[
    ('&', ".-..."),
    ('!', "-.-.--"),
    (';', "-.-.-."),
    ('_', "..--.-"),
    ('$', "...-..-"),
    ('×', "-..-"),
    ('÷', "---..."),
    ('’', ".----."),
    ('À', ".--.-"),
    ('Å', ".--.-"),
    ('Ä', ".-.-"),
    ('Æ', ".-.-"),
    ('Ą', ".-.-"),
    ('Ć', "-.-.."),
    ('Ç', "-.-.."),
    ('Ĉ', "-.-.."),
    ('Ð', "..--."),
    ('Đ', "..-.."),
    ('È', ".-..-"),
    ('Ł', ".-..-"),
    ('Ę', "..-.."),
    ('Ĝ', "--.-."),
    ('Ĥ', "----"),
    ('Š', "----"),
    ('Ĵ', ".---."),
    ('Ñ', "--.--"),
    ('Ń', "--.--"),
    ('Ó', "---."),
    ('Ö', "---."),
    ('Ø', "---."),
    ('Ś', "...-..."),
    ('Ŝ', "...-."),
    ('Þ', ".--.."),
    ('Ü', "..--"),
    ('Ŭ', "..--"),
    ('Ź', "--..-."),
    ('Ż', "--..-"),
];

/// Procedure signals with no character of their own, by their names: section 1.1.3, and SOS and
/// break from common use.
const PROSIGNS: &[(&str, &str)] = &[
    ("VE", "...-."),
    ("HH", "........"),
    ("SK", "...-.-"),
    ("KA", "-.-.-"),
    ("SOS", "...---..."),
    ("BK", "-...-.-"),
];

fn characters() -> impl Iterator<Item = &'static (char, &'static str)> {
    ITU.iter().chain(COMMON)
}

impl Pattern {
    /// The pattern of a character, of either case.
    pub fn of(character: char) -> Option<Pattern> {
        let upper = character.to_uppercase().next()?;
        let (_, dots) = characters().find(|(known, _)| *known == upper)?;
        Some(Pattern::parse(dots))
    }

    /// Reads `.` and `-`; anything else is left out.
    pub fn parse(dots: &str) -> Pattern {
        dots.chars()
            .filter_map(|c| match c {
                '.' => Some(Element::Dot),
                '-' => Some(Element::Dash),
                _ => None,
            })
            .collect::<Vec<_>>()
            .into()
    }

    /// Returns the text of the pattern: a character, a prosign as `<SK>`, or an unknown one as `[......-]`.
    pub fn name(&self) -> String {
        let dots = self.to_string();
        let character = |table: &[(char, &str)]| {
            let (character, _) = table.iter().find(|(_, known)| *known == dots)?;
            Some(character.to_string())
        };
        let prosign = || {
            let (name, _) = PROSIGNS.iter().find(|(_, known)| *known == dots)?;
            Some(format!("<{name}>"))
        };
        character(ITU)
            .or_else(prosign)
            .or_else(|| character(COMMON))
            .unwrap_or_else(|| format!("[{dots}]"))
    }
}

impl From<Vec<Element>> for Pattern {
    fn from(elements: Vec<Element>) -> Self {
        Pattern(elements)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|element| {
            f.write_str(match element {
                Element::Dot => ".",
                Element::Dash => "-",
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_recommendation_is_complete_and_unambiguous() {
        assert_eq!(ITU.len(), 27 + 10 + 13);
        let patterns: HashSet<_> = ITU
            .iter()
            .map(|(_, dots)| dots)
            .chain(PROSIGNS.iter().map(|(_, dots)| dots))
            .collect();
        assert_eq!(patterns.len(), ITU.len() + PROSIGNS.len());
    }

    #[test]
    fn every_character_of_the_recommendation_reads_back() {
        for (character, _) in ITU {
            assert_eq!(
                Pattern::of(*character).unwrap().name(),
                character.to_string()
            );
        }
        for (name, dots) in PROSIGNS {
            assert_eq!(Pattern::parse(dots).name(), format!("<{name}>"));
        }
    }

    #[test]
    fn no_character_is_listed_twice() {
        let distinct: HashSet<char> = characters().map(|(character, _)| *character).collect();
        assert_eq!(distinct.len(), ITU.len() + COMMON.len());
    }

    #[test]
    fn case_and_unknown() {
        assert_eq!(Pattern::of('é'), Pattern::of('É'));
        assert_eq!(Pattern::of('ö').unwrap().to_string(), "---.");
        assert_eq!(Pattern::of('漢'), None);
        assert_eq!(Pattern::parse(".......-").name(), "[.......-]");
    }
}
