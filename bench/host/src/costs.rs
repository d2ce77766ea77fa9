// SPDX-License-Identifier: GPL-2.0

//! The cost of a character each way, the delay until the lamp lights, and the highest rate of edges.

use std::collections::HashMap;

use morse_board::driver::{keying, numbers, set, SIMULATED_KEY};
use morse_board::Board;

use crate::keying::GPIO_BASE;
use crate::lab::LONG;
use crate::results::Measurement;
use crate::setting::Setting;
use crate::symbols::Symbols;
use crate::{Result, Subject};
use morse_board::trace::{Event, Recorder};

/// How long the keyer rests before it is started again: longer than a word gap.
const REST_S: u32 = 2;
/// How often it is started.
const STARTS: usize = 20;
/// How many characters are written at once.
const TEXT_CHARS: usize = 1000;
/// The text that is received, and its unit: 29 WPM. At 30 it is a whole number of ticks, so that all edges have the same
/// place between two ticks.
const RECEIVED: &str = "PARIS";
const RECEIVED_TIMES: usize = 20;
const RECEIVED_UNIT_US: u64 = 41_379;
/// How many edges are made as fast as they can be.
const STORM_EDGES: usize = 10_000;

/// From the call of write(2) to the light of an idle lamp.
pub fn first_edge(board: &mut Board, setting: Setting, subject: Subject) -> Result<Measurement> {
    let line = GPIO_BASE + subject.line();
    let filter = format!("gpio == {line} && get == 0 && value == 1");
    let recorder = Recorder::start(
        board,
        &[
            ("syscalls/sys_enter_write", ""),
            ("gpio/gpio_value", &filter),
        ],
    )?;
    let command = format!("for i in $(seq {STARTS}); do echo E > /dev/morse; sleep {REST_S}; done");
    board.execute(&command, LONG)?.success(&command)?;
    let events = recorder.stop(board)?;
    let mut samples = Vec::new();
    let mut written = None;
    for event in &events {
        match event.name.as_str() {
            "gpio_value" => samples.extend(written.map(|ns| (event.ns - ns) as i64)),
            _ => written = Some(event.ns),
        }
    }
    if samples.len() != STARTS {
        return Err(format!("{}: {} of {STARTS} starts", subject.name(), samples.len()).into());
    }
    Ok(Measurement::median(
        setting,
        "first-edge",
        "",
        subject,
        &samples,
    ))
}

/// The time of write(2) for each character, while the keyer is at another one.
pub fn encode(board: &mut Board, setting: Setting, subject: Subject) -> Result<Measurement> {
    let text = RECEIVED.repeat(TEXT_CHARS / RECEIVED.len());
    let filter = format!("count == {TEXT_CHARS}");
    let recorder = Recorder::start(
        board,
        &[
            ("syscalls/sys_enter_write", &filter),
            ("syscalls/sys_exit_write", ""),
        ],
    )?;
    // dd calls write(2); cat would call sendfile(2) where it can.
    board.run(&format!(
        "printf {text} > /tmp/text; (echo T; usleep 100000; dd if=/tmp/text bs={TEXT_CHARS} 2> /dev/null) > /dev/morse"
    ))?;
    let events = recorder.stop(board)?;
    let call = system_call(&events, TEXT_CHARS as u64)
        .ok_or_else(|| format!("{}: the text was not written at once", subject.name()))?;
    let value = call as f64 / TEXT_CHARS as f64;
    Ok(Measurement::new(setting, "encode", "", subject, value))
}

/// The time of the last call that took so much.
fn system_call(events: &[Event], taken: u64) -> Option<u64> {
    let exit = events
        .iter()
        .rposition(|event| event.name == "sys_exit_write" && event.field("ret") == taken)?;
    let enter = events[..exit]
        .iter()
        .rfind(|event| event.name == "sys_enter_write" && event.pid() == events[exit].pid())?;
    Some(events[exit].ns - enter.ns)
}

