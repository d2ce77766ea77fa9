// SPDX-License-Identifier: GPL-2.0

//! Cuts text at changes of speed, and turns its prosigns into the driver's.

/// The change of speed of one `+` or `-`, in words per minute.
const STEP_WPM: i32 = 2;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// Characters to send.
    Text(String),
    /// A change of speed, in words per minute.
    Faster(i32),
}

/// The parts of `text`.
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut utf8 = [0; 4];
    for character in text.chars() {
        let character = match character {
            '+' => {
                faster(&mut parts, STEP_WPM);
                continue;
            }
            '-' => {
                faster(&mut parts, -STEP_WPM);
                continue;
            }
            // The driver has no shorter space than that of a letter.
            '~' => continue,
            '*' => "<AR>",
            '<' => "<SK>",
            '!' => "<SN>",
            '>' => "<BK>",
            other => other.encode_utf8(&mut utf8),
        };
        match parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(character),
            _ => parts.push(Part::Text(character.into())),
        }
    }
    parts
}

fn faster(parts: &mut Vec<Part>, step: i32) {
    match parts.last_mut() {
        Some(Part::Faster(steps)) => *steps += step,
        _ => parts.push(Part::Faster(step)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_speed_cut_the_text() {
        let text = |text: &str| Part::Text(text.into());
        assert_eq!(parts(""), []);
        assert_eq!(parts("cq = k("), [text("cq = k(")]);
        assert_eq!(parts("d~l~2"), [text("dl2")]);
        assert_eq!(
            parts("de ++test--"),
            [text("de "), Part::Faster(4), text("test"), Part::Faster(-4)]
        );
        assert_eq!(parts("+-+"), [Part::Faster(2)]);
        assert_eq!(parts("*<!>"), [text("<AR><SK><SN><BK>")]);
    }
}
