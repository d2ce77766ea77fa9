// SPDX-License-Identifier: GPL-2.0

//! The panel below the guest's shell: the lamp, the key, and the last edge's way through the kernel.

use morse_board::Edge;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::traces::{BottomHalf, Path};

/// The rows of the panel, and the terminal that has room for it.
pub const ROWS: u16 = 5;
const TERMINAL_MIN: (u16, u16) = (80, 24);
/// The row that is the key, counted from the panel's first.
pub const KEY_ROW: u16 = 2;

/// Columns of the name before a strip.
const NAME_COLUMNS: u16 = 11;
const NS_PER_US: u64 = 1_000;

const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const LIGHT: Style = Style::new().fg(Color::Yellow);
const INK: Style = Style::new().fg(Color::Cyan);
const ALARM: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);

/// The contents of the panel.
pub struct View<'a> {
    /// The clock of the edges.
    pub now_ns: u64,
    /// The time that a column of a strip covers.
    pub column_ns: u64,
    pub lamp: &'a [Edge],
    /// The text decoded from the lamp.
    pub lamp_text: &'a str,
    pub key: &'a [Edge],
    /// The text received by `/dev/morse`.
    pub key_text: &'a str,
    pub path: Option<&'a Path>,
    pub late_ns: Option<u64>,
    /// Replaces the title.
    pub notice: Option<&'a str>,
    /// The kernel's first complaint. Replaces the title and the notice.
    pub complaint: Option<&'a str>,
    pub help: &'a str,
}

/// Returns the panel's rows on a terminal of this size: all, or the lamp alone.
pub fn rows(columns: u16, rows: u16, wanted: bool) -> u16 {
    let fits = columns >= TERMINAL_MIN.0 && rows >= TERMINAL_MIN.1;
    if wanted && fits {
        ROWS
    } else {
        1
    }
}

/// Draws the view into `area`.
pub fn draw(view: &View<'_>, area: Rect) -> Buffer {
    let mut buffer = Buffer::empty(area);
    if area.height < ROWS {
        let line = folded(view, area.width);
        buffer.set_line(area.x, area.y, &line, area.width);
        return buffer;
    }
    let lines = [
        title(view, area.width),
        track(view, "LED", view.lamp, view.lamp_text, LIGHT, area.width),
        track(view, "key", view.key, view.key_text, INK, area.width),
        path(view),
        footer(view, area.width),
    ];
    for (y, line) in (area.y..).zip(&lines) {
        buffer.set_line(area.x, y, line, area.width);
    }
    buffer
}

/// Returns the rule with the complaint, the notice or the title in it.
fn title<'a>(view: &View<'a>, columns: u16) -> Line<'a> {
    let (text, style) = match (view.complaint, view.notice) {
        (Some(complaint), _) => (format!(" the kernel: {complaint} "), ALARM),
        (None, Some(notice)) => (format!(" {notice} "), BOLD),
        (None, None) => (" /dev/morse ".to_owned(), DIM),
    };
    let text: String = text.chars().take(usize::from(columns) - 4).collect();
    let left = usize::from(columns).saturating_sub(2 + text.chars().count());
    Line::from(vec![
        Span::styled("──", DIM),
        Span::styled(text, style),
        Span::styled("─".repeat(left), DIM),
    ])
}

/// A line that goes up and down: its present state, its last seconds, and its text.
fn track<'a>(
    view: &View<'a>,
    name: &'a str,
    edges: &[Edge],
    text: &str,
    style: Style,
    columns: u16,
) -> Line<'a> {
    let rest = columns.saturating_sub(NAME_COLUMNS + 3);
    let strip_columns = rest / 2;
    let on = edges.last().is_some_and(|edge| edge.on);
    let state = match (name, on) {
        ("LED", true) => "● on  ",
        ("LED", false) => "○ off ",
        (_, true) => "▼ down",
        (_, false) => "△ up  ",
    };
    Line::from(vec![
        Span::styled(format!(" {name} "), BOLD),
        Span::styled(state, if on { style.patch(BOLD) } else { DIM }),
        Span::styled(strip(edges, view, strip_columns.into()), style),
        Span::raw("  "),
        Span::raw(tail(text, (rest - strip_columns).into())),
    ])
}

