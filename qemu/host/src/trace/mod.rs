// SPDX-License-Identifier: GPL-2.0

//! The lamp's edges on the guest's own clock, from the GPIO subsystem's tracepoint `gpio:gpio_value`,
//! independent of the driver; and the times of system calls. In virtual time these stamps are exact.

mod format;
mod page;
mod recorder;
mod text;

use std::time::Duration;

use crate::board::Board;
use crate::error::{Error, Result};
use crate::lamp::Edge;
use crate::machine::{CHIP, LAMP};

pub use recorder::{Event, Recorder};
pub use text::TextLine;

/// Where the guest has tracefs.
pub(crate) const TRACEFS: &str = "/sys/kernel/tracing";
/// Number of the first line of the first GPIO controller without a fixed number
/// (`GPIO_DYNAMIC_BASE` of the kernel).
const DYNAMIC_BASE: u32 = 512;

/// A recording of the lamp's edges by the guest's kernel.
#[derive(Debug)]
pub struct Recording(Recorder);

impl Recording {
    /// Starts to record, and clears the recording before.
    ///
    /// # Errors
    ///
    /// As [`Recorder::start`].
    pub fn start(board: &mut Board) -> Result<Recording> {
        let gpio = lamp_number(board)?;
        Recording::start_number(board, gpio)
    }

    /// As [`Recording::start`], of any output line, by its controller's label and its number there.
    ///
    /// # Errors
    ///
    /// As [`Recorder::start`]; [`Error::Lamp`] when there is no such controller.
    pub fn start_line(board: &mut Board, chip: &str, line: u32) -> Result<Recording> {
        let Ok(base) = chip_base(board, chip)?.parse::<u32>() else {
            return Err(Error::Lamp {
                problem: format!("of {chip} is not there"),
            });
        };
        Recording::start_number(board, base + line)
    }

    fn start_number(board: &mut Board, gpio: u32) -> Result<Recording> {
        Recorder::start(board, &[(GPIO, &writes_to(gpio))]).map(Recording)
    }

    /// Ends the recording, and returns the edges, on the guest's monotonic clock.
    ///
    /// # Errors
    ///
    /// As [`Recorder::stop`].
    pub fn edges(self, board: &mut Board) -> Result<Vec<Edge>> {
        Ok(self.0.stop(board)?.iter().map(edge).collect())
    }
}

/// Measures a system call that a command makes once, on the guest's own clock.
///
/// # Errors
///
/// As [`Board::run`] and [`Recorder::stop`]; [`Error::Protocol`] when the command did not make the call exactly once.
pub fn system_call_time(board: &mut Board, call: &str, command: &str) -> Result<Duration> {
    system_call_beside(board, call, command, &[]).map(|(took, _)| took)
}

/// As [`system_call_time`], with the lamp's edges while the command ran. To record them takes the kernel a while, which
/// shows in the times of calls that wait for grace periods of RCU.
///
/// # Errors
///
/// As [`system_call_time`].
pub fn system_call_and_edges(
    board: &mut Board,
    call: &str,
    command: &str,
) -> Result<(Duration, Vec<Edge>)> {
    let filter = writes_to(lamp_number(board)?);
    let (took, others) = system_call_beside(board, call, command, &[(GPIO, &filter)])?;
    Ok((took, others.iter().map(edge).collect()))
}

fn system_call_beside(
    board: &mut Board,
    call: &str,
    command: &str,
    others: &[(&str, &str)],
) -> Result<(Duration, Vec<Event>)> {
    let [enter, exit] = ["enter", "exit"].map(|end| format!("syscalls/sys_{end}_{call}"));
    let recorder = Recorder::start(
        board,
        &[&[(enter.as_str(), ""), (exit.as_str(), "")], others].concat(),
    )?;
    let result = board.run(command);
    let is_call = |event: &Event| event.name.starts_with("sys_");
    let (calls, others): (Vec<Event>, Vec<Event>) =
        recorder.stop(board)?.into_iter().partition(is_call);
    result?;
    match &calls[..] {
        [enter, exit] => Ok((Duration::from_nanos(exit.ns - enter.ns), others)),
        _ => Err(Error::Protocol {
            peer: "trace",
            answer: format!("{calls:?}"),
        }),
    }
}

/// The event of a GPIO line, and the filter for levels that are written to it.
const GPIO: &str = "gpio/gpio_value";

fn writes_to(gpio: u32) -> String {
    format!("gpio == {gpio} && get == 0")
}

fn edge(event: &Event) -> Edge {
    Edge {
        at_ns: event.ns,
        on: event.field("value") != 0,
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
