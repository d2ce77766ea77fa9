// SPDX-License-Identifier: GPL-2.0

//! Checks what `/dev/morse` promises to programs: every errno, every short count, every wake-up.
//!
//! ```text
//! contract list [GROUP]          the names of the cases
//! contract run GROUP|NAME...     runs them, a process and a line each
//! contract removal HOW BOUND_MS COUNT SEED
//!                                removes the driver at random instants of a message, each time
//!                                at most BOUND_MS longer than an empty module; HOW is rmmod or
//!                                unbind
//! contract storm BOUND_MS COUNT SEED
//!                                unloads the driver in storms of edges at the simulated key, with
//!                                readers killed in them, as promptly
//! contract change TEXT MS NAME=VALUE...
//!                                sends TEXT, changes settings MS milliseconds after its first
//!                                mark and tells when that was
//! contract lifetime CYCLES SEED  loads and unloads the driver so often, while everybody uses it
//! contract faults load|bind|use|everywhere
//!                                makes all that can fail in the kernel fail, one after the other,
//!                                until a whole pass succeeds
//! ```
//!
//! It runs in the guest, on the guest's clock. In virtual time nothing here depends on the speed of
//! the host, so times are checked strictly.

mod cases;
mod change;
mod device;
mod driver;
mod faults;
mod hand;
mod kernel;
mod lamp;
mod lifetime;
mod removal;
mod runner;
mod stall;
mod storm;
mod task;

use std::process::ExitCode;

/// Why a check failed. Cases use `?` and `assert!` alike; the runner tells either.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["list"] => runner::list(""),
        ["list", group] => runner::list(group),
        ["run", ref names @ ..] if !names.is_empty() => runner::run(names),
        ["case", name] => runner::case(name),
        ["flood"] => task::flood(),
        ["listen"] => task::listen(),
        ["removal", how, bound_ms, count, seed] => removal::run(how, bound_ms, count, seed),
        ["storm", bound_ms, count, seed] => storm::run(bound_ms, count, seed),
        ["change", text, ms, ref settings @ ..] => change::run(text, ms, settings),
        ["lifetime", cycles, seed] => lifetime::run(cycles, seed),
        ["faults", group] => faults::run(group, "1", "0"),
        ["faults", group, every, first] => faults::run(group, every, first),
        _ => Err("see the head of qemu/guest/contract/src/main.rs".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("contract: {error}");
            ExitCode::FAILURE
        }
    }
}
