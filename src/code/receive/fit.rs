// SPDX-License-Identifier: GPL-2.0

//! The likeliest fist behind some marks and spaces.
//!
//! Sorted marks are cut in two, dots and dashes, and sorted spaces in three: inside letters, between letters,
//! between words. Each cut has a cost: how the lengths scatter within each kind, how far the kinds are from the
//! ratios that hands have, and the alphabet as a witness of the reading. The cut that costs least is the reading.
//! A length that some cut of nearly the same cost takes for another kind is uncertain.

use super::{
    cuts::{
        Cut,
        Cuts,
        CERTAIN, //
    },
    fist::{
        cost,
        Fist,
        COST_ELEMENT_SPACE,
        COST_LETTER_SPACE,
        COST_WORD_SPACE,
        SD_ELEMENT_SPACE,
        SD_LETTER_SPACE,
        SD_MARK,
        SD_WORD_SPACE, //
    },
    keyed::MarkSpace,
    log::{
        above,
        log,
        ns,
        Log, //
    },
    mean::Mean,
    prior::{
        word_space,
        DASH_TO_DOT,
        DOT,
        ELEMENT_SPACE_TO_DOT,
        LETTER_SPACE_TO_UNIT,
        SD_DOT,
        SD_SET,
        SD_SET_DOT, //
    },
    sorted::{
        Run,
        Sorted, //
    },
    witness, //
};

/// The excess of a clearly longer gap: a fifth of an octave.
const CLEAR_LETTER: Log = 50;

/// A border, and how far it may be off in readings that cost nearly the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Border {
    pub(super) low: Log,
    pub(super) best: Log,
    pub(super) high: Log,
}

impl Border {
    /// Whether it is certain on which side `length` is.
    pub(super) const fn is_certain_of(&self, length: Log) -> bool {
        length < self.low || length >= self.high
    }

    /// A border that is certain.
    const fn sharp(best: Log) -> Self {
        Self {
            low: best,
            best,
            high: best,
        }
    }

    /// Whether it is certain itself.
    pub(super) const fn is_certain(&self) -> bool {
        self.low == self.high
    }
}

/// A fist that was found, and its borders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) fist: Fist,
    pub(super) cost: i32,
    pub(super) dash: Border,
    pub(super) letter: Border,
    pub(super) word: Border,
}

impl Fit {
    /// Finds the fist of the keying, by the unit of the set speed if there is one.
    pub(super) fn of(keyed: &[MarkSpace], set_unit: Option<Log>) -> Fit {
        Self::likeliest(keyed, set_unit, false)
    }

    fn likeliest(keyed: &[MarkSpace], set_unit: Option<Log>, has_ended: bool) -> Fit {
        let fit = Fitting::new(keyed, set_unit, has_ended).fit();
        let kinds = [
            fit.fist.element_space,
            fit.fist.letter_space,
            fit.fist.word_space,
        ];
        match set_unit {
            // If all spaces are of one kind, the speed tells which; but words and letters may be spread.
            Some(unit) if kinds.iter().filter(|kind| kind.is_sampled()).count() <= 1 => {
                let fist = Fist::standard(unit);
                let best = fist.word_border();
                Fit {
                    fist,
                    letter: Border::sharp(unit + LETTER_SPACE_TO_UNIT.mean / 2),
                    word: Border {
                        low: fit.word.low.min(best),
                        best,
                        high: fit.word.high.max(best),
                    },
                    ..fit
                }
            }
            _ => fit,
        }
    }

    /// The same when the key has been up for `gap`, which ends a letter and perhaps a word.
    pub(super) fn finished(keyed: &[MarkSpace], set_unit: Option<Log>, gap: Log) -> Fit {
        let fit = Self::likeliest(keyed, set_unit, true);
        let Fist {
            element_space,
            letter_space,
            word_space,
            ..
        } = fit.fist;
        let best = match set_unit {
            // Without spaces inside letters to compare with, the speed tells which end words.
            Some(unit) if !element_space.is_sampled() => Fist::standard(unit).word_border(),
            _ if letter_space.is_sampled() && word_space.is_sampled() => return fit,
            // Those that are shorter than the gap are between letters.
            _ => fit.word.best.max(gap - CLEAR_LETTER),
        };
        Fit {
            word: Border::sharp(best),
            ..fit
        }
    }
}

