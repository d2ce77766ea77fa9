// SPDX-License-Identifier: GPL-2.0

//! `Documentation/decoder.svg`: two hands, and how the decoder follows their lengths.

use std::fmt::Write;
use std::path::Path;

use super::people::PEOPLE;
use crate::cases::operator::Beat;
use crate::cases::rng::Rng;
use crate::code::{
    encode,
    Decoder,
    Text, //
};

/// Who keys, and what.
const HANDS: [(&str, &str); 2] = [
    ("straight-heavy", "CQ CQ DE MORSE "),
    ("paddle-tight", "UR RST 599 HIS SHIPS AT SEA"),
];

/// Has the drawing written instead of compared.
const DRAW: &str = "MORSE_DRAW";

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 390.0;
/// The lengths drawn, in ms.
const LENGTHS_MS: (f64, f64) = (20.0, 2000.0);

/// The intended kind of a space.
const KINDS: [(&str, &str); 3] = [
    ("space in a letter", "#888888"),
    ("between letters", "#1f77b4"),
    ("between words", "#2ca02c"),
];

/// The colour of the borders.
const BORDER: &str = "#d62728";

/// The kind of each space of `text`.
fn kinds(text: &str) -> Vec<usize> {
    let mut kinds: Vec<usize> = Vec::new();
    for character in text.chars() {
        if character == ' ' {
            *kinds.last_mut().expect("a letter comes first") = 2;
            continue;
        }
        let len = encode(character).expect("it has a code").len() as usize;
        kinds.extend(std::iter::repeat_n(0, len - 1));
        kinds.push(1);
    }
    kinds
}

/// A mark and the space after it, as they are drawn.
struct Moment {
    beat: Beat,
    /// When the mark began, in ns.
    begun_ns: u64,
    kind: usize,
    /// The gaps that end a letter and a word after this mark, in ns.
    gaps_ns: [u64; 2],
    /// Told while the space lasts or as it ends: when, and the text.
    told: Vec<(u64, String)>,
}

/// Reads the hands by timers that are on time.
fn read() -> Vec<Moment> {
    let mut decoder = Decoder::new();
    let mut now_ns = 0;
    let mut moments = Vec::new();
    for (name, text) in HANDS {
        let person = PEOPLE.iter().find(|person| person.name == name);
        let beats = person.expect(name).key(text, None, &mut Rng::new(2));
        for (beat, kind) in beats.into_iter().zip(kinds(text)) {
            let begun_ns = now_ns;
            let released_ns = begun_ns + beat.mark_ns;
            now_ns = released_ns + beat.space_ns;
            let mut told = Vec::new();
            let mut tell = |at_ns: u64, text: Text| {
                if text != Text::SPACE {
                    told.push((at_ns, text.as_str().to_string()));
                }
            };
            decoder.mark(beat.mark_ns, |text| tell(released_ns, text));
            let gaps_ns = [decoder.letter_gap_ns(), decoder.word_gap_ns()];
            if gaps_ns[0] < beat.space_ns {
                decoder.finish_letter(|text| tell(released_ns + gaps_ns[0], text));
            }
            let word_gap_ns = decoder.word_gap_ns();
            if word_gap_ns < beat.space_ns {
                decoder.finish_word(|text| tell(released_ns + word_gap_ns, text));
            }
            decoder.space(beat.space_ns, |text| tell(now_ns, text));
            moments.push(Moment {
                beat,
                begun_ns,
                kind,
                gaps_ns,
                told,
            });
        }
    }
    moments
}

/// Draws the moments.
fn draw(moments: &[Moment]) -> String {
    let end_ns = moments.last().map_or(1, |last| {
        last.begun_ns + last.beat.mark_ns + last.beat.space_ns
    });
    let x = |ns: u64| LEFT + (WIDTH - LEFT - 20.0) * ns as f64 / end_ns as f64;
    let (least, most) = LENGTHS_MS;
    let y = |ms: f64| BOTTOM - (BOTTOM - TOP) * (ms / least).ln() / (most / least).ln();
    let y_ns = |ns: u64| y((ns as f64 / 1e6).clamp(least, most));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <!-- SPDX-License-Identifier: GPL-2.0 -->\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut add = |line: String| writeln!(svg, "{line}").expect("a string has room");
    for ms in [20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0] {
        add(format!(
            "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#eeeeee\"/>",
            WIDTH - 20.0,
            y(ms)
        ));
        add(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{ms} ms</text>",
            LEFT - 6.0,
            y(ms) + 4.0
        ));
    }
    let legend = [("mark", "#000000")].into_iter().chain(KINDS);
    for (index, (name, colour)) in legend
        .chain([("borders by the timers", BORDER)])
        .enumerate()
    {
        let at = LEFT + 160.0 * index as f64;
        add(format!(
            "<circle cx=\"{at:.1}\" cy=\"14\" r=\"4\" fill=\"{colour}\"/>"
        ));
        add(format!(
            "<text x=\"{:.1}\" y=\"18\">{name}</text>",
            at + 9.0
        ));
    }
    for border in 0..2 {
        let points: Vec<String> = moments
            .iter()
            .map(|moment| {
                let released_ns = moment.begun_ns + moment.beat.mark_ns;
                format!("{:.1},{:.1}", x(released_ns), y_ns(moment.gaps_ns[border]))
            })
            .collect();
        add(format!(
            "<polyline fill=\"none\" stroke=\"{BORDER}\" points=\"{}\"/>",
            points.join(" ")
        ));
    }
    for moment in moments {
        let Moment { beat, begun_ns, .. } = *moment;
        let released_ns = begun_ns + beat.mark_ns;
        add(format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\" fill=\"black\"/>",
            x(begun_ns),
            y_ns(beat.mark_ns)
        ));
        let (_, colour) = KINDS[moment.kind];
        add(format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\" fill=\"{colour}\"/>",
            x(released_ns),
            y_ns(beat.space_ns)
        ));
    }
    // Letters that are told at once, one below the other's beginning, are one text.
    add(format!(
        "<text x=\"{:.1}\" y=\"46\" text-anchor=\"end\">told</text>",
        LEFT - 6.0
    ));
    for moment in moments {
        let mut told = moment.told.iter();
        let Some((at_ns, first)) = told.next() else {
            continue;
        };
        let text: String = told.fold(first.clone(), |text, (_, more)| text + more);
        let at = x(*at_ns);
        add(format!(
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"50\" y2=\"{TOP}\" stroke=\"#bbbbbb\"/>"
        ));
        add(format!(
            "<text x=\"{at:.1}\" y=\"46\" text-anchor=\"middle\">{text}</text>"
        ));
    }
    svg + "</svg>\n"
}

#[test]
fn the_drawing_of_the_document_is_that_of_a_new_run() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Documentation/decoder.svg");
    let svg = draw(&read());
    if std::env::var_os(DRAW).is_some() {
        std::fs::write(&file, svg).expect("the drawing can be written");
        return;
    }
    let drawn = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        drawn == svg,
        "{DRAW}=yes scripts/test drawing draws it anew"
    );
}
