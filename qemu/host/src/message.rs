// SPDX-License-Identifier: GPL-2.0

//! A text as Morse: its symbols, and the ideal time of each element.

use std::fmt;

use crate::code::{Element, Pattern};
use crate::lamp::Edge;

/// Lengths in units, Recommendation ITU-R M.1677-1, part I, section 2.
const DASH_UNITS: u64 = 3;
const LETTER_GAP_UNITS: u64 = 3;
const WORD_GAP_UNITS: u64 = 7;

/// The pace: the length of a unit, and of the units of the gaps between letters and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// A dot, and the gap between elements, in ns.
    pub unit_ns: u64,
    /// A third of the gap between letters and a seventh of that between words, in ns.
    pub gap_unit_ns: u64,
}

impl Pace {
    /// The driver's default pace: a dot of 200 ms.
    pub const DEFAULT: Pace = Pace::new(200_000_000);

    /// All units of one length, in ns.
    pub const fn new(unit_ns: u64) -> Self {
        Pace {
            unit_ns,
            gap_unit_ns: unit_ns,
        }
    }

    /// Farnsworth's spacing: longer gaps between letters and words.
    pub const fn farnsworth(unit_ns: u64, gap_unit_ns: u64) -> Self {
        Pace {
            unit_ns,
            gap_unit_ns,
        }
    }

    /// How long an element is, in ns.
    pub fn mark_ns(self, element: Element) -> u64 {
        match element {
            Element::Dot => self.unit_ns,
            Element::Dash => DASH_UNITS * self.unit_ns,
        }
    }

    /// The gap between letters, in ns.
    pub fn letter_gap_ns(self) -> u64 {
        LETTER_GAP_UNITS * self.gap_unit_ns
    }

    /// The gap between words, in ns.
    pub fn word_gap_ns(self) -> u64 {
        WORD_GAP_UNITS * self.gap_unit_ns
    }
}

/// A character or prosign at its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its symbols.
    pub pattern: Pattern,
    /// When its first mark begins, in ns.
    pub start_ns: u64,
    /// When its last mark ends, in ns.
    pub end_ns: u64,
}

/// A text in Morse.
///
/// Equal messages have equal elements: case, the amount of white space, and which of the characters
/// that share a pattern was written make no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    words: Vec<Vec<Pattern>>,
}

/// There is no Morse code for a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no Morse code for {0:?}")]
pub struct Unsendable(pub char);

impl Message {
    /// Makes a message of words, each given by the patterns of its letters. Empty words are left out.
    pub fn new(words: impl IntoIterator<Item = Vec<Pattern>>) -> Self {
        Message {
            words: words.into_iter().filter(|word| !word.is_empty()).collect(),
        }
    }

    /// Reads a text; `<AR>` is a prosign, its letters run together.
    ///
    /// # Errors
    ///
    /// [`Unsendable`] for the first character that Morse has no code for.
    pub fn parse(text: &str) -> Result<Self, Unsendable> {
        let words: Result<Vec<_>, _> = text.split_whitespace().map(parse_word).collect();
        words.map(Message::new)
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Each letter at its ideal time, the first one at 0.
    pub fn letters(&self, pace: Pace) -> Vec<Letter> {
        let mut letters = Vec::new();
        let mut start_ns = 0;
        for word in &self.words {
            for pattern in word {
                let marks: u64 = pattern.0.iter().map(|element| pace.mark_ns(*element)).sum();
                let gaps = pattern.0.len().saturating_sub(1) as u64 * pace.unit_ns;
                let end_ns = start_ns + marks + gaps;
                letters.push(Letter {
                    pattern: pattern.clone(),
                    start_ns,
                    end_ns,
                });
                start_ns = end_ns + pace.letter_gap_ns();
            }
            start_ns += pace.word_gap_ns() - pace.letter_gap_ns();
        }
        letters
    }

    /// The lamp's ideal edges, the first one at 0.
    pub fn edges(&self, pace: Pace) -> Vec<Edge> {
        let mut edges = Vec::new();
        for letter in self.letters(pace) {
            let mut at_ns = letter.start_ns;
            for element in &letter.pattern.0 {
                let end_ns = at_ns + pace.mark_ns(*element);
                edges.push(Edge { at_ns, on: true });
                edges.push(Edge {
                    at_ns: end_ns,
                    on: false,
                });
                at_ns = end_ns + pace.unit_ns;
            }
        }
        edges
    }

    /// From the first edge to the last, in ns.
    pub fn duration_ns(&self, pace: Pace) -> u64 {
        self.letters(pace).last().map_or(0, |letter| letter.end_ns)
    }
}

fn parse_word(word: &str) -> Result<Vec<Pattern>, Unsendable> {
    let mut patterns = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        if first == '<' {
            let (name, after) = rest[1..].split_once('>').ok_or(Unsendable('<'))?;
            let letters: Result<Vec<Pattern>, _> = name
                .chars()
                .map(|c| Pattern::of(c).ok_or(Unsendable(c)))
                .collect();
            patterns.push(Pattern(
                letters?.into_iter().flat_map(|pattern| pattern.0).collect(),
            ));
            rest = after;
        } else {
            patterns.push(Pattern::of(first).ok_or(Unsendable(first))?);
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(patterns)
}

impl fmt::Display for Message {
    /// Returns the text as received: upper case, one space between words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self
            .words
            .iter()
            .map(|word| word.iter().map(Pattern::name).collect())
            .collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace::new(10);

    fn read(text: &str) -> String {
        Message::parse(text).unwrap().to_string()
    }

    #[test]
    fn text_is_normalised() {
        assert_eq!(read(" cq  de\tmorse\n"), "CQ DE MORSE");
        assert_eq!(read("<ar> <SK> å"), "+ <SK> À");
        assert_eq!(Message::parse("sos"), Message::parse("  SOS\n"));
        assert_ne!(Message::parse("SOS"), Message::parse("<SOS>"));
        assert!(Message::parse(" \n").unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        assert_eq!(Message::parse("A漢"), Err(Unsendable('漢')));
        assert_eq!(Message::parse("<AR"), Err(Unsendable('<')));
        assert_eq!(Message::parse("<A%>"), Err(Unsendable('%')));
    }

    /// PARIS and the word gap after it are 50 units, which defines words per minute.
    #[test]
    fn paris_is_fifty_units() {
        let message = Message::parse("PARIS PARIS").unwrap();
        assert_eq!(message.duration_ns(PACE), (50 + 50 - 7) * 10);
        let second = &message.letters(PACE)[5];
        assert_eq!(second.start_ns, 500);
        assert_eq!(second.pattern, Pattern::parse(".--."));
    }

    #[test]
    fn edges_of_an_n_and_an_e() {
        let edges: Vec<(u64, bool)> = Message::parse("NE")
            .unwrap()
            .edges(PACE)
            .iter()
            .map(|edge| (edge.at_ns, edge.on))
            .collect();
        assert_eq!(
            edges,
            [
                (0, true),
                (30, false),
                (40, true),
                (50, false),
                (80, true),
                (90, false)
            ]
        );
    }

    #[test]
    fn farnsworth_stretches_only_the_gaps_between_letters_and_words() {
        let pace = Pace::farnsworth(10, 20);
        let starts: Vec<(u64, u64)> = Message::parse("IE T")
            .unwrap()
            .letters(pace)
            .iter()
            .map(|letter| (letter.start_ns, letter.end_ns))
            .collect();
        assert_eq!(starts, [(0, 30), (90, 100), (240, 270)]);
    }
}
