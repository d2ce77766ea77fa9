// SPDX-License-Identifier: GPL-2.0

//! The end of a letter, a word and a session reaches a reader never early, and never late by more than
//! a jiffy.

use std::thread;
use std::time::Duration;

use crate::hand::{Hand, Moment, FIRST_WORD_GAP, LETTER_GAP, QUIET, UNIT, WORD_GAP, WPM};
use crate::lamp::now;
use crate::task::Blocked;
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    letters_words_and_sessions_end_on_time,
    letters_words_and_sessions_end_on_time_at_a_set_speed,
    the_first_word_of_a_speed_that_was_set_waits_for_wide_spaces,
    a_speed_that_is_set_ends_the_word_at_once,
    an_edge_puts_the_end_off,
];

/// A tick of the kernel's timers, of which there are 250 a second.
const JIFFY: Duration = Duration::from_millis(4);
/// The decoder has 256 steps to an octave, so that a gap may be short by this part of it.
const ROUNDING: u32 = 256;
/// Longer than a session lasts after its last edge.
const LIMIT: Duration = Duration::from_secs(10);

/// The time at which a read returned, and its text.
type Read = (Duration, String);

/// Starts a task that reads `count` times.
fn read(count: usize) -> Result<Blocked<nix::Result<Vec<Read>>>> {
    let reader = Device::reader()?;
    Ok(Blocked::start(move || {
        (0..count)
            .map(|_| reader.read_text(16).map(|text| (now(), text)))
            .collect()
    }))
}

/// Checks that a text came `gap` after `edge`.
fn on_time((at, text): &Read, expected: &str, edge: Moment, gap: Duration) {
    assert_eq!(text, expected);
    let due = edge.from + gap;
    let late = at.saturating_sub(edge.to + gap);
    println!("{expected:?} {gap:?} after the edge: {late:?} late");
    assert!(
        *at + gap / ROUNDING >= due,
        "{text:?} came {:?} early",
        due - *at
    );
    assert!(late <= JIFFY, "{text:?} came {late:?} late");
}

/// How far the estimate of the gaps may be off, given keying that is exact to some 10 us: a part of a unit.
const ESTIMATE: u32 = 100;

/// A gap at the hand's own speed, at this one.
fn scaled(gap: Duration, wpm: u32) -> Duration {
    gap * WPM.parse::<u32>().expect("a number") / wpm
}

/// Keys a K, and checks when the letter, the word and the session are over.
fn ends_on_time(hand: &mut Hand, wpm: u32, letter_gap: Duration, word_gap: Duration) -> Result {
    let unit = scaled(UNIT, wpm);
    let reader = read(3)?;
    let edges = hand.key_at(unit, "-.-")?;
    let texts = reader.within(LIMIT)??;
    let last = *edges.last().ok_or("no edge")?;
    let early = Moment {
        from: last.from - unit / ESTIMATE,
        to: last.to + unit / ESTIMATE,
    };
    on_time(&texts[0], "K", early, letter_gap);
    on_time(&texts[1], " ", early, word_gap);
    on_time(&texts[2], "\n", last, QUIET);
    Ok(())
}

/// The same at a speed that is set and one that is found, for which `set` is 0.
fn end_on_time(wpm: u32, set: u32) -> Result {
    let mut hand = Hand::new()?;
    driver::set("receive_wpm", &set.to_string())?;
    // The estimates are drawn to what people key until there are some spaces of each kind.
    for _ in 0..2 {
        hand.introduce(scaled(UNIT, wpm))?;
    }
    assert_eq!(driver::get("received_wpm")?, wpm.to_string());
    ends_on_time(
        &mut hand,
        wpm,
        scaled(LETTER_GAP, wpm),
        scaled(WORD_GAP, wpm),
    )
}

fn letters_words_and_sessions_end_on_time() -> Result {
    for wpm in [5, 13, 20, 60] {
        end_on_time(wpm, 0)?;
    }
    Ok(())
}

fn letters_words_and_sessions_end_on_time_at_a_set_speed() -> Result {
    for wpm in [5, 13, 20, 60, 100] {
        end_on_time(wpm, wpm)?;
    }
    Ok(())
}

fn the_first_word_of_a_speed_that_was_set_waits_for_wide_spaces() -> Result {
    for wpm in [13, 20, 60, 100] {
        let mut hand = Hand::new()?;
        driver::set("receive_wpm", &wpm.to_string())?;
        // A letter space is taken to be 3.6 units.
        let letter_gap = scaled(UNIT, wpm) * 15 / 8;
        ends_on_time(&mut hand, wpm, letter_gap, scaled(FIRST_WORD_GAP, wpm))?;
    }
    Ok(())
}

/// As its word gap has passed.
fn a_speed_that_is_set_ends_the_word_at_once() -> Result {
    let mut hand = Hand::new()?;
    driver::set("receive_wpm", "0")?;
    let reader = read(2)?;
    hand.key(".")?;
    // Long enough for a word at the speed, but not while it is not known.
    thread::sleep(Duration::from_secs(1));
    let set_at = now();
    driver::set("receive_wpm", WPM)?;
    let texts = reader.within(LIMIT)??;
    assert_eq!((&*texts[0].1, &*texts[1].1), ("E", " "));
    let late = texts[1].0.saturating_sub(set_at);
    println!("{late:?} after it was set");
    assert!(texts[0].0 < set_at && late <= 2 * JIFFY, "{late:?}");
    Ok(())
}

/// Gaps count from the last edge: a mark shortly before the end of a gap continues the letter, the word or
/// the session.
fn an_edge_puts_the_end_off() -> Result {
    const SHORTLY: Duration = Duration::from_millis(8);

    let mut hand = Hand::new()?;
    hand.introduce(UNIT)?;
    let reader = read(2)?;
    hand.key(".")?;
    thread::sleep(LETTER_GAP - SHORTLY);
    hand.key("-")?;
    thread::sleep(WORD_GAP - SHORTLY);
    hand.key(".")?;
    thread::sleep(LETTER_GAP + SHORTLY);
    let texts: Vec<String> = reader
        .within(LIMIT)??
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(texts, ["A", "E"], "no space between them");
    // The spaces that it learnt are forgotten.
    driver::set("receive_wpm", WPM)?;
    let reader = read(2)?;
    thread::sleep(QUIET - LETTER_GAP - 2 * UNIT);
    let last = *hand.key("-")?.last().ok_or("no edge")?;
    // The word before ended during the sleep; its session did not.
    let texts = reader.within(LIMIT)??;
    on_time(&texts[1], "T", last, UNIT * 19 / 10);
    Ok(())
}
