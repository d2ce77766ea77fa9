// SPDX-License-Identifier: GPL-2.0

//! Lists and lines of text without allocation, as the allocation APIs of kernel and host differ.

use core::fmt;

/// A list of at most `N`.
#[derive(Clone, Copy)]
pub(crate) struct List<T, const N: usize> {
    items: [Option<T>; N],
    len: usize,
}

impl<T: Copy, const N: usize> List<T, N> {
    pub(crate) fn new() -> Self {
        Self {
            items: [None; N],
            len: 0,
        }
    }

    /// Panics when there is no room.
    pub(crate) fn push(&mut self, item: T) {
        self.items[self.len] = Some(item);
        self.len += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + Clone + '_ {
        self.items[..self.len].iter().copied().flatten()
    }

    pub(crate) fn last(&self) -> Option<T> {
        self.items[..self.len].last().copied().flatten()
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        self.items[..self.len].last_mut()?.as_mut()
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        self.items[..self.len].rotate_left(1);
        self.len -= 1;
        self.items[self.len].take()
    }
}

impl<T: Copy, const N: usize> Extend<T> for List<T, N> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.push(item);
        }
    }
}

impl<T: Copy, const N: usize> FromIterator<T> for List<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::new();
        list.extend(items);
        list
    }
}

impl<T: Copy + PartialEq, const N: usize, const M: usize> PartialEq<[T; M]> for List<T, N> {
    fn eq(&self, other: &[T; M]) -> bool {
        self.iter().eq(other.iter().copied())
    }
}

impl<T: Copy + PartialEq, const N: usize> PartialEq for List<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Copy + fmt::Debug, const N: usize> fmt::Debug for List<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A line of text of at most `N` bytes of UTF-8.
#[derive(Clone, Copy)]
pub(crate) struct Line<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Line<N> {
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }

    pub(crate) fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Panics when there is no room.
    pub(crate) fn push_str(&mut self, text: &str) {
        let end = self.len + text.len();
        self.bytes[self.len..end].copy_from_slice(text.as_bytes());
        self.len = end;
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap()
    }
}

impl<const N: usize> FromIterator<char> for Line<N> {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        let mut line = Self::new();
        for character in characters {
            line.push(character);
        }
        line
    }
}

impl<const N: usize> PartialEq<&str> for Line<N> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl<const N: usize> fmt::Debug for Line<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
