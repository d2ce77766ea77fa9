// SPDX-License-Identifier: GPL-2.0

//! Tracepoints of the guest's kernel, to the nanosecond.
//!
//! The text that tracefs prints is rounded to the microsecond, which is a thousand instructions in
//! virtual time. So the kernel's own pages are read (`page.rs`) and taken apart by the kernel's
//! description of its events (`format.rs`).

use std::collections::HashMap;
use std::time::Duration;

use data_encoding::BASE64;

use super::format::{self, Format};
use super::{page, TRACEFS};
use crate::board::Board;
use crate::error::{Error, Result};

/// Room for the events of the longest recording, in KiB for each processor.
const BUFFER_KIB: u32 = 8192;
/// How long a busy board may take to print a recording.
const LIMIT: Duration = Duration::from_secs(600);

/// The bit of `common_flags` for an event of a hard interrupt.
const FLAG_HARD_INTERRUPT: u64 = 0x08;

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
    /// An event that a test makes up.
    pub fn new(ns: u64, name: &str, pid: u64, fields: &[(&str, u64)]) -> Event {
        let pid = [("common_pid", pid)];
        let fields = fields.iter().chain(&pid);
        Event {
            ns,
            name: name.to_owned(),
            fields: fields
                .map(|(name, value)| ((*name).to_owned(), *value))
                .collect(),
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

    /// Whether it happened in hard interrupt context.
    pub fn in_hard_interrupt(&self) -> bool {
        self.field("common_flags") & FLAG_HARD_INTERRUPT != 0
    }
}

/// A recording that has been started.
#[derive(Debug)]
pub struct Recorder {
    formats: Vec<Format>,
    paths: Vec<String>,
    /// Where the events of a page begin.
    data_at: usize,
}

fn unclear(answer: &str) -> Error {
    Error::Protocol {
        peer: "trace",
        answer: answer.to_owned(),
    }
}

impl Recorder {
    /// Records `events`, each `SYSTEM/NAME` with a filter in the kernel's words, or an empty one. Clears the
    /// recording before.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the kernel describes its events otherwise, and as [`Board::run`].
    pub fn start(board: &mut Board, events: &[(&str, &str)]) -> Result<Recorder> {
        let mut command = format!(
            "cd {TRACEFS} && echo 0 > tracing_on && echo mono > trace_clock && echo {BUFFER_KIB} > buffer_size_kb && echo > trace"
        );
        for (path, filter) in events {
            let filter = if filter.is_empty() { "0" } else { filter };
            command += &format!(
                " && echo '{filter}' > events/{path}/filter && echo 1 > events/{path}/enable"
            );
        }
        let paths: Vec<String> = events.iter().map(|(path, _)| (*path).to_owned()).collect();
        let formats: Vec<String> = paths
            .iter()
            .map(|path| format!("events/{path}/format"))
            .collect();
        let formats = formats.join(" ");
        let text = board.run(&format!(
            "{command} && cat events/header_page {formats} && echo 1 > tracing_on"
        ))?;
        let (header, formats) = text.split_once("name:").ok_or_else(|| unclear(&text))?;
        let (data_at, _) = format::header(header, "data").ok_or_else(|| unclear(header))?;
        let formats: Option<Vec<Format>> = formats
            .split("\nname:")
            .map(|text| Format::parse(&format!("name:{text}")))
            .collect();
        Ok(Recorder {
            formats: formats.ok_or_else(|| unclear(&text))?,
            paths,
            data_at,
        })
    }

    /// Stops, and returns the events in the order of time.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the trace is not whole or has another form, and as [`Board::run`].
    pub fn stop(self, board: &mut Board) -> Result<Vec<Event>> {
        let paths = self.paths.join(" ");
        // Reading pages never ends by itself, so it is ended when no more comes. Tracing is left on, as it was found.
        let command = format!(
            "cd {TRACEFS} && echo 0 > tracing_on && for path in {paths}; do \
             echo 0 > events/$path/enable; done; for cpu in per_cpu/*; do \
             if grep -E '^(overrun|dropped events): [^0]' $cpu/stats; then exit 1; fi; \
             cat $cpu/trace_pipe_raw > /tmp/pages & before=-1; now=0; \
             while [ $now != $before ]; do usleep 50000; before=$now; now=$(stat -c %s /tmp/pages); done; \
             kill $!; base64 /tmp/pages; echo -; done; rm /tmp/pages; echo 1 > tracing_on"
        );
        let text = board.execute(&command, LIMIT)?.success("trace")?;
        let mut events = Vec::new();
        for part in text.split("-\n") {
            let digits: Vec<u8> = part
                .bytes()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            let pages = BASE64.decode(&digits).map_err(|_| unclear(part))?;
            let raw = page::read(&pages, self.data_at).map_err(unclear)?;
            events.extend(raw.iter().filter_map(|raw| self.event(raw)));
        }
        events.sort_by_key(|event| event.ns);
        Ok(events)
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
