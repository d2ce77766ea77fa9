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
                    let op = Operator {
                        wpm,
                        dash,
                        mark_jitter: 0.1,
                        space_jitter: 0.2,
                    };
                    let beats = op.key(&text, &mut rng);
                    let got = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                    let d = distance(&got, &text);
                    wrong += d;
                    total += text.chars().count();
                    first += usize::from(got.chars().take(10).ne(text.chars().take(10)));
                    if d > 0 && wpm == 20.0 {
                        println!("{wpm} {dash} {d}\n  {:.40}\n  {:.40}", text, got);
                    }
                }
                line += &format!(
                    " {:.3}({first})",
                    100.0 * (1.0 - wrong as f64 / total as f64)
                );
            }
            println!("{gaps:?} dash {dash}: {line}");
        }
    }
}

#[test]
fn changes() {
    for gaps in [Gaps::Edges, Gaps::Timers] {
        for (from, to) in [
            (20.0, 25.0),
            (20.0, 30.0),
            (20.0, 40.0),
            (20.0, 60.0),
            (10.0, 60.0),
            (5.0, 60.0),
            (25.0, 20.0),
            (30.0, 20.0),
            (40.0, 20.0),
            (60.0, 20.0),
            (60.0, 5.0),
        ] {
            let mut per = [0usize; 2];
            let mut n = 0;
            for seed in 0..50 {
                let mut rng = Rng::new(seed + 100);
                let op = Operator {
                    wpm: from,
                    dash: 3.0,
                    mark_jitter: 0.1,
                    space_jitter: 0.2,
                };
                let mut d = Decoder::new();
                let a = "CQ DE ".to_string() + &words(20, &mut rng) + " ";
                receive(&mut d, &op.key(&a, &mut rng), gaps, &mut rng);
                let b = words(20, &mut rng) + " ";
                let got = receive(
                    &mut d,
                    &Operator { wpm: to, ..op }.key(&b, &mut rng),
                    gaps,
                    &mut rng,
                );
                let e = distance(&got, &b);
                per[0] += e;
                per[1] += b.chars().count();
                n += 1;
                if seed < 3 && e > 1 {
                    println!("{from} {to} {e}\n  {:.60}\n  {:.60}", b, got);
                }
            }
            println!(
                "{gaps:?} {from}->{to}: errors per change {:.2}  acc {:.3}",
                per[0] as f64 / n as f64,
                100.0 * (1.0 - per[0] as f64 / per[1] as f64)
            );
        }
    }
}
