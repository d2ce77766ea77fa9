// SPDX-License-Identifier: GPL-2.0

//! Reads the lamp: a Morse decoder independent of the driver's.

use crate::code::{Element, Pattern};
use crate::lamp::{Span, Timeline};
use crate::message::{Letter, Message, Pace};

/// The text read from the lamp.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The letters at their times, on the clock of the edges.
    pub letters: Vec<Letter>,
    /// The text.
    pub message: Message,
}

/// Decodes a timeline of a known pace.
///
/// A mark is a dot up to 2 units and a dash above. A space is within a letter up to halfway between
/// a unit and the gap between letters, and between letters up to halfway to the gap between words.
pub fn decode(timeline: &Timeline, pace: Pace) -> Reading {
    let dash_from = pace
        .mark_ns(Element::Dot)
        .midpoint(pace.mark_ns(Element::Dash));
    let letter_from = pace.unit_ns.midpoint(pace.letter_gap_ns());
    let word_from = pace.letter_gap_ns().midpoint(pace.word_gap_ns());

    let mut reading = Reading::default();
    let mut words: Vec<Vec<Pattern>> = vec![Vec::new()];
    let mut letter = Letter {
        pattern: Pattern::default(),
        start_ns: 0,
        end_ns: 0,
    };
    let mut finish = |letter: &mut Letter, words: &mut Vec<Vec<Pattern>>| {
        if let Some(word) = words.last_mut() {
            word.push(letter.pattern.clone());
        }
        reading.letters.push(letter.clone());
        letter.pattern.0.clear();
    };
    for (edge, span) in timeline.edges().iter().zip(timeline.spans()) {
        match span {
            Span::Mark(ns) => {
                if letter.pattern.0.is_empty() {
                    letter.start_ns = edge.at_ns;
                }
                letter.end_ns = edge.at_ns + ns;
                let element = if ns > dash_from {
                    Element::Dash
                } else {
                    Element::Dot
                };
                letter.pattern.0.push(element);
            }
            Span::Space(ns) if ns > letter_from => {
                finish(&mut letter, &mut words);
                if ns > word_from {
                    words.push(Vec::new());
                }
            }
            Span::Space(_) => {}
        }
    }
    if !letter.pattern.0.is_empty() {
        finish(&mut letter, &mut words);
    }
    reading.message = Message::new(words);
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lamp::Edge;

    const PACE: Pace = Pace::new(200_000_000);

    fn lamp(text: &str, pace: Pace) -> Timeline {
        Timeline::new(Message::parse(text).unwrap().edges(pace))
    }

    #[test]
    fn reads_what_was_sent() {
        for text in [
            "SOS",
            "CQ DE MORSE",
            "<SOS> É 73 <SK>",
            "A.B,C?D'E-F/G(H)I\"J=K+L@M",
            "E",
            "T T T",
        ] {
            let reading = decode(&lamp(text, PACE), PACE);
            assert_eq!(reading.message, Message::parse(text).unwrap(), "{text}");
            let letters = Message::parse(text).unwrap().letters(PACE);
            assert_eq!(reading.letters, letters, "{text}");
        }
    }

    #[test]
    fn reads_farnsworth() {
        let pace = Pace::farnsworth(60_000_000, 200_000_000);
        assert_eq!(
            decode(&lamp("CQ DE", pace), pace).message.to_string(),
            "CQ DE"
        );
    }

    /// Every edge up to almost half a unit off, to either side by turns: the most that can be read.
    #[test]
    fn reads_a_bad_fist_but_not_the_wrong_speed() {
        let text = "PARIS CQ";
        let edges = lamp(text, PACE).edges().to_vec();
        for (even, odd) in [(90, 0), (0, 90), (45, 45)] {
            let shaken = edges.iter().enumerate().map(|(i, edge)| Edge {
                at_ns: edge.at_ns + if i % 2 == 0 { even } else { odd } * 1_000_000,
                on: edge.on,
            });
            assert_eq!(
                decode(&Timeline::new(shaken), PACE).message.to_string(),
                text
            );
        }
        assert_ne!(
            decode(&lamp(text, Pace::new(60_000_000)), PACE)
                .message
                .to_string(),
            text
        );
    }

    #[test]
    fn nothing_and_an_unfinished_mark() {
        assert!(decode(&Timeline::default(), PACE).message.is_empty());
        let lit = Timeline::new([Edge { at_ns: 5, on: true }]);
        assert!(decode(&lit, PACE).message.is_empty());
    }

    #[test]
    fn unknown_patterns_are_shown() {
        let edges = Message::new([vec![Pattern::parse(".......-")]]).edges(PACE);
        assert_eq!(
            decode(&Timeline::new(edges), PACE).message.to_string(),
            "[.......-]"
        );
    }
}
