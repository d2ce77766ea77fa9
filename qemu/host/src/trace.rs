// SPDX-License-Identifier: GPL-2.0

//! The lamp's edges on the guest's own clock, from the GPIO subsystem's tracepoint `gpio:gpio_value`,
//! independent of the driver. In virtual time these stamps are exact.

use std::time::Duration;

use crate::board::Board;
use crate::error::{Error, Result};
use crate::lamp::Edge;
use crate::machine::{CHIP, LAMP};

/// Where the guest has tracefs.
pub(crate) const TRACEFS: &str = "/sys/kernel/tracing";
/// Room for the events of some 20000 edges, in KiB for each processor.
const BUFFER_KIB: u32 = 4096;
/// Number of the first line of the first GPIO controller without a fixed number
/// (`GPIO_DYNAMIC_BASE` of the kernel).
const DYNAMIC_BASE: u32 = 512;

/// A recording of the lamp's edges by the guest's kernel.
#[derive(Debug)]
pub struct Recording {
    gpio: u32,
}

impl Recording {
    /// Starts a new recording.
    ///
    /// # Errors
    ///
    /// As [`Board::run`].
    pub fn start(board: &mut Board) -> Result<Recording> {
        let gpio = lamp_number(board)?;
        Recording::start_number(board, gpio)
    }

    /// As [`Recording::start`], of any output line, by its controller's label and its number there.
    ///
    /// # Errors
    ///
    /// As [`Board::run`]; [`Error::Lamp`] when there is no such controller.
    pub fn start_line(board: &mut Board, chip: &str, line: u32) -> Result<Recording> {
        let Ok(base) = chip_base(board, chip)?.parse::<u32>() else {
            return Err(Error::Lamp {
                problem: format!("of {chip} is not there"),
            });
        };
        Recording::start_number(board, base + line)
    }

    fn start_number(board: &mut Board, gpio: u32) -> Result<Recording> {
        board.run(&format!(
            "cd {TRACEFS} && echo 0 > tracing_on && echo mono > trace_clock && echo {BUFFER_KIB} > buffer_size_kb && \
             echo 'gpio == {gpio} && get == 0' > events/gpio/gpio_value/filter && \
             echo 1 > events/gpio/gpio_value/enable && echo > trace && echo 1 > tracing_on"
        ))?;
        Ok(Recording { gpio })
    }

    /// The edges so far, in ns of the guest's monotonic clock, to the microsecond.
    ///
    /// # Errors
    ///
    /// As [`Board::run`]; [`Error::Lamp`] when the kernel's buffer was too small for them all.
    pub fn edges(&self, board: &mut Board) -> Result<Vec<Edge>> {
        let lost = board.run(&format!(
            "grep -h -E '^(overrun|dropped events): [^0]' {TRACEFS}/per_cpu/cpu*/stats || true"
        ))?;
        if !lost.is_empty() {
            return Err(Error::Lamp {
                problem: format!("had more edges than the trace could hold: {}", lost.trim()),
            });
        }
        let trace = board.run(&format!("grep gpio_value {TRACEFS}/trace || true"))?;
        Ok(parse(&trace, self.gpio))
    }
}

/// Measures a system call that a command makes once, on the guest's own clock, to the microsecond.
///
/// # Errors
///
/// As [`Board::run`]; [`Error::Protocol`] when the command did not make the call exactly once.
pub fn system_call_time(board: &mut Board, call: &str, command: &str) -> Result<Duration> {
    let events = format!("{TRACEFS}/events/syscalls/sys_*_{call}");
    let switch =
        |on: u8| format!("for event in {events}; do echo {on} > $event/enable || exit; done");
    board.run(&format!(
        "cd {TRACEFS} && echo mono > trace_clock && echo > trace && {} && echo 1 > tracing_on",
        switch(1)
    ))?;
    let result = board.run(command);
    let trace = board.run(&format!("grep sys_{call} {TRACEFS}/trace; {}", switch(0)))?;
    result?;
    parse_call(&trace, call).ok_or(Error::Protocol {
        peer: "trace",
        answer: trace,
    })
}

