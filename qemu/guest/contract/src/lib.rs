// SPDX-License-Identifier: GPL-2.0

//! Checks the contract of `/dev/morse` with programs: every errno, every short count, every wake-up.
//!
//! ```text
//! contract run GROUP|NAME...     runs cases, a process each, and reports in KTAP
//! contract removal HOW BOUND_MS COUNT SEED
//!                                removes the driver at random instants of a message, each time
//!                                at most BOUND_MS longer than an empty module; HOW is rmmod or
//!                                unbind
//! contract storm BOUND_MS COUNT SEED
//!                                unloads the driver in storms of edges at the simulated key, with
//!                                readers killed in them, as promptly
//! contract change TEXT MS NAME=VALUE...
//!                                sends TEXT, changes settings MS milliseconds after its first
//!                                mark and prints when that was
//! contract lifetime CYCLES SEED  loads and unloads the driver CYCLES times with all its files in use
//! contract faults load|bind|use|everywhere
//!                                makes each operation that can fail in the kernel fail, one after
//!                                the other, until a whole pass succeeds
//! ```
//!
//! It runs in the guest, on the guest's clock. In virtual time nothing here depends on the speed of
//! the host, so times are checked strictly.

mod cases;
mod change;
mod epoll;
mod faults;
mod hand;
mod lamp;
mod lifetime;
mod removal;
mod runner;
mod stall;
mod storm;
mod task;
mod unbound;

use std::process::ExitCode;

pub use morse_guest::Result;

/// Runs the command given by the words of the command line.
///
/// # Errors
///
/// When a check fails. Failures of cases are reported in KTAP instead.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    let done = |()| ExitCode::SUCCESS;
    match *words {
        ["run", ref names @ ..] if !names.is_empty() => runner::run(names),
        ["case", name] => runner::case(name).map(done),
        ["flood"] => task::flood().map(done),
        ["listen"] => task::listen().map(done),
        ["removal", how, bound_ms, count, seed] => {
            removal::run(how, bound_ms, count, seed).map(done)
        }
        ["storm", bound_ms, count, seed] => storm::run(bound_ms, count, seed).map(done),
        ["change", text, ms, ref settings @ ..] => change::run(text, ms, settings).map(done),
        ["lifetime", cycles, seed] => lifetime::run(cycles, seed).map(done),
        ["faults", group] => faults::run(group, "1", "0").map(done),
        ["faults", group, every, first] => faults::run(group, every, first).map(done),
        _ => Err("see the head of qemu/guest/contract/src/lib.rs".into()),
    }
}

/// The groups of cases.
pub fn groups() -> impl Iterator<Item = &'static str> {
    cases::GROUPS.iter().map(|(group, _)| *group)
}
