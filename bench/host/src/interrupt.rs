// SPDX-License-Identifier: GPL-2.0

//! The cost of an edge of the key: the top half, and the delays until the bottom half and the work item
//! run and the monitor has set the lamp. From the kernel's tracepoints of interrupts, tasklets, work items,
//! tasks and lines.

use std::thread;
use std::time::Duration;

use morse_board::driver::{set, MECHANISMS, SIMULATED_KEY, SOFTIRQS};
use morse_board::Board;

use crate::keying::GPIO_BASE;
use crate::lab::{Key, LONG};
use crate::results::Measurement;
use crate::setting::Setting;
use crate::symbols::Symbols;
use crate::{Result, Subject};
use morse_board::trace::{Event, Recorder};

/// How many edges are made.
const EDGES: usize = 200;
/// How far they are from each other.
const INTERVAL: Duration = Duration::from_millis(5);

/// The times of an edge, in ns since the interrupt began.
struct Edge {
    top_half: i64,
    softirq: Option<i64>,
    work: Option<i64>,
    lamp: Option<i64>,
}

/// The mechanism whose start is a switch of tasks.
const THREAD: &str = "thread";

/// The mechanisms that a driver can have as its bottom half; the rival has no thread.
pub fn mechanisms(subject: Subject) -> &'static [&'static str] {
    match subject {
        Subject::Morse => &MECHANISMS,
        _ => &SOFTIRQS,
    }
}

/// Measures a mechanism of a driver that is not loaded.
///
/// `tracing_ns` is the cost of a trace event, see [`tracing_cost`].
pub fn measure(
    board: &mut Board,
    setting: Setting,
    key: Key,
    subject: Subject,
    mechanism: &str,
    tracing_ns: i64,
) -> Result<Vec<Measurement>> {
    let parameters = format!("softirq={mechanism}");
    let edges = record(board, key, subject, &parameters, false)?;
    let parameter = match key {
        Key::Wired => mechanism.to_owned(),
        Key::Simulated => format!("{mechanism}, simulated key"),
    };
    // Of the events between the two ends of an interval, each delays the later one.
    let figure = |name, events: i64, samples: Vec<i64>| {
        let samples: Vec<i64> = samples.iter().map(|ns| ns - events * tracing_ns).collect();
        Measurement::median(setting, name, &parameter, subject, &samples)
    };
    let top_half = edges.iter().map(|edge| edge.top_half).collect();
    let softirq: Vec<i64> = edges.iter().filter_map(|edge| edge.softirq).collect();
    let work: Vec<i64> = edges.iter().filter_map(|edge| edge.work).collect();
    for (kind, samples) in [("softirq", &softirq), ("work item", &work)] {
        if samples.len() < EDGES / 2 {
            let name = subject.name();
            return Err(format!("{name}: a {kind} for {} of {EDGES} edges", samples.len()).into());
        }
    }
    let mut measurements = vec![
        figure("top-half", 1, top_half),
        figure("irq-to-softirq", 2, softirq),
        figure("irq-to-work", 3, work),
    ];
    // The rival has no monitor.
    if subject == Subject::Morse {
        let edges = record(board, key, subject, &parameters, true)?;
        let lamp: Vec<i64> = edges.iter().filter_map(|edge| edge.lamp).collect();
        if lamp.len() < EDGES / 2 {
            return Err(format!("the lamp followed {} of {EDGES} edges", lamp.len()).into());
        }
        measurements.push(figure("irq-to-lamp", 3, lamp));
    }
    Ok(measurements)
}

/// Returns the cost of a trace event: the time between the two of an interrupt handler that does nothing.
pub fn tracing_cost(board: &mut Board, key: Key) -> Result<i64> {
    let edges = record(board, key, Subject::MorseC, "empty=1", false)?;
    let mut times: Vec<i64> = edges.iter().map(|edge| edge.top_half).collect();
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// Loads a driver and presses its key, which the lamp follows if `monitor` is on.
fn record(
    board: &mut Board,
    key: Key,
    subject: Subject,
    parameter: &str,
    monitor: bool,
) -> Result<Vec<Edge>> {
    let module = subject.module().ok_or("it has no key")?;
    board.run(&format!("insmod {module}.ko {parameter}"))?;
    // Every edge is news.
    set(board, "debounce_us", "0")?;
    if monitor {
        set(board, "monitor", "1")?;
    }
    let symbols = Symbols::read(board, module)?;
    let interrupt =
        board.run("awk '/morse-key/ { sub(\":\", \"\", $1); print $1 }' /proc/interrupts")?;
    let filter = format!("irq == {}", interrupt.trim());
    let line = GPIO_BASE + subject.line();
    let changes = format!("gpio == {line} && get == 0");
    let mut recorded = vec![
        ("irq/irq_handler_entry", filter.as_str()),
        ("irq/irq_handler_exit", &filter),
        ("irq/tasklet_entry", ""),
        ("workqueue/workqueue_execute_start", ""),
    ];
    // An event that a filter drops takes time as well, so only where they are needed.
    if parameter.ends_with(THREAD) {
        recorded.push(("sched/sched_switch", "next_comm ~ \"irq/*-morse*\""));
    }
    if monitor {
        recorded.push(("gpio/gpio_value", &changes));
    }
    let recorder = Recorder::start(board, &recorded)?;
    press(board, key)?;
    let events = recorder.stop(board)?;
    board.run(&format!("rmmod {module}"))?;
    let edges = edges(&events, &symbols);
    // A host that has more to do may be late for an edge; the controller then sees it together with the
    // next one.
    if edges.len() < EDGES / 2 {
        return Err(format!("{module}: {} interrupts for {EDGES} edges", edges.len()).into());
    }
    Ok(edges)
}

fn press(board: &mut Board, key: Key) -> Result {
    match key {
        Key::Simulated => {
            let command = format!(
                "morse-key {SIMULATED_KEY} storm {EDGES} {}",
                INTERVAL.as_micros()
            );
            board.execute(&command, LONG)?.success(&command)?;
        }
        Key::Wired => {
            for edge in 0..EDGES {
                board.key(edge % 2 == 0)?;
                thread::sleep(INTERVAL);
            }
        }
    }
    Ok(())
}

/// Finds the softirq and the work item of each interrupt.
fn edges(events: &[Event], symbols: &Symbols) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut entered = None;
    for event in events {
        if event.name == "irq_handler_entry" {
            entered = Some(event.ns);
            continue;
        }
        let Some(entry_ns) = entered else {
            continue;
        };
        let since = (event.ns - entry_ns) as i64;
        if event.name == "irq_handler_exit" {
            edges.push(Edge {
                top_half: since,
                softirq: None,
                work: None,
                lamp: None,
            });
            continue;
        }
        let Some(edge) = edges.last_mut() else {
            continue;
        };
        match event.name.as_str() {
            "sched_switch" => {
                edge.softirq.get_or_insert(since);
                continue;
            }
            "gpio_value" => {
                edge.lamp.get_or_insert(since);
                continue;
            }
            _ => {}
        }
        let function = symbols.name(event.field(match event.name.as_str() {
            "tasklet_entry" => "func",
            _ => "function",
        }));
        match function {
            // The driver's, and the rival's.
            Some(name) if name.contains("bottomhalf") || name.contains("drain") => {
                edge.softirq.get_or_insert(since)
            }
            Some(name) if name.contains("wakereaders") || name.contains("deliver") => {
                edge.work.get_or_insert(since)
            }
            _ => continue,
        };
    }
    edges
}
