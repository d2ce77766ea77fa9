// SPDX-License-Identifier: GPL-2.0

//! The decoder against simulated keying.

mod common;

use common::{distance, receive, words, Gaps, Operator, Rng};
use morse_code::Decoder;

#[test]
fn explore() {
    for gaps in [Gaps::Edges, Gaps::Timers] {
        for dash in [2.0, 2.5, 3.0, 4.0, 5.0] {
            let mut line = String::new();
            for wpm in [5.0, 8.0, 13.0, 20.0, 25.0, 40.0, 60.0] {
                let (mut wrong, mut total) = (0, 0);
                let mut first = 0;
                for seed in 0..40 {
                    let mut rng = Rng::new(seed);
                    let text = words(20, &mut rng);
                    let op = Operator { wpm, dash, mark_jitter: 0.1, space_jitter: 0.2 };
                    let beats = op.key(&text, &mut rng);
                    let got = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                    let d = distance(&got, &text);
                    wrong += d;
                    total += text.chars().count();
                    first += usize::from(got.chars().take(10).ne(text.chars().take(10)));
                    if d > 3 && seed < 10 { println!("{wpm} {dash}\n  {text}\n  {got}"); }
                }
                line += &format!(" {:.3}({first})", 100.0 * (1.0 - wrong as f64 / total as f64));
            }
            println!("{gaps:?} dash {dash}: {line}");
        }
    }
}
