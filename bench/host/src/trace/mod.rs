// SPDX-License-Identifier: GPL-2.0

//! Tracepoints of the guest's kernel, to the nanosecond.
//!
//! The text that tracefs prints is rounded to the microsecond, which is a thousand instructions in
//! virtual time. So this reads the kernel's binary pages ([`page`]) and parses them by the kernel's
//! descriptions of its events ([`format`]).

mod format;
mod page;

use std::collections::HashMap;

use data_encoding::BASE64;
use morse_board::Board;

use crate::lab::LONG;
use crate::Result;
use format::Format;

const TRACEFS: &str = "/sys/kernel/tracing";
/// Room for the events of the longest measurement, in KiB for each processor.
const BUFFER_KIB: u32 = 8192;

/// Bits of `common_flags`: the event is from a hard interrupt or a softirq.
const FLAG_HARD_INTERRUPT: u64 = 0x08;
const FLAG_SOFT_INTERRUPT: u64 = 0x10;

/// An event that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, on the guest's monotonic clock, in ns.
    pub ns: u64,
    /// `NAME` of `SYSTEM/NAME`.
    pub name: String,
    fields: HashMap<String, u64>,
}

impl Event {
    /// An event, as a test wants it.
    #[cfg(test)]
    pub fn new(ns: u64, name: &str, pid: u64, fields: &[(&str, u64)]) -> Event {
        let mut fields: HashMap<String, u64> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        fields.insert("common_pid".to_owned(), pid);
        Event {
            ns,
            name: name.to_owned(),
            fields,
        }
    }

    /// A field, as its bits are; 0 if the event has no such field.
    pub fn field(&self, name: &str) -> u64 {
        self.fields.get(name).copied().unwrap_or(0)
    }

    /// The task that it happened in, or interrupted.
    pub fn pid(&self) -> u64 {
        self.field("common_pid")
    }

    /// Whether it happened in softirq context, and not in a hard interrupt.
    pub fn in_softirq(&self) -> bool {
        let flags = self.field("common_flags");
        flags & FLAG_SOFT_INTERRUPT != 0 && flags & FLAG_HARD_INTERRUPT == 0
    }
}

/// A recording that has been started.
#[derive(Debug)]
pub struct Recorder {
    formats: Vec<Format>,
    paths: Vec<String>,
}

impl Recorder {
    /// Records `events`, each `SYSTEM/NAME` with a filter in the kernel's words, or an empty one.
    pub fn start(board: &mut Board, events: &[(&str, &str)]) -> Result<Recorder> {
        let mut formats = Vec::new();
        let mut paths = Vec::new();
        let mut command = format!(
            "cd {TRACEFS} && echo 0 > tracing_on && echo mono > trace_clock && echo {BUFFER_KIB} > buffer_size_kb && echo > trace"
        );
        for (path, filter) in events {
            let filter = if filter.is_empty() { "0" } else { filter };
            formats.push(Format::parse(
                &board.run(&format!("cat {TRACEFS}/events/{path}/format"))?,
            )?);
            paths.push((*path).to_owned());
            command += &format!(
                " && echo '{filter}' > events/{path}/filter && echo 1 > events/{path}/enable"
            );
        }
        board.run(&format!("{command} && echo 1 > tracing_on"))?;
        Ok(Recorder { formats, paths })
    }

    /// Stops, and returns the events in the order of time.
    pub fn stop(self, board: &mut Board) -> Result<Vec<Event>> {
        let mut command = format!("cd {TRACEFS} && echo 0 > tracing_on");
        for path in &self.paths {
            command += &format!(" && echo 0 > events/{path}/enable");
        }
        board.run(&command)?;
        let cpus = board.run(&format!("ls {TRACEFS}/per_cpu"))?;
        let mut events = Vec::new();
        for cpu in cpus.split_whitespace() {
            let stats = board.run(&format!("cat {TRACEFS}/per_cpu/{cpu}/stats"))?;
            for line in stats.lines() {
                if (line.starts_with("overrun:") || line.starts_with("dropped events:"))
                    && !line.ends_with(" 0")
                {
                    return Err(format!("the trace is not whole: {line}").into());
                }
            }
            for raw in page::read(&self.pages(board, cpu)?)? {
                if let Some(event) = self.event(&raw) {
                    events.push(event);
                }
            }
        }
        events.sort_by_key(|event| event.ns);
        Ok(events)
    }

    /// The pages of a processor. Reading them never ends by itself, so it is ended when no more comes.
    fn pages(&self, board: &mut Board, cpu: &str) -> Result<Vec<u8>> {
        let command = format!(
            "cat {TRACEFS}/per_cpu/{cpu}/trace_pipe_raw > /tmp/pages & \
             before=-1; now=0; while [ $now != $before ]; do usleep 100000; before=$now; now=$(stat -c %s /tmp/pages); done; \
             kill $!; base64 /tmp/pages; rm /tmp/pages"
        );
        // A busy board takes its time.
        let text = board.execute(&command, LONG)?.success(&command)?;
        let text: Vec<u8> = text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        Ok(BASE64.decode(&text)?)
    }

    fn event(&self, raw: &page::Raw<'_>) -> Option<Event> {
        let id = raw.id()?;
        let format = self.formats.iter().find(|format| format.id == id)?;
        Some(Event {
            ns: raw.ns,
            name: format.name.clone(),
            fields: format.fields(raw.data),
        })
    }
}