struct Fitting<'a> {
    keyed: &'a [MarkSpace],
    set_unit: Option<Log>,
    /// Whether the last letter has ended.
    has_ended: bool,
    marks: Sorted,
    spaces: Sorted,
}

/// The kinds of marks by a cut.
#[derive(Clone, Copy)]
struct Marks {
    cost: i32,
    /// The index of the place of the cut.
    cut: usize,
    dot: Log,
    dash: Log,
}

impl<'a> Fitting<'a> {
    fn new(keyed: &'a [MarkSpace], set_unit: Option<Log>, has_ended: bool) -> Self {
        Self {
            keyed,
            set_unit,
            has_ended,
            marks: Sorted::new(keyed.iter().map(|item| item.mark)),
            spaces: Sorted::new(keyed.iter().filter_map(|item| item.space)),
        }
    }

    fn fit(&self) -> Fit {
        let last = self.marks.last();
        let mixed = (1..last)
            .map(|cut| self.cut_marks(cut))
            .min_by_key(|marks| marks.cost);
        let mut cuts = Cuts::new();
        // The best cut in two, all are dashes, or all are dots.
        let hypotheses = [mixed, Some(self.cut_marks(0)), Some(self.cut_marks(last))];
        for marks in hypotheses.iter().flatten() {
            self.cut_spaces(marks, &mut cuts);
        }
        self.ask_alphabet(&mut cuts);
        let best = cuts.cheapest();
        let fist = self.fist(best);
        let border = |lengths: &Sorted, of: fn(&Cut) -> u8, wanted: Log| {
            let best_at = of(&best);
            let (mut low, mut high) = (best_at, best_at);
            for cut in cuts.all() {
                if cut.cost <= best.cost + CERTAIN {
                    low = low.min(of(cut));
                    high = high.max(of(cut));
                }
            }
            let border = Border::sharp(lengths.border(best_at.into(), wanted));
            if low == high {
                return border;
            }
            let or_middle = |at: u8| lengths.middle(at.into()).unwrap_or(border.best);
            Border {
                low: or_middle(low).min(border.best),
                high: or_middle(high).max(border.best),
                ..border
            }
        };
        Fit {
            fist,
            cost: best.cost,
            dash: border(&self.marks, |cut| cut.dots, fist.dash_border()),
            letter: border(&self.spaces, |cut| cut.element_spaces, fist.letter_border()),
            word: border(&self.spaces, |cut| cut.inner_spaces, fist.word_border()),
        }
    }

    /// Adds to the cost of each cut the evidence of the alphabet.
    fn ask_alphabet(&self, cuts: &mut Cuts) {
        // Which spaces end words does not matter to it.
        let mut asked = None;
        for cut in cuts.all_mut() {
            let letters = (cut.dots, cut.element_spaces);
            let cost = match asked {
                Some((same, cost)) if same == letters => cost,
                _ => {
                    let dash = self.marks.from(cut.dots.into());
                    let letter_space = self.spaces.from(cut.element_spaces.into());
                    witness::cost_of_all(self.keyed, dash, letter_space, self.has_ended)
                }
            };
            asked = Some((letters, cost));
            cut.cost += cost;
        }
    }

    /// Takes the marks below a place for dots.
    fn cut_marks(&self, cut: usize) -> Marks {
        let short = self.marks.run(0, cut);
        let long = self.marks.run(cut, self.marks.last());
        let scatter = cost(short.squares, SD_MARK) + cost(long.squares, SD_MARK);
        let (ratio, dot, dash) = if short.count > 0 {
            let (ratio, dash) = DASH_TO_DOT.estimate(long, short.mean, SD_MARK);
            (ratio, short.mean, dash)
        } else if let Some(unit) = self.set_unit {
            (DASH_TO_DOT.estimate(long, unit, SD_MARK).0, unit, long.mean)
        } else {
            (0, long.mean - DASH_TO_DOT.mean, long.mean)
        };
        let off = above(dot, DOT);
        Marks {
            cost: scatter + ratio + cost(off * off, SD_DOT),
            cut,
            dot,
            dash,
        }
    }

