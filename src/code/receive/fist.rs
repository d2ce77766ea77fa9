// SPDX-License-Identifier: GPL-2.0

//! A sender's fist: the lengths of the five kinds of marks and spaces, and the borders between them.

use super::{
    keyed::MarkSpace,
    log::{
        above,
        Log, //
    },
    mean::Mean, //
};

/// Kinds of lengths, shortest first among marks and among spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dot,
    Dash,
    ElementSpace,
    LetterSpace,
    WordSpace,
}

/// How lengths of a kind scatter: standard deviations of logarithms. Straight keys, bugs and paddles have 0.04 to
/// 0.24 (natural) for marks, up to 0.35 for letter spaces, and 0.55 for word spaces; these are 0.16, 0.16, 0.20
/// and 0.30.
pub(super) const SD_MARK: Log = 60;
pub(super) const SD_ELEMENT_SPACE: Log = 60;
pub(super) const SD_LETTER_SPACE: Log = 75;
pub(super) const SD_WORD_SPACE: Log = 110;

/// A cost is the negative logarithm of a likelihood, in [`COST`]ths of a natural unit.
pub(super) const COST: i32 = 16;

/// Costs of the kind of a space, at any length: 6 of 10 are inside letters, 3 end letters, 1 ends a word.
pub(super) const COST_ELEMENT_SPACE: i32 = 8;
pub(super) const COST_LETTER_SPACE: i32 = 19;
pub(super) const COST_WORD_SPACE: i32 = 38;

/// The cost of an outlier. However far off one length is, it does not prove more than this.
const COST_OUTLIER: i32 = 120;

/// Later samples count one part in this many.
const RATE: i32 = 12;
const RATE_LETTER_SPACE: i32 = 10;
const RATE_WORD_SPACE: i32 = 8;

/// A sample moves its mean as if it were no further off than this: a factor of 1.3, and 1.5 for the word spaces,
/// which scatter more.
const BOUND: Log = 100;
const BOUND_WORD_SPACE: Log = 150;

/// The part (1 / this) of the error of a mark or element space that moves the other kinds, as a change of speed
/// does.
const TEMPO: i32 = 16;

/// Nothing is learnt from a length nearer to a border than this part of the distance of its two kinds.
const UNSURE: i32 = 8;

/// The mean lengths of the five kinds, and how marks and element spaces scatter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fist {
    pub(super) dot: Mean,
    pub(super) dash: Mean,
    pub(super) element_space: Mean,
    pub(super) letter_space: Mean,
    pub(super) word_space: Mean,
    spread: Mean,
}

impl Fist {
    /// Means in the order of [`Kind`].
    pub(super) const fn new(
        [dot, dash, element_space, letter_space, word_space]: [Mean; 5],
    ) -> Self {
        /// The spread of a good hand, until this one has been seen.
        const SPREAD: Mean = Mean::new(40, 4);

        Self {
            dot,
            dash,
            element_space,
            letter_space,
            word_space,
            spread: SPREAD,
        }
    }

    /// The standard fist with a dot of this length, without samples.
    pub(super) const fn standard(dot: Log) -> Self {
        /// log2(3) and log2(7).
        const DASH: Log = 406;
        const WORD_SPACE: Log = 719;

        Self::new([
            Mean::new(dot, 0),
            Mean::new(dot + DASH, 0),
            Mean::new(dot, 0),
            Mean::new(dot + DASH, 0),
            Mean::new(dot + WORD_SPACE, 0),
        ])
    }

    /// A mark above this is a dash.
    pub(super) const fn dash_border(&self) -> Log {
        middle(self.dot, self.dash)
    }

    /// A space above this ends a letter.
    pub(super) const fn letter_border(&self) -> Log {
        middle(self.element_space, self.letter_space)
    }

    /// A space above this ends a word.
    pub(super) const fn word_border(&self) -> Log {
        middle(self.letter_space, self.word_space)
    }

    /// The kind of a space.
    pub(super) const fn space(&self, space: Log) -> Kind {
        if space < self.letter_border() {
            Kind::ElementSpace
        } else if space < self.word_border() {
            Kind::LetterSpace
        } else {
            Kind::WordSpace
        }
    }

    /// Learns from a length.
    pub(super) fn learn(&mut self, kind: Kind, length: Log) {
        /// From a mean deviation to the standard deviation of a Gaussian.
        const DEVIATION_TO_SD: (Log, Log) = (5, 4);
        /// An outlier counts as twice the usual error, or it would blow the spread up.
        const SPREAD_BOUND: Log = 2 * SD_MARK;
        /// The spread follows slowly: it is more uncertain than a mean.
        const SPREAD_RATE: i32 = 32;

        if self.is_unsure(kind, length) {
            return;
        }
        let (rate, bound) = match kind {
            Kind::Dot | Kind::Dash | Kind::ElementSpace => (RATE, BOUND),
            Kind::LetterSpace => (RATE_LETTER_SPACE, BOUND),
            Kind::WordSpace => (RATE_WORD_SPACE, BOUND_WORD_SPACE),
        };
        if matches!(kind, Kind::Dot | Kind::Dash | Kind::ElementSpace) {
            let off = above(length, self.mean(kind).get());
            let (times, parts) = DEVIATION_TO_SD;
            let deviation = off.abs().min(SPREAD_BOUND) * times / parts;
            self.spread.add(deviation, SPREAD_RATE, Log::MAX);
            self.mean(kind).add(length, rate, bound);
            let off = above(length, self.mean(kind).get()).clamp(-BOUND, BOUND);
            for other in [
                Kind::Dot,
                Kind::Dash,
                Kind::ElementSpace,
                Kind::LetterSpace,
                Kind::WordSpace,
            ] {
                if other != kind {
                    self.mean(other).shift(off, TEMPO);
                }
            }
        } else {
            self.mean(kind).add(length, rate, bound);
        }
    }

