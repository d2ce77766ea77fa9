// SPDX-License-Identifier: GPL-2.0

//! The likeliest reading of one letter by a fist that is known.

use super::{
    fist::Fist,
    keyed::{
        Keyed,
        MarkSpace, //
    },
    witness, //
};
use crate::code::element::Code;

/// A reading is looked at more closely if the alphabet has more against it than this: E and T pass.
const GOOD: i32 = 24;

/// So many doubtful marks and spaces are tried both ways.
const DOUBTS: usize = 3;

/// A mark that may be of the other kind, or a space inside the letter that may end one.
#[derive(Clone, Copy)]
struct Doubt {
    index: usize,
    is_space: bool,
    /// The cost of the other way.
    cost: i32,
}

/// The marks of one letter, or of more if that is likelier.
pub(super) struct Letter<'a> {
    fist: Fist,
    keyed: &'a [MarkSpace],
    doubts: [Option<Doubt>; DOUBTS],
    /// A bit for each doubt: whether it is taken the other way.
    turned: u8,
}

/// How one mark of a [`Letter`] is read.
pub(super) struct Part {
    pub(super) is_dash: bool,
    /// Whether a letter ends after it.
    pub(super) ends: bool,
}

impl<'a> Letter<'a> {
    /// Reads `keyed`, of which the last space ends a letter.
    pub(super) fn new(fist: Fist, keyed: &'a [MarkSpace]) -> Self {
        let mut letter = Self {
            fist,
            keyed,
            doubts: [None; DOUBTS],
            turned: 0,
        };
        if letter.cost() <= GOOD || keyed.len() > Keyed::CAPACITY {
            return letter;
        }
        letter.find_doubts();
        let least = (0..1 << DOUBTS).min_by_key(|turned| {
            letter.turned = *turned;
            letter.cost()
        });
        letter.turned = least.unwrap_or(0);
        letter
    }

    /// Its marks, in order.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        let count = self.keyed.len();
        self.keyed
            .iter()
            .enumerate()
            .map(move |(index, item)| Part {
                is_dash: (item.mark >= self.fist.dash_border()) != self.is_turned(index, false),
                ends: index + 1 == count || self.is_turned(index, true),
            })
    }

    /// Its codes, in order; `None` for one that is too long.
    pub(super) fn codes(&self, mut each: impl FnMut(Option<Code>)) {
        let mut code = Some(Code::EMPTY);
        for part in self.parts() {
            code = code.and_then(|code| witness::push(code, part.is_dash));
            if part.ends {
                each(code);
                code = Some(Code::EMPTY);
            }
        }
    }

    fn cost(&self) -> i32 {
        let turned = self.doubts.iter().enumerate();
        let mut sum = turned
            .filter(|(bit, _)| (self.turned >> bit) & 1 == 1)
            // Where there is no doubt, nothing can be turned.
            .map(|(_, doubt)| doubt.map_or(i32::MAX, |doubt| doubt.cost))
            .fold(0_i32, i32::saturating_add);
        self.codes(|code| sum = sum.saturating_add(witness::cost(code)));
        sum
    }

    fn is_turned(&self, index: usize, is_space: bool) -> bool {
        self.turned != 0
            && self.doubts.iter().enumerate().any(|(bit, doubt)| {
                (self.turned >> bit) & 1 == 1
                    && doubt.is_some_and(|doubt| doubt.index == index && doubt.is_space == is_space)
            })
    }

    /// Finds the lengths nearest to a border.
    fn find_doubts(&mut self) {
        let last = self.keyed.len().saturating_sub(1);
        for (index, item) in self.keyed.iter().enumerate() {
            let mut doubts = [
                Some(Doubt {
                    index,
                    is_space: false,
                    cost: self.fist.mark_margin(item.mark),
                }),
                item.space.filter(|_| index < last).map(|space| Doubt {
                    index,
                    is_space: true,
                    cost: self.fist.space_margin(space),
                }),
            ];
            for doubt in &mut doubts {
                let cost = |doubt: &Option<Doubt>| doubt.map_or(i32::MAX, |doubt| doubt.cost);
                for place in &mut self.doubts {
                    if cost(doubt) < cost(place) {
                        core::mem::swap(doubt, place);
                    }
                }
            }
        }
    }
}
