// SPDX-License-Identifier: GPL-2.0

//! People: simulated operators with the statistics of real ones.
//!
//! Lengths are log-normal. A space depends on the marks beside it, a long mark is followed by a short space, the last
//! dot of a letter may be longer, and the speed drifts. Rarely there is a slip.

use crate::cases::operator::Beat;
use crate::cases::rng::Rng;
use crate::code::{
    encode,
    Element, //
};

/// The statistics of a hand. Lengths are in dots, with the standard deviation of the natural logarithm; spaces by
/// the marks beside them: dot and dot, dot and dash, dash and dot, dash and dash.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub name: &'static str,
    pub dot_ms: f64,
    pub dash: f64,
    pub sd_dot: f64,
    pub sd_dash: f64,
    pub element_space: [(f64, f64); 4],
    pub letter_space: [(f64, f64); 4],
    pub word_space: (f64, f64),
    /// How much longer the last dot of a letter is, as a logarithm.
    pub last_dot: f64,
    /// The correlation of a mark and the space after it.
    pub mark_to_space: f64,
}

/// Hands fitted to recordings of nine operators: straight keys, a bug, paddles, a space bar and a coast station's
/// automatic sender.
pub const PEOPLE: [Person; 9] = [
    Person {
        name: "straight-heavy",
        dot_ms: 76.0,
        dash: 3.49,
        sd_dot: 0.149,
        sd_dash: 0.135,
        element_space: [(0.86, 0.128), (0.87, 0.165), (0.96, 0.132), (0.89, 0.140)],
        letter_space: [(4.86, 0.126), (5.13, 0.133), (3.96, 0.169), (4.47, 0.113)],
        word_space: (9.85, 0.215),
        last_dot: 0.100,
        mark_to_space: -0.52,
    },
    Person {
        name: "bug",
        dot_ms: 59.6,
        dash: 2.92,
        sd_dot: 0.146,
        sd_dash: 0.177,
        element_space: [(0.57, 0.162), (0.67, 0.293), (0.65, 0.262), (0.74, 0.281)],
        letter_space: [(2.63, 0.155), (3.03, 0.206), (2.44, 0.188), (3.02, 0.276)],
        word_space: (4.07, 0.341),
        last_dot: -0.048,
        mark_to_space: 0.00,
    },
    Person {
        name: "paddle-light",
        dot_ms: 50.6,
        dash: 2.60,
        sd_dot: 0.057,
        sd_dash: 0.026,
        element_space: [(0.62, 0.068), (0.62, 0.057), (0.62, 0.060), (0.62, 0.067)],
        letter_space: [(3.51, 0.128), (3.94, 0.138), (3.22, 0.136), (3.96, 0.127)],
        word_space: (8.29, 0.346),
        last_dot: -0.013,
        mark_to_space: -0.04,
    },
    Person {
        name: "paddle-tight",
        dot_ms: 57.1,
        dash: 2.71,
        sd_dot: 0.105,
        sd_dash: 0.035,
        element_space: [(0.66, 0.090), (0.66, 0.083), (0.65, 0.226), (0.65, 0.083)],
        letter_space: [(3.19, 0.220), (2.68, 0.210), (2.29, 0.252), (2.77, 0.203)],
        word_space: (8.29, 0.368),
        last_dot: -0.011,
        mark_to_space: -0.09,
    },
    Person {
        name: "paddle-tight-2",
        dot_ms: 59.2,
        dash: 2.61,
        sd_dot: 0.066,
        sd_dash: 0.045,
        element_space: [(0.63, 0.096), (0.63, 0.050), (0.63, 0.080), (0.63, 0.082)],
        letter_space: [(2.81, 0.210), (2.74, 0.193), (2.52, 0.274), (2.67, 0.197)],
        word_space: (7.69, 0.327),
        last_dot: -0.004,
        mark_to_space: -0.35,
    },
    Person {
        name: "paddle-crowded",
        dot_ms: 50.0,
        dash: 2.84,
        sd_dot: 0.055,
        sd_dash: 0.016,
        element_space: [(0.87, 0.065), (0.86, 0.054), (0.87, 0.052), (0.87, 0.056)],
        letter_space: [(2.84, 0.203), (2.53, 0.164), (2.37, 0.269), (2.67, 0.200)],
        word_space: (5.42, 0.556),
        last_dot: 0.004,
        mark_to_space: -0.38,
    },
    Person {
        name: "straight-even",
        dot_ms: 84.8,
        dash: 2.36,
        sd_dot: 0.044,
        sd_dash: 0.053,
        element_space: [(0.73, 0.044), (0.75, 0.032), (0.74, 0.037), (0.72, 0.031)],
        letter_space: [(3.11, 0.113), (2.03, 0.281), (2.35, 0.148), (2.53, 0.226)],
        word_space: (6.39, 0.228),
        last_dot: -0.041,
        mark_to_space: 0.00,
    },
    Person {
        name: "space-bar",
        dot_ms: 47.0,
        dash: 6.90,
        sd_dot: 0.244,
        sd_dash: 0.209,
        element_space: [(2.06, 0.116), (2.16, 0.127), (2.00, 0.103), (2.33, 0.143)],
        letter_space: [(8.71, 0.012), (9.55, 0.086), (8.57, 0.215), (7.90, 0.120)],
        word_space: (17.09, 0.101),
        last_dot: 0.000,
        mark_to_space: -0.24,
    },
    Person {
        name: "coast-station",
        dot_ms: 85.6,
        dash: 2.39,
        sd_dot: 0.013,
        sd_dash: 0.005,
        element_space: [(0.37, 0.002), (0.37, 0.004), (0.37, 0.003), (0.37, 0.004)],
        letter_space: [(1.96, 0.221), (1.76, 0.089), (2.14, 0.035), (1.96, 0.191)],
        word_space: (7.33, 0.201),
        last_dot: 0.000,
        mark_to_space: 0.00,
    },
];

