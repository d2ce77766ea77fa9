// SPDX-License-Identifier: GPL-2.0

//! Elements, and the codes made of them.

/// An element of a code, sent as one mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A mark of one unit.
    Dot,
    /// A mark of three units.
    Dash,
}

/// The elements of one character, packed.
///
/// The bits below the highest set bit are the elements, the first element highest, with 1 for a dash.
/// The highest set bit (the sentinel) marks the length, so that `.-` is `0b101`, and codes of different
/// length differ. Zero is not a code.
///
/// # Invariants
///
/// The value is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u16);

impl Code {
    /// The most elements that fit beside the sentinel.
    pub const MAX_LEN: u32 = 15;

    /// The code without elements, to which [`Code::push`] appends.
    pub const EMPTY: Code = Code(1);

    /// The code with this packed form, or `None` for zero, which is not a code.
    pub const fn from_bits(bits: u16) -> Option<Code> {
        if bits == 0 {
            None
        } else {
            Some(Code(bits))
        }
    }

    /// The packed form, sentinel included.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The number of elements, at most [`Code::MAX_LEN`].
    pub const fn len(self) -> u32 {
        // INVARIANT: The value is not zero, so there are at most 15 leading zeros.
        Self::MAX_LEN.saturating_sub(self.0.leading_zeros())
    }

    /// Whether there is no element.
    pub const fn is_empty(self) -> bool {
        self.0 == 1
    }

    /// Whether there are dots only.
    pub const fn is_dots(self) -> bool {
        self.0.is_power_of_two()
    }

    /// The elements of this code behind those of `start`; `None` if it does not begin with them, or
    /// ends with them.
    pub const fn strip_start(self, start: Code) -> Option<Code> {
        if self.len() <= start.len() {
            return None;
        }
        let len = self.len().saturating_sub(start.len());
        if self.0.wrapping_shr(len) != start.0 {
            return None;
        }
        let sentinel = 1_u16.wrapping_shl(len);
        // INVARIANT: The sentinel is set.
        Some(Code(self.0 & sentinel.wrapping_sub(1) | sentinel))
    }

    /// This code with one more element, or `None` if it is full.
    pub const fn push(self, element: Element) -> Option<Code> {
        if self.len() == Self::MAX_LEN {
            return None;
        }
        // INVARIANT: The sentinel moves up by one bit and is not shifted out.
        Some(Code(
            (self.0 << 1) | matches!(element, Element::Dash) as u16,
        ))
    }

    /// The code written as dots and dashes. `None` if `text` is empty, too long, or has another character.
    pub const fn parse(text: &str) -> Option<Code> {
        let mut rest = text.as_bytes();
        let mut code = Code::EMPTY;
        while let [first, tail @ ..] = rest {
            let element = match *first {
                b'.' => Element::Dot,
                b'-' => Element::Dash,
                _ => return None,
            };
            code = match code.push(element) {
                Some(longer) => longer,
                None => return None,
            };
            rest = tail;
        }
        if code.is_empty() {
            None
        } else {
            Some(code)
        }
    }

    /// The elements, first one first.
    pub const fn elements(self) -> Elements {
        let len = self.len();
        Elements {
            // Shift out the sentinel, so that the first element is in the highest bit.
            bits: self.0.wrapping_shl(self.0.leading_zeros()).wrapping_shl(1),
            left: len as u8,
        }
    }
}

/// The elements of a [`Code`], first one first.
#[derive(Clone, Copy, Debug)]
pub struct Elements {
    /// The next element is in the highest bit.
    bits: u16,
    left: u8,
}

impl Elements {
    /// An iterator without elements.
    pub const NONE: Elements = Elements { bits: 0, left: 0 };
}

impl Iterator for Elements {
    type Item = Element;

    fn next(&mut self) -> Option<Element> {
        const FIRST: u16 = 1 << 15;

        self.left = self.left.checked_sub(1)?;
        let element = if self.bits & FIRST == 0 {
            Element::Dot
        } else {
            Element::Dash
        };
        self.bits <<= 1;
        Some(element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl ExactSizeIterator for Elements {
    // The provided method can panic.
    fn len(&self) -> usize {
        usize::from(self.left)
    }
}
