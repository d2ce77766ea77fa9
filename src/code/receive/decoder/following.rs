// SPDX-License-Identifier: GPL-2.0

//! While the fist is followed: each letter is told as it ends, and marks that do not fit are held until it is known
//! whether the speed has changed.

use super::{
    witness,
    Code,
    Decoder,
    Ended,
    Fist,
    Fit,
    Kind,
    Letter,
    Reading,
    Text,
    CHANGE_MARKS, //
};

/// The speed may have changed if a mark, or too short a space, costs more than this.
const SURPRISE: i32 = 50;
/// It has if another fist costs this much less for [`CHANGE_MARKS`] or more.
const CHANGE: i32 = 200;
/// With so many marks, a surprise is the scatter of the hand.
const DOUBT_MARKS: usize = 7;

/// Letters that mean nothing count two, E and T whose kind is not clear count one, and a letter of three marks or more
/// takes three off. More than this, and the fist is found anew.
const NONSENSE_MAX: u8 = 7;

/// Following the fist.
impl Decoder {
    /// Tells the letters and words that have ended.
    pub(super) fn follow(&mut self, sink: &mut dyn FnMut(Text)) {
        while let Reading::Following(fist) = self.reading {
            let border = fist.letter_border();
            let told = self.keyed.told();
            let gap = self
                .keyed
                .after(told)
                .iter()
                .enumerate()
                .find_map(|(index, item)| {
                    let space = item.space.filter(|space| *space >= border)?;
                    Some((told + index + 1, space))
                });
            let Some((end, space)) = gap else {
                return;
            };
            self.follow_letter(end, sink);
            if space >= fist.word_border() {
                self.end_word(sink);
            }
            match &mut self.reading {
                Reading::Following(fist) => fist.learn_gap(space),
                // It made no sense.
                _ => return self.read(),
            }
        }
    }

    /// Tells the letter up to `end`, if there is one, and learns from it.
    pub(super) fn follow_letter(&mut self, end: usize, sink: &mut dyn FnMut(Text)) {
        let Reading::Following(mut fist) = self.reading else {
            return;
        };
        if self.keyed.told() >= end {
            return;
        }
        let marks = self.keyed;
        let marks = marks.between(self.keyed.told(), end);
        let letter = Letter::new(fist, marks);
        let is_doubtful = fist.is_doubtful(marks);
        // At a set speed, a code that means nothing may be meant, if it is keyed clearly.
        let counts = self.fixed.is_none() || is_doubtful;
        letter.codes(|code| {
            let text = witness::meaning(code);
            let len = code.map_or(Code::MAX_LEN, Code::len);
            self.nonsense = match len {
                _ if text == Text::UNKNOWN && !counts => self.nonsense,
                _ if text == Text::UNKNOWN => self.nonsense.saturating_add(2),
                1 if is_doubtful => self.nonsense.saturating_add(1),
                1 => self.nonsense,
                2 => self.nonsense,
                _ => self.nonsense.saturating_sub(3),
            };
            sink(text);
        });
        for (item, part) in marks.iter().zip(letter.parts()) {
            let kind = if part.is_dash { Kind::Dash } else { Kind::Dot };
            fist.learn(kind, item.mark);
            if let Some(space) = item.space.filter(|_| !part.ends) {
                fist.learn(Kind::ElementSpace, space);
            }
        }
        self.keyed.tell(end);
        if !self.is_surprised {
            self.keyed.forget(end);
        }
        self.is_in_doubt = false;
        self.ended = Ended::Letter;
        self.reading = Reading::Following(fist);
        if self.nonsense > NONSENSE_MAX {
            self.nonsense = 0;
            self.keyed.forget(self.keyed.told());
            self.reading = Reading::None;
        }
    }

    /// Whether the keying is of another speed than the fist.
    pub(super) fn check(&mut self, fist: &Fist) {
        let (mut sum, mut surprise) = (0, 0);
        for item in self.keyed.all() {
            let (cost, most) = fist.cost(item);
            sum += cost;
            surprise = most.max(surprise);
        }
        self.is_surprised = surprise > SURPRISE;
        if self.is_surprised && self.keyed.len() >= CHANGE_MARKS {
            let fit = Fit::of(self.keyed.all(), None);
            if fit.cost + CHANGE < sum {
                self.reading = Reading::Finding(fit);
                return;
            }
        }
        self.is_in_doubt = self.is_surprised && self.keyed.len() < DOUBT_MARKS;
        if !self.is_surprised || self.keyed.told() >= DOUBT_MARKS {
            // It is no evidence of another fist.
            self.keyed.forget(self.keyed.told());
        }
    }
}
