// SPDX-License-Identifier: GPL-2.0

//! What a receiver believes about the hand that keys, and how it reads marks and spaces by it.

use super::estimate::{Average, Ratio, Ticks};
use super::pending::Shape;

/// Lengths of the same kind are less than this apart, in a steady hand.
const SAME: Ratio = Ratio::sixteenths(22);

/// A mark this much longer than the space beside it is a dash: between the 1 of a dot and the 2 of the
/// shortest dash.
const DASH_TO_SPACE: Ratio = Ratio::sixteenths(24);

/// A space of this many units ends a letter: the geometric mean of 1.2 and 2.4, an element gap and a
/// letter gap that are each 20 % off.
const LETTER_GAP: Ratio = Ratio::sixteenths(28);

/// A space of this many units ends a word: the geometric mean of 3.6 and 5.6, a letter gap and a word
/// gap that are each 20 % off.
const WORD_GAP: Ratio = Ratio::sixteenths(72);

/// Where a dash is unknown, it is taken to be of the standard length.
const STANDARD_DASH: Ratio = Ratio::sixteenths(48);

/// A mark beyond this many dashes is no dash.
const NO_DASH: Ratio = Ratio::sixteenths(40);

/// A first mark that nothing tells about is a dot up to this length: a dot of 10 WPM, a dash of 30.
const LONE_DOT: Ticks = Ticks::from_ns(120_000_000);

/// The mean lengths of a hand's marks and of the spaces inside its letters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    dot: Average,
    dash: Average,
    space: Average,
}

impl Hand {
    /// A hand that keys by the book.
    pub(crate) const fn standard(unit: Ticks) -> Hand {
        Hand {
            dot: Average::guess(unit),
            dash: Average::guess(unit.times(STANDARD_DASH)),
            space: Average::guess(unit),
        }
    }

    /// What a single mark lets guess.
    fn of_lone_mark(mark: Ticks) -> Hand {
        if mark <= LONE_DOT {
            Hand::standard(mark)
        } else {
            Hand::standard(mark.third())
        }
    }

    /// The length of a unit. What a dot has too much, the space after it has too little.
    pub(crate) const fn unit(&self) -> Ticks {
        self.dot.value().mean(self.space.value())
    }
}

/// How to read the pending marks and spaces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The unit, or while that is uncertain the longest it may be.
    unit: Ticks,
    /// Lengths of a dot and a dash, of which a mark is the nearer one.
    dot: Ticks,
    dash: Ticks,
    /// The hand that follows, if this is not the one known before.
    new: Option<Hand>,
}

impl Reading {
    /// By the hand that is known.
    pub(crate) fn known(hand: &Hand) -> Reading {
        Reading {
            unit: hand.unit(),
            dot: hand.dot.value(),
            dash: hand.dash.value(),
            new: None,
        }
    }

    fn fresh(dot: Ticks, dash: Ticks, space: Ticks) -> Reading {
        let hand = Hand {
            dot: Average::guess(dot),
            dash: Average::guess(dash),
            space: Average::sample(space),
        };
        Reading {
            new: Some(hand),
            ..Reading::known(&hand)
        }
    }

    /// Reads pending marks of this `shape`, given the `hand` so far, if any.
    ///
    /// While the marks fit the hand, the hand decides. Otherwise they tell by themselves: a letter
    /// with dots and dashes by its marks, another by its marks and the spaces between them. What
    /// remains is a lone mark, and marks without spaces shorter than they: those may be dots.
    pub(crate) fn of(shape: Shape, hand: Option<&Hand>) -> Reading {
        if let Some(hand) = hand {
            if hand.fits(shape) && (hand.is_proven() || hand.is_completed_by(shape)) {
                return Reading::known(hand);
            }
        }
        let hand = hand.filter(|hand| hand.is_proven());
        let short = shape.shortest;
        let long = shape.longest;
        if shape.is_mixed() {
            let space = match shape.shortest_space {
                Some(space) if space.is_near(SAME, short) => space,
                _ => short,
            };
            return Reading::fresh(short, long, space);
        }
        let middle = short.mean(long);
        match (shape.shortest_space, hand) {
            (Some(space), _) if middle.exceeds(DASH_TO_SPACE, space) => {
                Reading::fresh(space, middle, space)
            }
            (Some(space), _) if middle.is_near(SAME, space) => {
                Reading::fresh(middle, middle.times(STANDARD_DASH), space)
            }
            (_, Some(hand)) if hand.dot.value().exceeds(SAME, middle) => {
                Reading::fresh(middle, middle.times(STANDARD_DASH), middle)
            }
            (_, Some(hand)) => Reading {
                unit: middle.max(hand.unit()),
                ..Reading::known(hand)
            },
            (_, None) => {
                let hand = Hand::of_lone_mark(middle);
                Reading {
                    unit: middle,
                    new: Some(hand),
                    ..Reading::known(&hand)
                }
            }
        }
    }

    /// The shortest space that ends a letter.
    pub(crate) const fn letter_gap(&self) -> Ticks {
        self.unit.times(LETTER_GAP)
    }

    /// The shortest space that ends a word, in plain keying.
    pub(crate) const fn word_gap(&self) -> Ticks {
        self.unit.times(WORD_GAP)
    }

    /// The unit, or while that is uncertain the longest it may be.
    pub(crate) const fn unit(&self) -> Ticks {
        self.unit
    }

    /// Whether a mark is a dash.
    pub(crate) const fn is_dash(&self, mark: Ticks) -> bool {
        mark.is_nearer_to(self.dash, self.dot)
    }

    /// The hand that this reading found, if it is another than before.
    pub(crate) const fn new_hand(&self) -> Option<Hand> {
        self.new
    }
}

impl Hand {
    /// Whether more is known of this hand than marks of one length, which may be dots or dashes.
    const fn is_proven(&self) -> bool {
        self.space.is_sampled() || (self.dot.is_sampled() && self.dash.is_sampled())
    }

    /// Whether marks of this `shape`, which fit, are of the kind not seen before.
    fn is_completed_by(&self, shape: Shape) -> bool {
        let is_dash = shape
            .shortest
            .is_nearer_to(self.dash.value(), self.dot.value());
        !is_dash && !self.dot.is_sampled() || is_dash && !self.dash.is_sampled()
    }

    /// Whether marks and spaces of this `shape` are what this hand keys.
    fn fits(&self, shape: Shape) -> bool {
        let dot = self.dot.value();
        let dash = self.dash.value();
        let marks = if shape.is_mixed() {
            shape.shortest.is_near(SAME, dot) && shape.longest.is_near(SAME, dash)
        } else {
            [shape.shortest, shape.longest]
                .iter()
                .all(|mark| mark.is_near(SAME, dot) || mark.is_near(SAME, dash))
        };
        let faster = shape
            .shortest_space
            .is_some_and(|space| self.space.value().exceeds(SAME, space));
        marks && !faster
    }

    /// Learns from a mark.
    pub(crate) fn learn_mark(&mut self, mark: Ticks, is_dash: bool) {
        if !is_dash {
            self.dot.add(mark);
        } else if !mark.exceeds(NO_DASH, self.dash.value()) {
            self.dash.add(mark);
        }
    }

    /// Learns from a space inside a letter.
    pub(crate) fn learn_space(&mut self, space: Ticks) {
        self.space.add(space);
    }
}
