// SPDX-License-Identifier: GPL-2.0

//! The decoder reads the lamp at any setting.

use super::keyed::{
    key,
    receive, //
};
use crate::cases::operator::{
    Beat,
    Gaps,
    Operator,
    GAPS, //
};
use crate::cases::rng::Rng;
use crate::code::Decoder;

/// A first word may be short, of one kind of marks, or begin with a short letter.
const TEXTS: [&str; 8] = [
    "CQ CQ DE MORSE THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 599 73",
    "SOS",
    "HELLO WORLD",
    "PARIS",
    "TEST",
    "AND SO ON",
    "73 TU",
    "V V V DE MORSE",
];

/// Words of one kind of marks, or that begin with a lone dot or dash. Without a set speed nothing but the spaces
/// tells dots from dashes then.
const OF_ONE_KIND: [&str; 12] = [
    "HI",
    "MOM",
    "SEE HIS SHIPS",
    "E",
    "T",
    "E E",
    "T T T",
    "E TEST",
    "T EST",
    "TOM",
    "5",
    "0",
];

/// How the lamp keys.
#[derive(Clone, Copy, Debug)]
struct Lamp {
    wpm: u64,
    weight_percent: i64,
    /// Of the spaces between letters and words.
    stretch_percent: u64,
}

impl Lamp {
    fn key(&self, text: &str) -> Vec<Beat> {
        let operator = Operator {
            stretch_percent: self.stretch_percent,
            ..Operator::steady(self.wpm)
        };
        // A mark is longer by as much as the space after it is shorter.
        let longer_ns = 2 * operator.unit_ns as i64 * (self.weight_percent - 50) / 100;
        key(&operator, text, &mut Rng::new(self.wpm))
            .into_iter()
            .map(|beat| Beat {
                mark_ns: beat.mark_ns.saturating_add_signed(longer_ns),
                space_ns: beat.space_ns.saturating_add_signed(-longer_ns),
            })
            .collect()
    }

    /// Keys `text`, and reads it at a set speed, or at one that is found if this is 0.
    fn read_back(&self, text: &str, set_wpm: u32, gaps: Gaps) -> String {
        let mut decoder = Decoder::new();
        decoder.set_fixed_wpm(set_wpm).expect("a speed");
        let mut rng = Rng::new(self.wpm);
        receive(&mut decoder, &self.key(text), gaps, &mut rng)
    }

    /// Checks that each text is read back, at a speed that is found and at one that is set.
    fn check(&self) {
        let set_wpm = self.wpm as u32;
        for gaps in GAPS {
            for text in TEXTS {
                let read = self.read_back(text, 0, gaps);
                // The first T has 115 ms, as a dot at 10 WPM, and its gap ends a letter by then.
                let is_short_t = self.wpm == 25 && self.weight_percent == 20;
                let is_long_gap = self.stretch_percent >= 360 && gaps == Gaps::Timers;
                let expected = match text {
                    "TEST" if is_short_t && is_long_gap => "EEST",
                    _ => text,
                };
                assert_eq!(read, expected, "{gaps:?}, {self:?}");
            }
            for text in TEXTS.iter().chain(&OF_ONE_KIND) {
                let read = self.read_back(text, set_wpm, gaps);
                assert_eq!(read, *text, "{gaps:?}, set, {self:?}");
            }
        }
    }
}

/// Stretched spaces: at 20 WPM, 20 at 15, 10, 5 and 4 WPM overall. 166 is 20 at 25 WPM.
const STRETCHES: [u64; 7] = [100, 150, 166, 190, 360, 890, 1150];

#[test]
fn every_weight_is_read_back() {
    for wpm in (5..=60).step_by(5) {
        for weight_percent in (20..=80).step_by(5) {
            let lamp = Lamp {
                wpm,
                weight_percent,
                stretch_percent: 100,
            };
            lamp.check();
        }
    }
}

#[test]
fn farnsworth_is_read_back_at_every_weight_from_the_first_word() {
    for wpm in [20, 25] {
        for stretch_percent in STRETCHES {
            for weight_percent in (20..=80).step_by(5) {
                let lamp = Lamp {
                    wpm,
                    weight_percent,
                    stretch_percent,
                };
                lamp.check();
            }
        }
    }
}

/// Without a set speed, a word of dots is read as one of dashes where dots and their spaces have the ratio of dashes, and
/// a word of dashes as one of dots.
#[test]
fn a_word_of_one_kind_of_marks_is_read_back_at_usual_weights() {
    for gaps in GAPS {
        for wpm in (5..=60).step_by(5) {
            for weight_percent in (30..=65).step_by(5) {
                for text in ["HI", "MOM", "SEE HIS SHIPS", "TOM"] {
                    let lamp = Lamp {
                        wpm,
                        weight_percent,
                        stretch_percent: 100,
                    };
                    assert_eq!(lamp.read_back(text, 0, gaps), text, "{gaps:?}, {lamp:?}");
                }
            }
        }
    }
    let heavy = Lamp {
        wpm: 20,
        weight_percent: 80,
        stretch_percent: 100,
    };
    assert_eq!(
        heavy.read_back("SEE HIS SHIPS", 0, Gaps::Edges),
        "OEE HIS SHIPS"
    );
    let light = Lamp {
        wpm: 60,
        weight_percent: 20,
        stretch_percent: 100,
    };
    assert_eq!(light.read_back("MOM", 0, Gaps::Edges), "ISI");
}

/// At a set speed, spaces of one kind are between words if they are as long as by the book.
#[test]
fn stretched_letters_alone_are_taken_for_words() {
    for gaps in GAPS {
        let lamp = Lamp {
            wpm: 20,
            weight_percent: 50,
            stretch_percent: 360,
        };
        assert_eq!(lamp.read_back("EE", 20, gaps), "E E");
    }
}

/// A lone mark is a dash from 120 ms on, if its speed is not known.
#[test]
fn a_lone_first_mark_is_guessed() {
    let first = |wpm: u64, text: &str| {
        let lamp = Lamp {
            wpm,
            weight_percent: 50,
            stretch_percent: 100,
        };
        lamp.read_back(text, 0, Gaps::Timers)
    };
    assert_eq!(first(20, "E TEST"), "E TEST");
    assert_eq!(first(20, "T EST"), "T EST");
    assert_eq!(first(10, "E TEST"), "T TEST");
    assert_eq!(first(12, "E TEST"), "E TEST");
}
