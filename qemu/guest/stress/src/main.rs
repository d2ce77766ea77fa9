// SPDX-License-Identifier: GPL-2.0

//! Tests `/dev/morse` under stress: fuzzing, storms of edges, long runs, hostile users.
//!
//! ```text
//! stress fuzz SEED CALLS PROCESSES [bind]  random system calls from several processes; with `bind`,
//!                                          the driver is unbound and bound meanwhile. The same
//!                                          arguments make the same calls
//! stress storm SEED EDGES                  random edges of the key, each accounted for
//! stress flood EDGES PRIORITY              edges as fast as they go, from a real-time task
//! stress rove EDGES                        the same from one processor after the other
//! stress crowd ROUNDS                      the same from all processors at once
//! stress soak HOURS < PLAN                 sends and receives at once; see `soak` for the plan
//! stress kexec                             leaves the kernel for code that powers the machine off
//! stress hostile CASE [WORDS]              attempts of a hostile user; see `hostile`
//! ```
//!
//! It runs in the guest, on the guest's clock, and prints its KTAP report last.

mod fuzz;
mod hostile;
mod kexec;
mod soak;
mod storm;
mod system;

use std::process::ExitCode;

use morse_guest::ktap::Report;
pub use morse_guest::Result;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = run(&words);
    // The program's other output precedes the report.
    let mut report = Report::begin(1);
    report.tell(&words.join("_"), outcome.map(|()| None));
    report.end()
}

fn run(words: &[&str]) -> Result {
    match *words {
        ["fuzz", seed, calls, processes] => {
            fuzz::run(seed.parse()?, calls.parse()?, processes.parse()?, false)
        }
        ["fuzz", seed, calls, processes, "bind"] => {
            fuzz::run(seed.parse()?, calls.parse()?, processes.parse()?, true)
        }
        ["storm", seed, edges] => storm::random(seed.parse()?, edges.parse()?),
        ["flood", edges, priority] => storm::flood(edges.parse()?, priority.parse()?),
        ["rove", edges] => storm::rove(edges.parse()?),
        ["crowd", rounds] => storm::crowd(rounds.parse()?),
        ["soak", hours] => soak::run(hours.parse()?),
        ["kexec"] => kexec::run(),
        ["hostile", case, ref words @ ..] => hostile::run(case, words),
        _ => Err("see the head of qemu/guest/stress/src/main.rs".into()),
    }
}