    /// Learns from a space that ended a letter, and perhaps a word.
    pub(super) fn learn_gap(&mut self, space: Log) {
        let kind = if space >= self.word_border() {
            Kind::WordSpace
        } else {
            Kind::LetterSpace
        };
        self.learn(kind, space);
    }

    /// The cost of a mark and a space by this fist, and the part of it that is surprising: a mark that is off, or a
    /// space that is too short. A long space may always be.
    pub(super) fn cost(&self, keyed: &MarkSpace) -> (i32, i32) {
        let sd = SD_MARK.max(self.spread.get());
        let mark = if keyed.mark < self.dash_border() {
            self.dot
        } else {
            self.dash
        };
        let mark = outlier(keyed.mark, mark, sd);
        let Some(space) = keyed.space else {
            return (mark, mark);
        };
        let cost = match self.space(space) {
            Kind::WordSpace => outlier(space, self.word_space, SD_WORD_SPACE) + COST_WORD_SPACE,
            Kind::LetterSpace => {
                outlier(space, self.letter_space, SD_LETTER_SPACE) + COST_LETTER_SPACE
            }
            _ => outlier(space, self.element_space, SD_ELEMENT_SPACE.max(sd)) + COST_ELEMENT_SPACE,
        };
        let surprise = if space < self.element_space.get() {
            mark.max(cost)
        } else {
            mark
        };
        (mark + cost, surprise)
    }

    /// How much likelier the kind of `mark` is than the other, as a cost.
    pub(super) fn mark_margin(&self, mark: Log) -> i32 {
        margin(mark, self.dash_border(), self.dot, self.dash, SD_MARK)
    }

    /// The same for a space inside a letter, that may end one.
    pub(super) fn space_margin(&self, space: Log) -> i32 {
        margin(
            space,
            self.letter_border(),
            self.element_space,
            self.letter_space,
            SD_ELEMENT_SPACE,
        )
    }

    /// Whether the kind of a length is not clear.
    pub(super) fn is_doubtful(&self, keyed: &[MarkSpace]) -> bool {
        /// A standard hand has this just past half way from border to mean.
        const CLEAR: i32 = 200;

        keyed.iter().any(|item| {
            let space = item.space.map_or(CLEAR, |space| self.space_margin(space));
            self.mark_margin(item.mark).min(space) < CLEAR
        })
    }

    fn mean(&mut self, kind: Kind) -> &mut Mean {
        match kind {
            Kind::Dot => &mut self.dot,
            Kind::Dash => &mut self.dash,
            Kind::ElementSpace => &mut self.element_space,
            Kind::LetterSpace => &mut self.letter_space,
            Kind::WordSpace => &mut self.word_space,
        }
    }

    fn is_unsure(&self, kind: Kind, length: Log) -> bool {
        let near = |low: Mean, high: Mean, part: i32| {
            let distance = above(high.get(), low.get());
            above(length, middle(low, high)).abs() < distance / part
        };
        match kind {
            Kind::Dot | Kind::Dash => near(self.dot, self.dash, UNSURE),
            Kind::ElementSpace => near(self.element_space, self.letter_space, UNSURE),
            // Letter and word spaces overlap anyway.
            Kind::WordSpace => near(self.letter_space, self.word_space, 2 * UNSURE),
            Kind::LetterSpace => {
                near(self.element_space, self.letter_space, UNSURE)
                    || near(self.letter_space, self.word_space, 2 * UNSURE)
            }
        }
    }
}

/// In logarithms, the middle is the geometric mean.
const fn middle(low: Mean, high: Mean) -> Log {
    (low.get() + high.get()) / 2
}

/// The cost of squared differences that add up to `squares`. Without a spread it is that of an outlier.
pub(super) const fn cost(squares: i32, sd: Log) -> i32 {
    // The likelihood of a Gaussian: squares / (2 sd^2).
    match (squares * (COST / 2)).checked_div(sd * sd) {
        Some(cost) => cost,
        None => COST_OUTLIER,
    }
}

fn outlier(length: Log, mean: Mean, sd: Log) -> i32 {
    let off = above(length, mean.get());
    cost(off * off, sd).min(COST_OUTLIER)
}

fn margin(length: Log, border: Log, low: Mean, high: Mean, sd: Log) -> i32 {
    let distance = above(high.get(), low.get()).abs();
    // The difference of two squares is twice the product.
    above(length, border).abs() * distance * COST / (sd * sd)
}