/// The time that softirq and work items take for each character that is received on the simulated key.
pub fn decode(board: &mut Board, setting: Setting, subject: Subject) -> Result<Measurement> {
    let module = subject.module().ok_or("it has no key")?;
    let symbols = Symbols::read(board, module)?;
    let recorder = Recorder::start(
        board,
        &[
            ("workqueue/workqueue_execute_start", ""),
            ("workqueue/workqueue_execute_end", ""),
            ("sched/sched_switch", ""),
        ],
    )?;
    let text = [RECEIVED; RECEIVED_TIMES].join(" ");
    let command = format!("{} && sleep 1", keying(&text, RECEIVED_UNIT_US));
    board.execute(&command, LONG)?.success(&command)?;
    let events = recorder.stop(board)?;
    let total_ns = running_time(&events, |function| symbols.name(function).is_some());
    let characters = (RECEIVED.len() * RECEIVED_TIMES) as f64;
    Ok(Measurement::new(
        setting,
        "decode",
        "",
        subject,
        total_ns as f64 / characters,
    ))
}

/// How long the work items with such functions ran, without the time that they slept or waited for a
/// processor.
fn running_time(events: &[Event], is_ours: impl Fn(u64) -> bool) -> u64 {
    // The items that have begun, by task: since when it runs, if it does.
    let mut begun: HashMap<u64, Option<u64>> = HashMap::new();
    let mut total_ns = 0;
    let mut stop = |since: Option<u64>, ns| total_ns += since.map_or(0, |since| ns - since);
    for event in events {
        match event.name.as_str() {
            "workqueue_execute_start" if is_ours(event.field("function")) => {
                begun.insert(event.pid(), Some(event.ns));
            }
            "workqueue_execute_end" if is_ours(event.field("function")) => {
                stop(begun.remove(&event.pid()).flatten(), event.ns);
            }
            "sched_switch" => {
                if let Some(since) = begun.get_mut(&event.field("prev_pid")) {
                    stop(since.take(), event.ns);
                }
                if let Some(since) = begun.get_mut(&event.field("next_pid")) {
                    *since = Some(event.ns);
                }
            }
            _ => {}
        }
    }
    total_ns
}

/// The time between edges of the simulated key that are made as fast as they can be, all of which are
/// received.
pub fn storm(board: &mut Board, setting: Setting, subject: Subject) -> Result<Measurement> {
    set(board, "debounce_us", "0")?;
    let before = numbers(board)?;
    let recorder = Recorder::start(board, &[("irq/irq_handler_entry", "name ~ \"morse-key\"")])?;
    let command = format!("morse-key {SIMULATED_KEY} storm {STORM_EDGES} 0 && sleep 1");
    board.execute(&command, LONG)?.success(&command)?;
    let events = recorder.stop(board)?;
    let after = numbers(board)?;
    let more = |name: &str| after[name] - before[name];
    let (received, dropped) = (more("edges_received"), more("edges_dropped"));
    if (received, dropped) != (STORM_EDGES as u64, 0) || events.len() != STORM_EDGES {
        let name = subject.name();
        return Err(format!(
            "{name}: of {STORM_EDGES} edges {} were interrupts, {received} received, {dropped} dropped",
            events.len()
        )
        .into());
    }
    let took_ns = events[STORM_EDGES - 1].ns - events[0].ns;
    let value = took_ns as f64 / (STORM_EDGES - 1) as f64;
    Ok(Measurement::new(
        setting,
        "edge-interval",
        "",
        subject,
        value,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_does_not_count() {
        let event = |ns, name, pid, fields: &[(&str, u64)]| Event::new(ns, name, pid, fields);
        let switch = |ns, from, to| {
            event(
                ns,
                "sched_switch",
                from,
                &[("prev_pid", from), ("next_pid", to)],
            )
        };
        let events = [
            event(10, "workqueue_execute_start", 7, &[("function", 1)]),
            event(11, "workqueue_execute_start", 8, &[("function", 2)]),
            switch(15, 7, 0),
            switch(90, 0, 7),
            event(93, "workqueue_execute_end", 7, &[("function", 1)]),
            event(99, "workqueue_execute_end", 8, &[("function", 2)]),
        ];
        assert_eq!(running_time(&events, |function| function == 1), 8);
    }
}
