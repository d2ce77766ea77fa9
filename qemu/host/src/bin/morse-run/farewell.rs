// SPDX-License-Identifier: GPL-2.0

//! The kernel's complaints, shown when the user leaves the board: the first lines, as later ones are
//! often consequences.

use morse_board::complaints;

/// How many lines are shown from the first complaint on.
const LINES: usize = 16;
/// How many lines of a log without complaints.
const PLAIN_LINES: usize = 30;

/// The first line of a log that is a complaint, without its time.
pub fn first(log: &str) -> Option<String> {
    let line = complaints::find(log).into_iter().next()?;
    let text = match line.split_once("] ") {
        Some((_, text)) => text,
        None => &line,
    };
    Some(text.trim().to_owned())
}

/// The lines from the first complaint on, if there is one.
pub fn complaint(log: &str) -> Option<String> {
    let first = complaints::find(log).into_iter().next()?;
    let lines: Vec<&str> = log
        .lines()
        .map(str::trim_end)
        .skip_while(|line| *line != first)
        .collect();
    let mut text = lines[..lines.len().min(LINES)].join("\n");
    if let Some(more @ 1..) = lines.len().checked_sub(LINES) {
        text += &format!("\n... and {more} more lines");
    }
    Some(text)
}

/// The log as it is worth showing: from the first complaint on, or its end.
pub fn log(log: &str) -> String {
    complaint(log).unwrap_or_else(|| {
        let lines: Vec<&str> = log.lines().map(str::trim_end).collect();
        lines[lines.len().saturating_sub(PLAIN_LINES)..].join("\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OOPS: &str = "[    2.1] morse morse: bound\n[   12.3] BUG: scheduling while atomic: sh/51/0x2\n[   12.4] Call trace:\n";

    #[test]
    fn the_first_complaint_is_told() {
        assert_eq!(
            first(OOPS).as_deref(),
            Some("BUG: scheduling while atomic: sh/51/0x2")
        );
        let text = complaint(OOPS).unwrap();
        assert!(text.starts_with("[   12.3] BUG") && text.ends_with("Call trace:"));
        let long = OOPS.to_owned() + &"[ 12.5]  frame\n".repeat(100);
        assert!(complaint(&long).unwrap().ends_with("... and 86 more lines"));
    }

    #[test]
    fn a_sound_log_is_shown_from_its_end() {
        let sound = "[ 1.0] booted\n".repeat(100) + "[ 2.0] bound\n";
        assert_eq!(first(&sound), None);
        assert_eq!(complaint(&sound), None);
        assert_eq!(log(&sound).lines().count(), PLAIN_LINES);
        assert!(log(&sound).ends_with("bound"));
    }
}
