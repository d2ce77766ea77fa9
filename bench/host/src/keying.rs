// SPDX-License-Identifier: GPL-2.0

//! How exact the keying is: each edge of the lamp, by the tracepoint `gpio:gpio_value`, against the
//! ideal grid that begins with the first edge.

use morse_board::{Board, Message, Pace};

use crate::lab::LONG;
use crate::results::Measurement;
use crate::setting::{Clock, Setting};
use crate::{Result, Subject};
use morse_board::trace::Recorder;

/// The first line of the first GPIO controller (`GPIO_DYNAMIC_BASE` of the kernel).
pub const GPIO_BASE: u32 = 512;

/// The speeds, in us a unit: the course's, a good operator's, and the fastest.
pub const UNITS_US: [u64; 3] = [200_000, 20_000, 1_200];

/// The word that is sent again and again: the standard word of 50 units.
pub const PARIS: Word = Word { text: "PARIS" };

/// A word in the form that each subject takes.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Letters that have a Morse code.
    pub text: &'static str,
}

impl Word {
    /// The word and the gap after it for `ledtrig-pattern`: brightness (a GPIO LED has one) and duration in pairs, where no
    /// duration means a step.
    pub fn pattern(&self, unit_ms: u64) -> String {
        let message = Message::parse(&format!("{0} {0}", self.text)).expect("Morse");
        let edges = message.edges(Pace::new(unit_ms));
        // Up to the first edge of the second one.
        let spans = edges.len() / 2;
        edges
            .windows(2)
            .take(spans)
            .map(|pair| {
                let brightness = u8::from(pair[0].on);
                let ms = pair[1].at_ns - pair[0].at_ns;
                format!("{brightness} {ms} {brightness} 0")
            })
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// How many words are sent in a setting: a thousand seconds where that costs nothing.
fn words(setting: Setting, unit_us: u64) -> usize {
    const REAL_US: u64 = 10_000_000;
    const WORDS: usize = 100;
    match setting.clock {
        Clock::Virtual => WORDS,
        Clock::Real => WORDS.min((REAL_US / unit_us / 50) as usize),
    }
}

/// When each edge should be, in ns since the first.
fn grid(subject: Subject, unit_us: u64, words: usize) -> Vec<u64> {
    let pace = Pace::new(unit_us * 1000);
    let text = vec![PARIS.text; words].join(" ");
    let message = Message::parse(&text).expect("Morse");
    let ideal = message.edges(pace);
    match subject {
        // Dots and dots and dots, for as long.
        Subject::TimerTrigger => (0..)
            .map(|edge| edge * unit_us * 1000)
            .take_while(|ns| *ns <= message.duration_ns(pace))
            .collect(),
        _ => ideal.iter().map(|edge| edge.at_ns).collect(),
    }
}

/// Measures the keying of a subject at one speed.
///
/// Gives the total error (that of the last edge) and the worst.
pub fn measure(
    board: &mut Board,
    setting: Setting,
    subject: Subject,
    unit_us: u64,
) -> Result<Vec<Measurement>> {
    let words = words(setting, unit_us);
    let grid = grid(subject, unit_us, words);
    board.run(&subject.prepare(unit_us, words))?;
    let line = GPIO_BASE + subject.line();
    let filter = format!("gpio == {line} && get == 0");
    let recorder = Recorder::start(board, &[("gpio/gpio_value", &filter)])?;
    // Time for those that are slow: two ticks and a half for each edge; and for a host that is.
    const SLOW_MS: u64 = 10;
    let ideal_ms = grid.last().unwrap_or(&0) / 1_000_000 + 50 * unit_us / 1000;
    let slow_ms = match (setting.clock, subject) {
        (Clock::Real, Subject::Morse | Subject::MorseC) => ideal_ms / 4,
        _ => ideal_ms / 4 + grid.len() as u64 * SLOW_MS,
    };
    let command = format!(
        "{} && usleep {} && {}",
        subject.send(&PARIS, unit_us, words),
        (ideal_ms + slow_ms) * 1000,
        subject.end()
    );
    board.execute(&command, LONG)?.success(&command)?;
    let mut lit = false;
    let seen: Vec<u64> = recorder
        .stop(board)?
        .iter()
        // Writing the same level again is no edge.
        .filter(|event| {
            let on = event.field("value") != 0;
            on != std::mem::replace(&mut lit, on)
        })
        .map(|event| event.ns)
        .collect();
    if seen.len() < grid.len() {
        return Err(format!(
            "{}: {} edges, and should have been {}",
            subject.name(),
            seen.len(),
            grid.len()
        )
        .into());
    }
    let late_ns = lateness(&grid, &seen);
    let parameter = format!("{} ms", unit_us as f64 / 1e3);
    let total = late_ns.last().copied().unwrap_or(0);
    let worst = late_ns
        .iter()
        .copied()
        .max_by_key(|ns| ns.unsigned_abs())
        .unwrap_or(0);
    Ok(vec![
        Measurement::new(setting, "keying-total", &parameter, subject, total as f64),
        Measurement::new(setting, "keying-worst", &parameter, subject, worst as f64)
            .with_samples(&late_ns)
            .with_times(&grid),
    ])
}

/// Returns the delay of each edge in ns, negative if it was early. Edges after the grid's end are left out.
fn lateness(grid: &[u64], seen: &[u64]) -> Vec<i64> {
    let start = seen.first().copied().unwrap_or(0);
    grid.iter()
        .zip(seen)
        .map(|(ideal, seen)| (seen - start) as i64 - *ideal as i64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_steps() {
        let word = Word { text: "N" };
        assert_eq!(word.pattern(20), "1 60 1 0 0 20 0 0 1 20 1 0 0 140 0 0");
    }

    #[test]
    fn a_grid_has_all_edges() {
        // 14 marks a word; the last word has no gap after it.
        let grid = grid(Subject::Morse, 1000, 100);
        assert_eq!(grid.len(), 100 * 14 * 2);
        assert_eq!(grid.last(), Some(&((100 * 50 - 7) * 1_000_000)));
        let dots = super::grid(Subject::TimerTrigger, 1000, 1);
        assert_eq!(dots.len(), 44);
    }

    #[test]
    fn late_and_early() {
        assert_eq!(
            lateness(&[0, 100, 200], &[5000, 5103, 5198, 5300]),
            [0, 3, -2]
        );
    }
}
