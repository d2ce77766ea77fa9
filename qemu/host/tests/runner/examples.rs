// SPDX-License-Identifier: GPL-2.0

//! Every example in the documentation of `src/linux` compiles: each becomes a function in a copy of the driver, as
//! rustdoc makes one of it.

use std::fs;

use super::must_not_compile::compile;
use super::schedule::Needs;
use super::{top, Trial};

const SOURCES: &str = "src/linux";

/// Names that examples use, besides all names of their own file.
const PRELUDE: &str = "#![allow(unused, missing_docs)]
use crate::linux::{
    context::{Atomic, Context, Sleepable}, gpio, irq::IrqHandler, irq_sim::SimulatedIrq, sysfs, time::Ktime,
    workqueue::{Queue, Work, WorkHandler},
};
use crate::{
    choice_param, new_delayed_work, new_softirq, new_spinlock_bh, new_timer, new_wait_queue, new_work, of_table,
};
use core::pin::Pin;
use kernel::{
    device::{Bound, Device}, prelude::*, str::CString, sync::{atomic::{AtomicFlag, Relaxed}, Arc},
    uaccess::UserSliceReader,
};
";

/// One trial for all examples, as most of the time goes into the rest of the driver.
pub fn trial(kernel: usize) -> Trial {
    Trial {
        needs: Needs {
            kernel: Some(kernel),
            ..Needs::default()
        },
        ..Trial::new("examples::compile", || {
            let sources = sources();
            assert!(!sources.is_empty(), "{SOURCES} has no example");
            let errors = compile("examples", "src/examples", &sources);
            assert!(errors.is_empty(), "{errors:?}");
        })
    }
}

/// The examples by file and line, each as a module of its own.
fn sources() -> Vec<(String, String)> {
    let files = fs::read_dir(top().join(SOURCES)).expect("the sources are there");
    let mut sources = Vec::new();
    for path in files.map(|file| file.expect("a file").path()) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let Some(module) = name.strip_suffix(".rs") else {
            continue;
        };
        let text = fs::read_to_string(&path).expect("UTF-8");
        let mut body: Option<(usize, String)> = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
            match (
                comment.map(|comment| comment.strip_prefix(' ').unwrap_or(comment)),
                &mut body,
            ) {
                (Some("```ignore"), None) => body = Some((number + 1, String::new())),
                (Some("```"), Some((start, example))) => {
                    sources.push((format!("{module}_{start}"), function(module, example)));
                    body = None;
                }
                (Some(line), Some((_, example))) => *example += &format!("{line}\n"),
                (None, Some((start, _))) => {
                    panic!("{name}: the example in line {start} has no end")
                }
                _ => {}
            }
        }
    }
    sources
}

/// An example as a function that may use `ctx` and `dev`.
fn function(module: &str, example: &str) -> String {
    format!(
        "{PRELUDE}use crate::linux::{module}::*;
pub fn example(ctx: &Sleepable, dev: &kernel::device::Device<Bound>) -> Result {{\n{example}\nOk(())\n}}\n"
    )
}