/// Uniform between 0 and 1.
fn uniform(rng: &mut Rng) -> f64 {
    (rng.next() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Normal, with a standard deviation of 1 (Box and Muller, 1958).
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * uniform(rng).max(1e-12).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(rng)).cos()
}

/// A slip of the hand.
#[derive(Clone, Copy)]
enum Slip {
    /// A dot too many.
    Dot,
    /// The next letter follows too soon.
    RunTogether,
    /// The hand rests within the letter.
    Pause,
}

impl Person {
    /// Keys `text`. Of so many letters one has a slip, if any.
    pub fn key(&self, text: &str, slips_one_in: Option<u32>, rng: &mut Rng) -> Vec<Beat> {
        let mut marks: Vec<(Element, Space)> = Vec::new();
        for character in text.chars() {
            if character == ' ' {
                if let Some((_, space)) = marks.last_mut() {
                    *space = Space::Word;
                }
                continue;
            }
            let code = encode(character).expect("keyed text has only characters with a code");
            marks.extend(code.elements().map(|element| (element, Space::Element)));
            let slip = slips_one_in
                .filter(|letters| rng.one_in(*letters))
                .map(|_| [Slip::Dot, Slip::RunTogether, Slip::Pause][rng.below(3) as usize]);
            let last = marks.len() - 1;
            marks[last].1 = Space::Letter;
            match slip {
                Some(Slip::Dot) => marks.insert(last, (Element::Dot, Space::Element)),
                Some(Slip::RunTogether) => marks[last].1 = Space::Element,
                Some(Slip::Pause) if code.len() > 1 => marks[last - 1].1 = Space::Letter,
                _ => (),
            }
        }
        let mut tempo = 0.0;
        let mut beats = Vec::new();
        for (index, (element, space)) in marks.iter().enumerate() {
            let next = marks.get(index + 1).map_or(Element::Dot, |(next, _)| *next);
            let neighbours =
                2 * usize::from(*element == Element::Dash) + usize::from(next == Element::Dash);
            // A walk that returns: some percent either way.
            tempo = 0.99 * tempo + 0.003 * normal(rng);
            let mark = normal(rng);
            let length = match element {
                Element::Dash => self.dash * (self.sd_dash * mark).exp(),
                Element::Dot if *space != Space::Element => {
                    (self.sd_dot * mark + self.last_dot).exp()
                }
                Element::Dot => (self.sd_dot * mark).exp(),
            };
            let rest = (1.0 - self.mark_to_space * self.mark_to_space).sqrt() * normal(rng);
            let (mean, sd) = match space {
                Space::Element => self.element_space[neighbours],
                Space::Letter => self.letter_space[neighbours],
                Space::Word => self.word_space,
            };
            let dot_ns = self.dot_ms * 1e6 * f64::exp(tempo);
            beats.push(Beat {
                mark_ns: (dot_ns * length) as u64,
                space_ns: (dot_ns * mean * (sd * (self.mark_to_space * mark + rest)).exp()) as u64,
            });
        }
        beats
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Element,
    Letter,
    Word,
}