/// Reads the two lines of a system call: `TASK-PID [CPU] FLAGS SECONDS: sys_CALL(...)` and `...
/// sys_CALL -> RESULT`.
fn parse_call(trace: &str, call: &str) -> Option<Duration> {
    let stamps = |mark: String| -> Vec<u64> {
        trace
            .lines()
            .filter_map(|line| line.split_once(&mark))
            .filter_map(|(head, _)| parse_seconds(head.split_whitespace().next_back()?))
            .collect()
    };
    let (enter, exit) = (
        stamps(format!(": sys_{call}(")),
        stamps(format!(": sys_{call} -> ")),
    );
    match (&enter[..], &exit[..]) {
        ([enter], [exit]) => exit.checked_sub(*enter).map(Duration::from_nanos),
        _ => None,
    }
}

/// The kernel's number of the lamp's line.
fn lamp_number(board: &mut Board) -> Result<u32> {
    let base = chip_base(board, CHIP)?;
    // A kernel without the sysfs interface of GPIOs does not list controllers; it has only one.
    Ok(base.parse().unwrap_or(DYNAMIC_BASE) + LAMP)
}

/// Returns the kernel's number of the first line of a controller, as text; empty if the kernel does not
/// list it.
fn chip_base(board: &mut Board, label: &str) -> Result<String> {
    let base = board.run(&format!(
        "for chip in /sys/class/gpio/gpiochip*; do grep -q {label} $chip/label && cat $chip/base; done 2>/dev/null || true",
    ))?;
    Ok(base.trim().to_owned())
}

/// Reads the lines of a trace: `TASK-PID [CPU] FLAGS SECONDS: gpio_value: NUMBER set VALUE`.
fn parse(trace: &str, gpio: u32) -> Vec<Edge> {
    trace
        .lines()
        .filter_map(|line| parse_line(line, gpio))
        .collect()
}

fn parse_line(line: &str, gpio: u32) -> Option<Edge> {
    let (head, event) = line.split_once(": gpio_value: ")?;
    let mut words = event.split_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    if number != gpio || words.next()? != "set" {
        return None;
    }
    let on = match words.next()? {
        "0" => false,
        "1" => true,
        _ => return None,
    };
    let at_ns = parse_seconds(head.split_whitespace().next_back()?)?;
    Some(Edge { at_ns, on })
}

/// `SECONDS.FRACTION` in ns, exactly.
pub(crate) fn parse_seconds(text: &str) -> Option<u64> {
    const DIGITS: usize = 9;
    let (seconds, fraction) = text.split_once('.')?;
    if fraction.is_empty() || fraction.len() > DIGITS {
        return None;
    }
    let seconds: u64 = seconds.parse().ok()?;
    let nanoseconds: u64 = format!("{fraction:0<DIGITS$}").parse().ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_trace() {
        let trace = "\
# tracer: nop
              sh-45      [000] .....    12.345678: gpio_value: 512 set 1
  kworker/u5:0-31        [001] d..1.    12.545678: gpio_value: 512 set 0
              sh-45      [000] .....    12.600000: gpio_value: 517 get 1
              sh-45      [000] .....    12.700000: gpio_value: 513 set 1
              sh-45      [000] .....    12.700000: gpio_direction: 512 out (0)
";
        let edges = [
            Edge {
                at_ns: 12_345_678_000,
                on: true,
            },
            Edge {
                at_ns: 12_545_678_000,
                on: false,
            },
        ];
        assert_eq!(parse(trace, 512), edges);
    }

    #[test]
    fn system_calls() {
        let trace = "\
           rmmod-88      [000] .....    12.345678: sys_delete_module(name_user: 7f, flags: 800)
           rmmod-88      [000] .....    12.355680: sys_delete_module -> 0x0
";
        assert_eq!(
            parse_call(trace, "delete_module"),
            Some(Duration::from_micros(10_002))
        );
        assert_eq!(parse_call(&trace.repeat(2), "delete_module"), None);
        assert_eq!(parse_call("", "delete_module"), None);
    }

    #[test]
    fn seconds_are_exact() {
        assert_eq!(parse_seconds("1027.200001"), Some(1_027_200_001_000));
        assert_eq!(parse_seconds("0.000000001"), Some(1));
        assert_eq!(parse_seconds("5"), None);
        assert_eq!(parse_seconds("1.0000000001"), None);
        assert_eq!(parse_seconds("99999999999999.0"), None);
    }
}
