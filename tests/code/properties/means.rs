// SPDX-License-Identifier: GPL-2.0

//! The plainest decoder there is, to compare with: the running means of five kinds of lengths, as logarithms, with
//! each border in the middle of its neighbours.

use crate::cases::operator::Beat;
use crate::code::{
    decode,
    Code,
    Element,
    Text, //
};

/// The text that running means read.
pub fn read(beats: &[Beat]) -> String {
    /// So many marks and spaces are looked at to begin with.
    const FIRST: usize = 8;
    const RATE: f64 = 8.0;

    let log = |ns: u64| (ns.max(1) as f64).ln();
    let least = |lengths: &mut dyn Iterator<Item = f64>| lengths.fold(f64::MAX, f64::min);
    let first = &beats[..beats.len().min(FIRST)];
    let dot = least(&mut first.iter().map(|beat| log(beat.mark_ns)));
    let longest = -least(&mut first.iter().map(|beat| -log(beat.mark_ns)));
    let dash = if longest - dot > 0.5 {
        longest
    } else {
        dot + 3_f64.ln()
    };
    let element_space = least(&mut first.iter().map(|beat| log(beat.space_ns)));
    let unit = ((dot.exp() + element_space.exp()) / 2.0).ln();
    let mut means = [
        dot,
        dash,
        element_space,
        unit + 3_f64.ln(),
        unit + 7_f64.ln(),
    ];
    let mut counts = [1.0_f64; 5];
    let mut learn = |means: &mut [f64; 5], kind: usize, length: f64| {
        counts[kind] = (counts[kind] + 1.0).min(RATE);
        means[kind] += (length - means[kind]) / counts[kind];
    };
    let mut text = String::new();
    let mut code = Some(Code::EMPTY);
    for (index, beat) in beats.iter().enumerate() {
        let mark = log(beat.mark_ns);
        let is_dash = mark > (means[0] + means[1]) / 2.0;
        learn(&mut means, usize::from(is_dash), mark);
        let element = if is_dash { Element::Dash } else { Element::Dot };
        code = code.and_then(|code| code.push(element));
        let space = log(beat.space_ns);
        let kind = if space > (means[3] + means[4]) / 2.0 {
            4
        } else if space > (means[2] + means[3]) / 2.0 {
            3
        } else {
            2
        };
        learn(&mut means, kind, space);
        if kind > 2 || index + 1 == beats.len() {
            text += code.map_or(Text::UNKNOWN, decode).as_str();
            code = Some(Code::EMPTY);
            if kind == 4 {
                text.push(' ');
            }
        }
    }
    text
}
