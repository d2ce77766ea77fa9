// SPDX-License-Identifier: GPL-2.0

//! Overload and endurance: every edge accounted for, and hours of sending and receiving at once.
//!
//! With more edges and hours these are runs of their own: `scripts/test long storms`.

use std::time::Duration;

use morse_board::code::{Element, Pattern};
use morse_board::driver::set;
use morse_board::trace::{Event, Recorder};
use morse_board::Message;

use crate::amount::{self, Amount};
use crate::boards::{KEYLESS, THREADED};
use crate::fixture::lacks_threaded_interrupts;
use crate::ktap;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_storm_of_all_kinds_is_accounted_for,
        sending_and_receiving_for_hours_is_exact_and_costs_no_memory
    ]
    .on(&KEYLESS)
    .long()
    .and(
        tests![
            what_the_ring_has_no_room_for_is_accounted_for,
            a_run_of_the_softirq_is_short_even_with_a_full_ring
        ]
        .on(&THREADED),
    )
}

/// The number of edges of a storm.
const EDGES: Amount<u64> = Amount::new("MORSE_STORM_EDGES", 20_000, 1_000_000);
/// The length of the soak test in hours of virtual time.
const HOURS: Amount<f64> = Amount::new("MORSE_SOAK_HOURS", 0.25, 24.0);
/// Longer than any of these commands takes.
const LIMIT: Duration = Duration::from_secs(4 * 3600);

fn a_storm_of_all_kinds_is_accounted_for() {
    let (edges, seed) = (EDGES.get(), amount::seed());
    KEYLESS.with_each(|board| {
        let said = ktap::run(board, &format!("stress storm {seed} {edges}"), LIMIT)?;
        assert_eq!(field(&said, "dropped"), 0, "nothing held the softirq up");
        Ok(())
    });
}

/// With softirqs left to a thread, and a real-time task that does not let it run, the ring fills.
fn what_the_ring_has_no_room_for_is_accounted_for() {
    /// The capacity of the ring.
    const RING: u64 = 1024;
    const FLOOD: u64 = 5000;

    if lacks_threaded_interrupts() {
        return;
    }
    THREADED.with_each(|board| {
        let said = ktap::run(board, &format!("stress flood {FLOOD} 50"), LIMIT)?;
        let dropped = field(&said, "dropped");
        assert_eq!(dropped, FLOOD - RING, "all but the capacity of the ring");
        // Later edges are received again, though a thread of ordinary priority may be late for some.
        let text = ktap::run(board, "stress storm 1 2000", LIMIT)?;
        assert!(field(&text, "received") > 0, "{text}");
        Ok(())
    });
}

fn field(text: &str, name: &str) -> u64 {
    let rest = text
        .split_once(&format!("{name}: "))
        .map(|(_, rest)| rest)
        .unwrap_or_else(|| panic!("no {name} in {text:?}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// One run of the softirq handles at most as many edges as the ring holds, within a known bound.
fn a_run_of_the_softirq_is_short_even_with_a_full_ring() {
    /// In virtual time an instruction takes 1 ns; real machines are faster.
    const BOUND_US: u64 = 2000;
    const BOUND_WITH_SANITIZERS_US: u64 = 100_000;

    if lacks_threaded_interrupts() {
        return;
    }
    // The mechanism `thread` runs in no softirq.
    for mechanism in ["bh", "tasklet"] {
        note!("softirq={mechanism}:");
        THREADED.with_driver(&format!("softirq={mechanism}"), |board| {
            // Make every edge a mark or a space, which is more work than discarding a bounce.
            set(board, "debounce_us", "0")?;
            // HI_SOFTIRQ and TASKLET_SOFTIRQ, those of the two mechanisms.
            let filter = "vec == 0 || vec == 6";
            let events = [("irq/softirq_entry", filter), ("irq/softirq_exit", filter)];
            let recorder = Recorder::start(board, &events)?;
            ktap::run(board, "stress flood 3000 50", LIMIT)?;
            let longest = longest_us(&recorder.stop(board)?);
            note!("the longest run of the softirq takes {longest} us");
            let bound = match board.has_sanitizers() {
                true => BOUND_WITH_SANITIZERS_US,
                false => BOUND_US,
            };
            assert!((1..=bound).contains(&longest), "{longest} us");
            Ok(())
        });
    }
}

/// The longest time between entering and leaving, on one processor.
fn longest_us(events: &[Event]) -> u64 {
    let mut entered = None;
    let mut longest_ns = 0;
    for event in events {
        match event.name == "softirq_entry" {
            true => entered = Some(event.ns),
            false => longest_ns = longest_ns.max(event.ns - entered.take().unwrap_or(event.ns)),
        }
    }
    longest_ns / 1000
}

/// Every hour of it costs some seconds of the host.
fn sending_and_receiving_for_hours_is_exact_and_costs_no_memory() {
    const SEND: &str = "PARIS CQ DE MORSE 73";
    const KEY: &str = "CQ DE K1ABC 599 QTH ÅBO = 88";

    let hours = HOURS.get();
    KEYLESS.with(|board| {
        // An interrupt and the task that it wakes may delay an edge by this.
        let bound_us = match board.has_sanitizers() {
            true => 5000,
            false => 150,
        };
        let read = Message::parse(KEY).expect("it can be sent").to_string();
        let plan = format!(
            "send 200000 {bound_us} {}\ntext {SEND}\nkey 100000 {}\nread {read}",
            elements(SEND),
            elements(KEY)
        );
        board.run("insmod morse.ko")?;
        let command =
            format!("cat > /tmp/plan <<'END'\n{plan}\nEND\nstress soak {hours} < /tmp/plan");
        ktap::run(board, &command, LIMIT)?;
        board.run("rmmod morse").map(drop)
    });
}

/// Dots and dashes, with the gaps ' ' of letters and '/' of words.
fn elements(text: &str) -> String {
    let letter = |c| {
        let pattern = Pattern::of(c).expect("a character with a code");
        let sign = |element: &Element| match element {
            Element::Dot => '.',
            Element::Dash => '-',
        };
        pattern.0.iter().map(sign).collect::<String>()
    };
    let word = |word: &str| word.chars().map(letter).collect::<Vec<_>>().join(" ");
    text.split(' ').map(word).collect::<Vec<_>>().join("/")
}