    /// Cuts the spaces in all ways that are not out.
    fn cut_spaces(&self, marks: &Marks, cuts: &mut Cuts) {
        let last = self.spaces.last();
        for element_spaces in 0..=last {
            let run = self.spaces.run(0, element_spaces);
            let inside = marks.cost
                + cost(run.squares, SD_ELEMENT_SPACE)
                + run.count as i32 * COST_ELEMENT_SPACE;
            if cuts.is_out(inside) {
                // More spaces inside letters scatter the more.
                return;
            }
            let (ratio, element_space) = self.element_space(run, marks.dot);
            let inside = inside + ratio + self.cost_of_unit(run, marks.dot, element_space);
            if cuts.is_out(inside) {
                continue;
            }
            let unit = (marks.dot + element_space) / 2;
            for inner_spaces in element_spaces..=last {
                let letters = self.spaces.run(element_spaces, inner_spaces);
                let sum = inside
                    + cost(letters.squares, SD_LETTER_SPACE)
                    + letters.count as i32 * COST_LETTER_SPACE;
                if cuts.is_out(sum) {
                    break;
                }
                let words = self.spaces.run(inner_spaces, last);
                let sum =
                    sum + cost(words.squares, SD_WORD_SPACE) + words.count as i32 * COST_WORD_SPACE;
                if cuts.is_out(sum) {
                    continue;
                }
                let (ratio, letter_space) =
                    LETTER_SPACE_TO_UNIT.estimate(letters, unit, SD_LETTER_SPACE);
                let sum = sum
                    + ratio
                    + word_space(letters)
                        .estimate(words, letter_space, SD_WORD_SPACE)
                        .0;
                if !cuts.is_out(sum) {
                    cuts.add(Cut {
                        cost: sum,
                        // No more than `Sorted::PLACES`.
                        dots: marks.cut as u8,
                        element_spaces: element_spaces as u8,
                        inner_spaces: inner_spaces as u8,
                    });
                }
            }
        }
    }

    /// The means of a cut. The fewer lengths a mean has, the more it is drawn to the prior.
    fn fist(&self, cut: Cut) -> Fist {
        let [dots, element_spaces, inner_spaces] =
            [cut.dots, cut.element_spaces, cut.inner_spaces].map(usize::from);
        let Marks { dot, dash, .. } = self.cut_marks(dots);
        let last = self.spaces.last();
        let inside = self.spaces.run(0, element_spaces);
        let letters = self.spaces.run(element_spaces, inner_spaces);
        let words = self.spaces.run(inner_spaces, last);
        let (_, element_space) = self.element_space(inside, dot);
        let unit = (dot + element_space) / 2;
        let (_, letter_space) = LETTER_SPACE_TO_UNIT.estimate(letters, unit, SD_LETTER_SPACE);
        let (_, word_space) = word_space(letters).estimate(words, letter_space, SD_WORD_SPACE);
        Fist::new([
            Mean::new(dot, self.marks.run(0, dots).count),
            Mean::new(dash, self.marks.run(dots, self.marks.last()).count),
            Mean::new(element_space, inside.count),
            Mean::new(letter_space, letters.count),
            Mean::new(word_space, words.count),
        ])
    }

    /// The cost of spaces inside letters beside such a dot, and their likeliest mean.
    fn element_space(&self, inside: Run, dot: Log) -> (i32, Log) {
        match self.set_unit {
            // The space after a dot that is too long is too short.
            Some(unit) if inside.count == 0 => {
                let unit_ns = ns(unit);
                (
                    0,
                    log((2 * unit_ns).saturating_sub(ns(dot)).max(unit_ns / 4)),
                )
            }
            _ => ELEMENT_SPACE_TO_DOT.estimate(inside, dot, SD_ELEMENT_SPACE),
        }
    }

    /// The cost of a unit that is not the one of the set speed. A dot and the space after it are two units.
    fn cost_of_unit(&self, inside: Run, dot: Log, element_space: Log) -> i32 {
        let Some(set) = self.set_unit else {
            return 0;
        };
        let (unit, sd) = if inside.count > 0 {
            (log((ns(dot) + ns(element_space)) / 2), SD_SET)
        } else {
            (dot, SD_SET_DOT)
        };
        let off = above(unit, set);
        cost(off * off, sd)
    }
}
