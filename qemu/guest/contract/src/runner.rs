// SPDX-License-Identifier: GPL-2.0

//! Runs each case in a process of its own, so that a case that hangs or dies does not affect others.

use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cases::{Case, GROUPS};
use morse_guest::ktap::{note, Report};

use crate::Result;
use morse_guest::driver::{self, Driver};

/// Time limit of a case.
const CASE_LIMIT: Duration = Duration::from_secs(300);
/// Interval at which the runner checks whether a case has ended.
const TICK: Duration = Duration::from_millis(10);

fn named(name: &str) -> impl Iterator<Item = (String, Case)> + '_ {
    GROUPS.iter().flat_map(move |(group, cases)| {
        cases.iter().filter_map(move |(case, body)| {
            let full = format!("{group}::{case}");
            (name.is_empty() || name == *group || name == full).then_some((full, *body))
        })
    })
}

/// Runs cases and reports them.
pub fn run(names: &[&str]) -> Result<ExitCode> {
    let mut cases = Vec::new();
    for name in names {
        let before = cases.len();
        cases.extend(named(name));
        if cases.len() == before {
            return Err(format!("there is no case or group {name}").into());
        }
    }
    let mut report = Report::begin(cases.len());
    for (case, _) in cases {
        let start = Instant::now();
        let outcome = run_one(&case)?;
        note(format!("{case} took {:?}", start.elapsed()));
        report.tell(&case, outcome.map_or(Ok(None), |why| Err(why.into())));
    }
    // Fails if a case has left a file or a thread behind.
    Driver::unload()?;
    Ok(report.end())
}

/// Runs a case in a process of its own; returns the reason of a failure.
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

/// Runs a case in this process, with the driver loaded, idle, and at its default settings.
pub fn case(name: &str) -> Result {
    let (_, body) = named(name).next().ok_or("there is no such case")?;
    Driver::load()?;
    driver::reset()?;
    body()?;
    Ok(())
}
