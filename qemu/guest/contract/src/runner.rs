// SPDX-License-Identifier: GPL-2.0

//! Runs cases, each in a process of its own, so that one that hangs or dies takes no other with it.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cases::{Case, GROUPS};
use crate::driver::{self, Driver};
use crate::Result;

/// No case takes longer unless it hangs.
const CASE_LIMIT: Duration = Duration::from_secs(300);
/// How often a case is looked after.
const TICK: Duration = Duration::from_millis(10);

fn named(name: &str) -> impl Iterator<Item = (String, Case)> + '_ {
    GROUPS.iter().flat_map(move |(group, cases)| {
        cases.iter().filter_map(move |(case, body)| {
            let full = format!("{group}::{case}");
            (name.is_empty() || name == *group || name == full).then_some((full, *body))
        })
    })
}

/// Prints the names of the cases.
pub fn list(group: &str) -> Result {
    for (name, _) in named(group) {
        println!("{name}");
    }
    Ok(())
}

/// Runs cases and prints a line for each.
pub fn run(names: &[&str]) -> Result {
    let mut failed = 0;
    for name in names {
        let cases: Vec<_> = named(name).collect();
        if cases.is_empty() {
            return Err(format!("there is no case or group {name}").into());
        }
        for (case, _) in cases {
            let start = Instant::now();
            let outcome = run_one(&case)?;
            let seconds = start.elapsed().as_secs_f64();
            match outcome {
                None => println!("ok      {case} ({seconds:.3} s)"),
                Some(reason) => {
                    failed += 1;
                    println!("FAILED  {case} ({seconds:.3} s): {}", reason.trim_end());
                }
            }
        }
    }
    // A file or a thread that a case left behind would keep the module.
    Driver::unload()?;
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} cases failed").into()),
    }
}

/// Runs a case in a process of its own; why it failed, if it did.
fn run_one(name: &str) -> Result<Option<String>> {
    let mut child = Command::new("/proc/self/exe")
        .args(["case", name])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() > CASE_LIMIT {
            child.kill()?;
            break None;
        }
        thread::sleep(TICK);
    };
    let output = child.wait_with_output()?;
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(match status {
        Some(status) if status.success() => None,
        Some(status) => Some(format!("{status}: {words}")),
        None => Some(format!("not over after {CASE_LIMIT:?}: {words}")),
    })
}

/// The process of one case. It begins with the driver loaded, idle, and set as when it was loaded.
pub fn case(name: &str) -> Result {
    let (_, body) = named(name).next().ok_or("there is no such case")?;
    Driver::load()?;
    driver::reset()?;
    body()?;
    Ok(())
}