/// Each mechanism that the last edge came through, with its time since the interrupt.
fn path<'a>(view: &View<'a>) -> Line<'a> {
    let mut spans = vec![Span::styled(" edge ", BOLD)];
    let Some(path) = view.path else {
        spans.push(Span::styled("none yet: press the key", DIM));
        return Line::from(spans);
    };
    let bottom_half = match path.bottom_half {
        BottomHalf::BhWork => "BH work",
        BottomHalf::Tasklet => "tasklet",
        BottomHalf::Thread => "thread",
    };
    spans.push(Span::raw(if path.mark { "▼ " } else { "△ " }));
    spans.push(Span::raw("hard IRQ"));
    let steps = [
        (bottom_half, path.bottom_half_ns),
        ("work", path.work_ns),
        ("delayed", path.gap_ns),
        ("reader", path.reader_ns),
    ];
    for (name, since_ns) in steps {
        if let Some(since_ns) = since_ns {
            spans.push(Span::styled(" → ", DIM));
            spans.push(Span::raw(format!("{name} ")));
            spans.push(Span::styled(time(since_ns), INK));
        }
    }
    Line::from(spans)
}

fn footer<'a>(view: &View<'a>, columns: u16) -> Line<'a> {
    let late = match view.late_ns {
        Some(ns) => format!(" LED's last edge {} late", time(ns)),
        None => String::new(),
    };
    let used = late.chars().count() + view.help.chars().count();
    let space = usize::from(columns).saturating_sub(used);
    Line::from(vec![
        Span::raw(late),
        Span::raw(" ".repeat(space)),
        Span::styled(view.help, DIM),
    ])
}

/// The lamp alone, on the one row of a small terminal.
fn folded<'a>(view: &View<'a>, columns: u16) -> Line<'a> {
    const HELP: &str = "Ctrl-A x leaves";
    const LAMP_COLUMNS: u16 = 7;

    let lit = view.lamp.last().is_some_and(|edge| edge.on);
    let lamp = match lit {
        true => Span::styled(" ● on  ", LIGHT.patch(BOLD)),
        false => Span::styled(" ○ off ", DIM),
    };
    let rest = usize::from(columns.saturating_sub(LAMP_COLUMNS));
    let strip_columns = rest / 2;
    // A space on each side of the text, and one at the end, where some terminals would wrap.
    let Some(text_columns) = (rest - strip_columns).checked_sub(HELP.len() + 3) else {
        return Line::from(lamp);
    };
    let text = tail(view.lamp_text, text_columns);
    Line::from(vec![
        lamp,
        Span::styled(strip(view.lamp, view, strip_columns), LIGHT),
        Span::raw(format!(" {text:<text_columns$} ")),
        Span::styled(HELP, DIM),
    ])
}

/// The last `columns` of a line's past, now at the right.
fn strip(edges: &[Edge], view: &View<'_>, columns: usize) -> String {
    // Columns begin at multiples of their time, so that a mark looks the same while it moves.
    let last = view.now_ns / view.column_ns;
    (0..columns as u64)
        .rev()
        .map(|back| {
            let Some(column) = last.checked_sub(back) else {
                return ' ';
            };
            // Show the level at the middle of a column; in the column of the present, the present one.
            let middle_ns = column * view.column_ns + view.column_ns / 2;
            let at_ns = middle_ns.min(view.now_ns);
            let before = edges.partition_point(|edge| edge.at_ns <= at_ns);
            match before.checked_sub(1).is_some_and(|index| edges[index].on) {
                true => '█',
                false => ' ',
            }
        })
        .collect()
}

