// SPDX-License-Identifier: GPL-2.0

//! Ways to cut sorted lengths into kinds, and the cheapest of them.

use super::fist::COST;

/// A reading is certain if all that contradict it cost so much more.
pub(super) const CERTAIN: i32 = 6 * COST;

/// The alphabet can make up for a cost this much above the cheapest cut's.
const WITNESS: i32 = CERTAIN + 6 * COST;

/// How many of the cheapest cuts the alphabet judges.
const CUTS: usize = 32;

/// Where the sorted lengths are cut, by the indices of places.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    pub(super) cost: i32,
    /// Dots are below.
    pub(super) dots: u8,
    /// Spaces inside letters are below.
    pub(super) element_spaces: u8,
    /// Spaces inside words are below.
    pub(super) inner_spaces: u8,
}

/// The cheapest cuts.
pub(super) struct Cuts {
    cuts: [Cut; CUTS],
    len: usize,
    /// The cost of the cheapest.
    least: i32,
}

impl Cuts {
    pub(super) const fn new() -> Self {
        Self {
            cuts: [Cut {
                cost: 0,
                dots: 0,
                element_spaces: 0,
                inner_spaces: 0,
            }; CUTS],
            len: 0,
            least: i32::MAX,
        }
    }

    /// Whether a cut that costs so much is out, even if the alphabet is for it.
    pub(super) fn is_out(&self, cost: i32) -> bool {
        cost > self.least.saturating_add(WITNESS)
    }

    pub(super) fn all(&self) -> &[Cut] {
        self.cuts.get(..self.len).unwrap_or(&[])
    }

    pub(super) fn all_mut(&mut self) -> &mut [Cut] {
        self.cuts.get_mut(..self.len).unwrap_or(&mut [])
    }

    /// The cheapest; there is always one.
    pub(super) fn cheapest(&self) -> Cut {
        let [first, ..] = &self.cuts;
        *self
            .all()
            .iter()
            .min_by_key(|cut| cut.cost)
            .unwrap_or(first)
    }

    /// Keeps a cut, in place of the costliest if there is no room.
    pub(super) fn add(&mut self, cut: Cut) {
        self.least = self.least.min(cut.cost);
        if let Some(place) = self.cuts.get_mut(self.len) {
            *place = cut;
            self.len += 1;
        } else if let Some(costliest) = self.all_mut().iter_mut().max_by_key(|other| other.cost) {
            if cut.cost < costliest.cost {
                *costliest = cut;
            }
        }
    }
}
