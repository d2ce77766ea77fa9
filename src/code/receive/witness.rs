// SPDX-License-Identifier: GPL-2.0

//! The alphabet as a witness: a reading that gives letters is likelier than one that gives none.

use super::{
    keyed::MarkSpace,
    log::Log, //
};
use crate::code::{
    alphabet,
    element::{
        Code,
        Element, //
    },
    text::Text, //
};

/// The cost of a code that means nothing. People do send such codes, so it is less than an outlier's.
const NOTHING: i32 = 100;
/// The cost of a sign or prosign, which are rarer than letters and figures.
const SIGN: i32 = 32;
/// The cost of E or T: where each mark is read as a letter, the borders are wrong.
const ONE_ELEMENT: i32 = 24;

/// The cost of reading this code; `None` is one that is too long.
pub(super) fn cost(code: Option<Code>) -> i32 {
    let text = meaning(code);
    match (code, text.as_bytes()) {
        _ if text == Text::UNKNOWN => NOTHING,
        (Some(code), _) if code.len() == 1 => ONE_ELEMENT,
        (_, [byte]) if byte.is_ascii_alphanumeric() => 0,
        _ => SIGN,
    }
}

/// The text of a code; `None` is one that is too long.
pub(super) fn meaning(code: Option<Code>) -> Text {
    code.map_or(Text::UNKNOWN, alphabet::decode)
}

/// The cost of all that was keyed, if a mark from `dash` on is a dash, and a space from `letter_space` on ends a
/// letter. The last letter counts if it `has_ended`.
pub(super) fn cost_of_all(
    keyed: &[MarkSpace],
    dash: Log,
    letter_space: Log,
    has_ended: bool,
) -> i32 {
    /// As long as the longest letter.
    const TOO_LONG: u32 = 7;

    let mut code = Some(Code::EMPTY);
    let mut sum = 0;
    for item in keyed {
        code = code.and_then(|code| push(code, item.mark >= dash));
        let ends = item.space.map_or(
            has_ended || code.is_none_or(|code| code.len() >= TOO_LONG),
            |space| space >= letter_space,
        );
        if ends {
            sum += cost(code);
            code = Some(Code::EMPTY);
        }
    }
    sum
}

/// The code with one more mark, or `None` if that is too long for any letter.
pub(super) const fn push(code: Code, is_dash: bool) -> Option<Code> {
    if is_dash {
        return code.push(Element::Dash);
    }
    match code.push(Element::Dot) {
        // A run of dots is the error sign, however long it is.
        None if code.is_dots() => Some(code),
        longer => longer,
    }
}