/// The last characters of a text.
fn tail(text: &str, columns: usize) -> String {
    let skipped = text.chars().count().saturating_sub(columns);
    text.chars().skip(skipped).collect()
}

/// A time with three digits at most.
fn time(ns: u64) -> String {
    let us = ns.div_ceil(NS_PER_US);
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{:.1} ms", us as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn edges(edges: &[(u64, bool)]) -> Vec<Edge> {
        edges
            .iter()
            .map(|&(ms, on)| Edge { at_ns: ms * MS, on })
            .collect()
    }

    fn view<'a>(lamp: &'a [Edge], path: Option<&'a Path>, now_ms: u64) -> View<'a> {
        View {
            now_ns: now_ms * MS,
            column_ns: 100 * MS,
            lamp,
            lamp_text: "E",
            key: &[],
            key_text: "SOS",
            path,
            late_ns: Some(12_100),
            notice: None,
            complaint: None,
            help: "Ctrl-A x leaves ",
        }
    }

    /// The rows, as plain text.
    fn drawn(view: &View<'_>, columns: u16, rows: u16) -> Vec<String> {
        let buffer = draw(view, Rect::new(0, 7, columns, rows));
        (7..7 + rows)
            .map(|y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect())
            .collect()
    }

    #[test]
    fn strip_ends_now() {
        let edges = edges(&[(1000, true), (1200, false), (1400, true)]);
        let at = |ms, columns| strip(&edges, &view(&[], None, ms), columns);
        assert_eq!(at(1499, 6), " ██  █");
        assert_eq!(at(1699, 6), "█  ███");
        assert_eq!(at(199, 4), "    ");
    }

    #[test]
    fn rows_of_the_panel() {
        let dot = edges(&[(1000, true), (1200, false)]);
        let path = Path {
            time_ns: 1,
            mark: true,
            bottom_half: BottomHalf::BhWork,
            bottom_half_ns: Some(38_000),
            work_ns: Some(147_000),
            gap_ns: Some(601 * MS),
            reader_ns: Some(1602 * MS),
        };
        let rows = drawn(&view(&dot, Some(&path), 2000), 80, ROWS);
        assert!(rows[0].starts_with("── /dev/morse ───"), "{rows:#?}");
        assert!(rows[1].starts_with(" LED ○ off "), "{rows:#?}");
        assert!(rows[1].contains("██") && rows[1].trim_end().ends_with('E'));
        assert!(rows[2].starts_with(" key △ up "), "{rows:#?}");
        assert_eq!(
            rows[3].trim_end(),
            " edge ▼ hard IRQ → BH work 38 µs → work 147 µs → delayed 601 ms → reader 1.6 s"
        );
        assert!(
            rows[4].starts_with(" LED's last edge 13 µs late "),
            "{rows:#?}"
        );
        assert!(rows[4].ends_with("Ctrl-A x leaves "));
    }

    #[test]
    fn complaints_come_first() {
        let mut view = view(&[], None, 0);
        view.notice = Some("the key went up by itself");
        assert!(drawn(&view, 80, ROWS)[0].contains("by itself"));
        view.complaint = Some("BUG: scheduling while atomic");
        let rows = drawn(&view, 80, ROWS);
        assert!(rows[0].contains("the kernel: BUG: scheduling"), "{rows:#?}");
        assert!(rows[3].contains("press the key"));
    }

    #[test]
    fn small_terminals_have_the_lamp_alone() {
        assert_eq!(rows(80, 24, true), ROWS);
        assert_eq!(rows(80, 24, false), 1);
        assert_eq!(rows(79, 24, true), 1);
        assert_eq!(rows(60, 16, true), 1);
        let dot = edges(&[(1000, true), (1200, false)]);
        for columns in 8..200 {
            let rows = drawn(&view(&dot, None, 2000), columns, 1);
            assert!(rows[0].contains("○ off"), "{rows:?}");
        }
        assert!(drawn(&view(&dot, None, 2000), 60, 1)[0].contains(" E "));
    }
}
