// SPDX-License-Identifier: GPL-2.0

//! The driver's tracepoints, against the same events seen without them.

use std::collections::HashMap;

use morse_board::driver::{keying, numbers, set};
use morse_board::{trace::Recording, Board, Message, Result};

use super::fixture::{read_while, with_each, QUIET};
use crate::boards::KEYLESS;
use crate::fixture::{bound_ns, has_rt, long};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_each =>
        events_of_sending_are_those_of_the_lamp,
        events_of_receiving_are_those_of_the_key,
        delivery_is_traced,
    ]
    .on(&KEYLESS)
}

const TRACEFS: &str = "/sys/kernel/tracing";
const UNIT_AT_20_WPM_US: u64 = 60_000;

/// One line of a trace.
#[derive(Debug)]
struct Event {
    /// On the guest's monotonic clock, to the microsecond.
    time_us: u64,
    name: String,
    fields: HashMap<String, String>,
}

impl Event {
    /// Reads `TASK-PID [CPU] FLAGS SECONDS: NAME: FIELD=VALUE ...`.
    fn parse(line: &str) -> Option<Event> {
        let (head, event) = line.split_once(": morse_")?;
        let (name, fields) = event.split_once(": ")?;
        let seconds: f64 = head.split_whitespace().next_back()?.parse().ok()?;
        Some(Event {
            time_us: (seconds * 1e6).round() as u64,
            name: name.to_owned(),
            fields: fields
                .split_whitespace()
                .filter_map(|field| field.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    fn field(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    fn number(&self, name: &str) -> u64 {
        self.field(name).parse().expect("a number")
    }

    /// The field `time_ns`, in microseconds.
    fn field_us(&self) -> u64 {
        self.number("time_ns") / 1000
    }
}

/// Switches all of the driver's events on, after a [`Recording`] was started, or off.
fn enable(board: &mut Board, on: bool) -> Result<()> {
    let on = u8::from(on);
    board.run(&format!("echo {on} > {TRACEFS}/events/morse/enable"))?;
    Ok(())
}

/// The driver's events since the recording was started, of the first device.
fn events(board: &mut Board) -> Result<Vec<Event>> {
    let trace = board.run(&format!("grep ': morse_' {TRACEFS}/trace || true"))?;
    let events: Vec<Event> = trace.lines().filter_map(Event::parse).collect();
    assert_eq!(events.len(), trace.lines().count(), "all can be read");
    for event in &events {
        assert_eq!(event.field("device"), "0");
    }
    Ok(events)
}

/// The bound for delays on an idle board.
fn soon_ns(board: &Board) -> u64 {
    if board.has_sanitizers() {
        20_000_000
    } else if has_rt() {
        // A softirq waits for the thread that runs it.
        1_000_000
    } else {
        200_000
    }
}

/// As [`soon_ns`], for a work item: a worker that leaves no idle one behind makes another before it
/// begins, which takes 230 us.
fn work_soon_ns(board: &Board) -> u64 {
    soon_ns(board).max(1_000_000)
}

fn named<'a>(events: &'a [Event], name: &'a str) -> impl Iterator<Item = &'a Event> {
    events.iter().filter(move |event| event.name == name)
}

fn text(events: &[Event], name: &str) -> String {
    named(events, name)
        .map(|event| event.field("text"))
        .collect()
}

/// Checks that each start is followed by a stop of the same mechanism, and counts them.
fn deferrals(events: &[Event], mechanism: &str) -> usize {
    let mut running = false;
    let mut count = 0;
    for event in events {
        let starts = match event.name.as_str() {
            "deferral_start" => true,
            "deferral_stop" => false,
            _ => continue,
        };
        if event.field("mechanism") == mechanism {
            assert_ne!(starts, running, "{event:?}");
            running = starts;
            count += usize::from(starts);
        }
    }
    assert!(!running, "{mechanism} has stopped");
    count
}

fn events_of_sending_are_those_of_the_lamp(board: &mut Board) -> Result<()> {
    const TEXT: &str = "PARIS é 73";
    // Between the line and the event the keyer does little.
    let slack_us = bound_ns(board, 10_000) / 1_000;
    let recording = Recording::start(board)?;
    enable(board, true)?;
    let command = format!("echo '{TEXT}' > /dev/morse && sleep 30");
    long(board, &command)?;
    enable(board, false)?;
    // The text first, as reading the lamp's edges takes all events out of the buffer.
    let events = events(board)?;
    let lamp = recording.edges(board)?;

    let keyed: Vec<&Event> = named(&events, "edge_keyed").collect();
    assert_eq!(keyed.len(), lamp.len());
    assert!(!keyed.is_empty());
    for (keyed, lamp) in keyed.iter().zip(&lamp) {
        assert_eq!(keyed.field("mark"), u8::from(lamp.on).to_string());
        let at_us = lamp.at_ns / 1000;
        assert!(keyed.time_us.abs_diff(at_us) <= slack_us, "{keyed:?}");
        assert!(keyed.field_us().abs_diff(at_us) <= slack_us, "{keyed:?}");
    }
    // The first edge of a message has no time to be late for.
    let planned: Vec<u64> = keyed.iter().map(|edge| edge.number("planned")).collect();
    assert_eq!(planned[0], 0);
    assert!(planned[1..].iter().all(|planned| *planned == 1));
    let expected = Message::parse(TEXT).expect("Morse").to_string();
    assert_eq!(text(&events, "character_sent"), expected.replace(' ', ""));
    assert_eq!(deferrals(&events, "keyer"), 1);
    Ok(())
}

fn events_of_receiving_are_those_of_the_key(board: &mut Board) -> Result<()> {
    const TEXT: &str = "CQ DE MORSE";
    // No event of the driver is enabled.
    let recording = Recording::start(board)?;
    let command = format!("{} && {QUIET}", keying("E", UNIT_AT_20_WPM_US));
    long(board, &command)?;
    assert!(events(board)?.is_empty());

    let before = numbers(board)?;
    enable(board, true)?;
    let keying = keying(TEXT, UNIT_AT_20_WPM_US);
    let read = read_while(board, &format!("{keying} && {QUIET}"))?;
    enable(board, false)?;
    let after = numbers(board)?;
    let more = |name: &str| usize::try_from(after[name] - before[name]).expect("few");
    let events = events(board)?;
    assert!(recording.edges(board)?.is_empty(), "nothing was sent");

    let edges: Vec<&Event> = named(&events, "edge_received").collect();
    assert_eq!(edges.len(), more("edges"));
    for (i, edge) in edges.iter().enumerate() {
        assert_eq!(edge.field("mark"), if i % 2 == 0 { "1" } else { "0" });
        // The trace tells microseconds, rounded down.
        assert!(edge.field_us() <= edge.time_us, "{edge:?}");
        let latency_ns = edge.number("latency_ns");
        assert!((1..soon_ns(board)).contains(&latency_ns), "{edge:?}");
    }
    // Readers get a letter at a time, a space after each word, and the end of the session.
    let reads: u64 = named(&events, "read")
        .map(|read| read.number("count"))
        .sum();
    assert_eq!(reads, read.len() as u64);
    let expected = Message::parse(TEXT).expect("Morse").to_string();
    assert_eq!(read, format!("{expected} \n"));
    let characters = text(&events, "character_received");
    assert_eq!(characters, expected.replace(' ', ""));
    assert_eq!(
        named(&events, "character_received").count(),
        more("received")
    );
    assert_eq!(deferrals(&events, "softirq"), more("softirqs"));
    assert!(deferrals(&events, "gap") > 0);
    assert!(deferrals(&events, "ticker") > 0);
    Ok(())
}

/// A work item wakes readers when an edge itself makes new data.
fn delivery_is_traced(board: &mut Board) -> Result<()> {
    set(board, "debounce_us", "0")?;
    Recording::start(board)?;
    enable(board, true)?;
    let command = keying("SOS", UNIT_AT_20_WPM_US);
    long(board, &command)?;
    board.run("sleep 0.1")?;
    enable(board, false)?;
    let events = events(board)?;
    // All but the first edge end a mark or a space.
    let edges: Vec<&Event> = named(&events, "edge_received").collect();
    assert_eq!(deferrals(&events, "deliver"), edges.len() - 1);
    let deliveries =
        named(&events, "deferral_start").filter(|event| event.field("mechanism") == "deliver");
    for (edge, delivery) in edges[1..].iter().zip(deliveries) {
        let took_us = delivery.time_us - edge.field_us();
        assert!(
            took_us < work_soon_ns(board) / 1_000,
            "{edge:?}, {delivery:?}"
        );
    }
    Ok(())
}
