// SPDX-License-Identifier: GPL-2.0

//! The marks and spaces that the decoder still looks at.

use super::log::{
    log,
    ns,
    Log,
    OCTAVE, //
};

/// A mark, and the space after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkSpace {
    pub(super) mark: Log,
    /// `None` while it lasts.
    pub(super) space: Option<Log>,
}

/// The last marks and spaces: of letters that have been told, which are the evidence of how to read the
/// others; then of letters that have not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed {
    items: [MarkSpace; Keyed::CAPACITY],
    len: usize,
    /// How many marks have been told.
    told: usize,
}

impl Keyed {
    /// More than three times the longest code.
    pub(super) const CAPACITY: usize = 32;

    pub(super) const EMPTY: Keyed = Keyed {
        items: [MarkSpace {
            mark: 0,
            space: None,
        }; Keyed::CAPACITY],
        len: 0,
        told: 0,
    };

    pub(super) fn all(&self) -> &[MarkSpace] {
        self.items.get(..self.len).unwrap_or(&[])
    }

    /// All before this one.
    pub(super) fn before(&self, end: usize) -> &[MarkSpace] {
        self.all().get(..end).unwrap_or(&[])
    }

    /// This one and all after it.
    pub(super) fn after(&self, start: usize) -> &[MarkSpace] {
        self.all().get(start..).unwrap_or(&[])
    }

    pub(super) fn between(&self, start: usize, end: usize) -> &[MarkSpace] {
        self.all().get(start..end).unwrap_or(&[])
    }

    /// The space after a mark, if it has ended.
    pub(super) fn space(&self, index: usize) -> Option<Log> {
        self.all().get(index)?.space
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn told(&self) -> usize {
        self.told
    }

    pub(super) fn is_full(&self) -> bool {
        self.len >= Self::CAPACITY
    }

    pub(super) fn is_told(&self) -> bool {
        self.told >= self.len
    }

    /// Notes that all before `end` have been told.
    pub(super) fn tell(&mut self, end: usize) {
        self.told = end.min(self.len);
    }

    /// Adds a mark, if there is room.
    pub(super) fn push(&mut self, mark: Log) {
        if let Some(item) = self.items.get_mut(self.len) {
            *item = MarkSpace { mark, space: None };
            self.len += 1;
        }
    }

    /// Ends the space after the last mark.
    pub(super) fn end_space(&mut self, space: Log) {
        if let Some(item) = self.last_mut() {
            item.space = Some(space);
        }
    }

    /// Forgets the oldest `count`.
    pub(super) fn forget(&mut self, count: usize) {
        let count = count.min(self.len);
        self.items.copy_within(count..self.len, 0);
        self.len -= count;
        self.told = self.told.saturating_sub(count);
    }

    /// Bridges dropouts and spikes among those that have not been told: a space much shorter than the marks beside
    /// it, or than `shortest`, does not end the mark; a mark shorter than `shortest` does not end the space. A mark
    /// and a space that are together much shorter than the mark beside them are chatter of the contact, and belong
    /// to it.
    ///
    /// Short spaces among marks that are shorter than `normal` are keying at a higher speed.
    pub(super) fn bridge(&mut self, shortest: Log, normal: Log) {
        /// A space is a dropout in a mark 16 times as long; a dash is up to 10 of the shortest element spaces.
        const DROPOUT: Log = 4 * OCTAVE;

        let mut at = self.told;
        while let Some(item) = self.all().get(at).copied() {
            let next = self.all().get(at + 1).copied();
            let longer = item.mark.max(next.map_or(0, |next| next.mark));
            let dropout = (longer - DROPOUT).max(if longer >= normal { shortest } else { 0 });
            match (item.space, next) {
                (Some(space), Some(next))
                    if space < dropout || is_chatter(item.mark.min(next.mark), space, longer) =>
                {
                    self.remove(at);
                    let mark = log(ns(item.mark) + ns(space) + ns(next.mark));
                    self.replace(at, MarkSpace { mark, ..next });
                    // The one before may be short beside this one.
                    at = at.saturating_sub(1).max(self.told);
                }
                (Some(space), _) if item.mark < shortest && space >= normal => {
                    let before = at.checked_sub(1).and_then(|before| self.space(before));
                    if before.is_some_and(|before| before < normal) {
                        at += 1;
                        continue;
                    }
                    self.remove(at);
                    if let Some(before) = at.checked_sub(1).and_then(|i| self.items.get_mut(i)) {
                        before.space = before
                            .space
                            .map(|first| log(ns(first) + ns(item.mark) + ns(space)));
                    }
                }
                _ => at += 1,
            }
        }
    }

    /// Whether the last marks may be contact chatter: so short beside the longest mark that the next one may show it.
    pub(super) fn may_chatter(&self) -> bool {
        let longest = self.all().iter().map(|item| item.mark).max();
        let most = most_chatter(longest.unwrap_or(0));
        let mut sum_ns = 0;
        for item in self.after(self.told).iter().rev() {
            match item.space {
                Some(space) if space >= most => break,
                space => sum_ns += space.map_or(0, ns),
            }
            if item.mark >= most {
                break;
            }
            sum_ns += ns(item.mark);
        }
        sum_ns > 0 && sum_ns < ns(most)
    }

    /// Takes back a last mark shorter than `spike`, that no space ended.
    pub(super) fn drop_spike(&mut self, spike: Log) {
        let is_spike = |item: &MarkSpace| item.mark < spike && item.space.is_none();
        if !self.is_told() && self.all().last().is_some_and(is_spike) {
            self.len -= 1;
        }
    }

    fn last_mut(&mut self) -> Option<&mut MarkSpace> {
        self.len
            .checked_sub(1)
            .and_then(|last| self.items.get_mut(last))
    }

    fn replace(&mut self, at: usize, item: MarkSpace) {
        if let Some(place) = self.items.get_mut(at) {
            *place = item;
        }
    }

    fn remove(&mut self, at: usize) {
        self.items.copy_within(at + 1..self.len, at);
        self.len -= 1;
    }
}

/// How long a contact may chatter before or after such a mark: for a fifth of it. By the book, a dot and the space
/// after it are two thirds of a dash; with the longest dashes and the heaviest jitter, a quarter.
fn most_chatter(mark: Log) -> Log {
    const FIFTH: Log = 594;
    /// 30 ms, log2(30000 us / 1.024 us): contacts do not chatter longer. At 60 WPM, a dot and a space have 40 ms.
    const MOST: Log = 3798;

    (mark - FIFTH).min(MOST)
}

/// Whether a mark and a space are too short beside a longer mark to be keyed.
fn is_chatter(mark: Log, space: Log, longer: Log) -> bool {
    let most = most_chatter(longer);
    mark.max(space) < most && log(ns(mark) + ns(space)) < most
}
