// SPDX-License-Identifier: GPL-2.0

//! Tracepoints as tracefs prints them, with times in whole microseconds.

const NS_PER_US: u64 = 1_000;
const US_PER_S: u64 = 1_000_000;

/// A line of `trace` or `trace_pipe`: `TASK-PID [CPU] FLAGS SECONDS: EVENT: FIELD=VALUE ...`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLine<'a> {
    /// When, in ns.
    pub at_ns: u64,
    /// The event.
    pub name: &'a str,
    /// The id of the task.
    pub task: &'a str,
    /// The processor, in brackets.
    pub cpu: &'a str,
    /// The flags; the third one tells of interrupt context.
    pub flags: &'a str,
    /// The rest.
    pub fields: &'a str,
}

impl<'a> TextLine<'a> {
    /// Reads a line; `None` if it is another one.
    pub fn parse(line: &'a str) -> Option<Self> {
        // A task's name and the text of a marker may hold anything.
        let (at_ns, before, rest) = line.match_indices(": ").find_map(|(colon, _)| {
            let (before, stamp) = line[..colon].rsplit_once(' ')?;
            Some((stamp_ns(stamp)?, before, &line[colon + 2..]))
        })?;
        let (name, fields) = rest.split_once(": ")?;
        let mut words = before.split_whitespace().rev();
        Some(TextLine {
            at_ns,
            name,
            flags: words.next().unwrap_or_default(),
            cpu: words.next().unwrap_or_default(),
            task: words
                .next()
                .and_then(|task| task.rsplit('-').next())
                .unwrap_or_default(),
            fields: fields.trim_end(),
        })
    }

    /// A field, of which the last counts if there are several of the name.
    pub fn field(&self, name: &str) -> Option<&'a str> {
        self.fields
            .split_whitespace()
            .filter_map(|field| field.split_once('='))
            .filter(|(field, _)| *field == name)
            .last()
            .map(|(_, value)| value)
    }

    /// A field that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }
}

/// Reads seconds with six digits after the point.
fn stamp_ns(text: &str) -> Option<u64> {
    let (seconds, micros) = text.split_once('.')?;
    if micros.len() != 6 {
        return None;
    }
    let seconds: u64 = seconds.parse().ok()?;
    let micros: u64 = micros.parse().ok()?;
    Some((seconds * US_PER_S + micros) * NS_PER_US)
}
