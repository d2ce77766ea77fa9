// SPDX-License-Identifier: GPL-2.0

//! While the fist is being found: all that is certain is told, and a change of speed looked for.

use super::{
    above,
    witness,
    Border,
    Code,
    Decoder,
    Ended,
    Fit,
    Keyed,
    Log,
    Reading,
    Text,
    CHANGE_MARKS, //
};

/// A fist is found after this many told marks, once it is certain which spaces end words, or when there is no room
/// for more.
const FOUND_MARKS: usize = 20;

/// The most marks that are held: then the likeliest reading is told, certain or not.
const HELD_MARKS: usize = 20;

/// While the fist is being found, the cost a mark and space above which a change of speed is sought,
const SPLIT_SURPRISE: i32 = 40;
/// and how much less than one fist two must cost.
const SPLIT: i32 = 140;
/// A change of speed changes the dot by a tenth at least.
const OTHER_DOT: Log = 36;

/// Finding the fist.
impl Decoder {
    /// Finds the fist, or two if the speed has changed in between.
    pub(super) fn find(&mut self) {
        let fit = Fit::of(self.keyed.all(), self.set_unit());
        self.reading = Reading::Finding(fit);
        let count = self.keyed.len();
        if fit.cost <= SPLIT_SURPRISE * count as i32 {
            return;
        }
        let mut least = fit.cost - SPLIT;
        for at in self.keyed.told().max(1)..count {
            let space =
                |index: Option<usize>| index.and_then(|index| self.keyed.space(index)).unwrap_or(0);
            let last = space(at.checked_sub(1));
            let may_end_letter = last >= fit.fist.letter_border()
                || last >= space(at.checked_sub(2)).max(space(Some(at)));
            if !may_end_letter {
                continue;
            }
            let before = Fit::of(self.keyed.before(at), self.set_unit());
            if before.cost >= least {
                return;
            }
            let after = Fit::of(self.keyed.after(at), None);
            let is_other = above(after.fist.dot.get(), before.fist.dot.get()).abs() >= OTHER_DOT;
            if !is_other || before.cost + after.cost >= least {
                continue;
            }
            least = before.cost + after.cost;
            self.is_in_doubt = count - at < CHANGE_MARKS;
            (self.before, self.reading) = if self.is_in_doubt {
                (None, Reading::Finding(fit))
            } else {
                (Some((at, before)), Reading::Finding(after))
            };
        }
    }

    /// Tells the letters and words that are certain.
    pub(super) fn tell_certain(&mut self, fit: &Fit, sink: &mut dyn FnMut(Text)) {
        let is_held_too_long =
            |keyed: &Keyed| keyed.len().saturating_sub(keyed.told()) > HELD_MARKS;
        if !self.close_space(fit, is_held_too_long(&self.keyed), sink) {
            return;
        }
        for index in self.keyed.told()..self.keyed.len() {
            let regardless = is_held_too_long(&self.keyed);
            let certain = |border: &Border, length: Log| regardless || border.is_certain_of(length);
            let Some(item) = self.keyed.all().get(index).copied() else {
                break;
            };
            let Some(space) = item.space else {
                break;
            };
            if !certain(&fit.dash, item.mark) || !certain(&fit.letter, space) {
                break;
            }
            if space < fit.letter.best {
                continue;
            }
            self.tell(fit, index + 1, sink);
            if !self.close_space(fit, regardless, sink) {
                return;
            }
        }
        let is_found = self.keyed.told() >= FOUND_MARKS && fit.word.is_certain();
        if is_found && !self.is_space_open {
            self.keyed.forget(self.keyed.told());
            self.reading = Reading::Following(fit.fist);
        }
    }

    /// Tells the keying before the speed changed, and forgets it.
    pub(super) fn tell_before(&mut self, sink: &mut dyn FnMut(Text)) {
        if let Some((end, fit)) = self.before.take() {
            self.tell_all(fit, end, sink);
            self.close_space(&fit, true, sink);
            self.keyed.forget(end);
        }
    }

    /// Tells all letters before `end`, where one ends; the last space is left open.
    pub(super) fn tell_all(&mut self, fit: Fit, end: usize, sink: &mut dyn FnMut(Text)) {
        self.close_space(&fit, true, sink);
        for index in self.keyed.told()..end {
            let is_last = index + 1 == end;
            let space = self.keyed.space(index).unwrap_or(0);
            if space >= fit.letter.best || is_last {
                self.tell(&fit, index + 1, sink);
                if !is_last {
                    self.close_space(&fit, true, sink);
                }
            }
        }
    }

    /// Tells the letter up to `end`.
    pub(super) fn tell(&mut self, fit: &Fit, end: usize, sink: &mut dyn FnMut(Text)) {
        let mut marks = self.keyed.between(self.keyed.told(), end).iter();
        let code = marks.try_fold(Code::EMPTY, |code, item| {
            witness::push(code, item.mark >= fit.dash.best)
        });
        sink(witness::meaning(code));
        self.keyed.tell(end);
        self.ended = Ended::Letter;
        self.is_space_open = true;
    }

    /// Tells whether the space after the last letter told ends a word, if that is certain or to be told
    /// `regardless`. Returns whether it is told or lasts.
    pub(super) fn close_space(
        &mut self,
        fit: &Fit,
        regardless: bool,
        sink: &mut dyn FnMut(Text),
    ) -> bool {
        if !self.is_space_open {
            return true;
        }
        let last = self.keyed.told().checked_sub(1);
        let Some(space) = last.and_then(|last| self.keyed.space(last)) else {
            return true;
        };
        if !regardless && !fit.word.is_certain_of(space) {
            return false;
        }
        self.is_space_open = false;
        if space >= fit.word.best {
            self.end_word(sink);
        }
        true
    }
}
