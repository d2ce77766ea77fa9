// SPDX-License-Identifier: GPL-2.0

//! The driver's tracepoints: the path of the key's last edge through the kernel, the delay of the
//! lamp's last edge, and the driver's settings.

use morse_board::trace::TextLine;
use morse_board::{Edge, Pace};

const NS_PER_US: u64 = 1_000;

/// The events whose lines are of interest, and the one that carries settings.
const EDGE_RECEIVED: &str = "morse_edge_received";
const EDGE_KEYED: &str = "morse_edge_keyed";
const DEFERRAL_START: &str = "morse_deferral_start";
const READ: &str = "morse_read";
const SETTINGS: &str = "tracing_mark_write";

/// The mechanism of the bottom half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BottomHalf {
    /// A BH work item.
    #[default]
    BhWork,
    /// A tasklet.
    Tasklet,
    /// The thread of the interrupt.
    Thread,
}

/// The way of an edge from its interrupt to a reader; times are ns since the interrupt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// When the interrupt came, in ns of the guest's clock.
    pub time_ns: u64,
    /// Whether the key went down.
    pub mark: bool,
    /// The bottom half, which makes pulses of edges.
    pub bottom_half: BottomHalf,
    pub bottom_half_ns: Option<u64>,
    /// The work item, which reads text and wakes readers.
    pub work_ns: Option<u64>,
    /// The delayed work, which notices that a letter or word is over, and wakes readers of text.
    pub gap_ns: Option<u64>,
    /// A reader that got text.
    pub reader_ns: Option<u64>,
}

/// The state gathered from the traces.
#[derive(Debug)]
pub struct Driver {
    /// The sending speed.
    pub pace: Pace,
    /// The last edge of the key.
    pub path: Option<Path>,
    /// How much later than planned the lamp's last edge was, in ns.
    pub late_ns: Option<u64>,
    /// The last edge of the lamp, in ns of the guest's clock.
    keyed: Option<Edge>,
    /// Whether the module's parameters choose a tasklet: traces show BH work items and tasklets alike, as softirqs.
    has_tasklet: bool,
    bottom_half: BottomHalf,
    bottom_half_at_ns: u64,
    /// From the guest's clock to that of the host, in ns; the least that was seen, as traces come late.
    ahead_ns: Option<i64>,
}

impl Default for Driver {
    fn default() -> Self {
        Driver {
            pace: Pace::DEFAULT,
            path: None,
            late_ns: None,
            keyed: None,
            has_tasklet: false,
            bottom_half: BottomHalf::default(),
            bottom_half_at_ns: 0,
            ahead_ns: None,
        }
    }
}

impl Driver {
    /// Takes a line of `trace_pipe`.
    pub fn take(&mut self, line: &str) {
        let Some(event) = TextLine::parse(line) else {
            return;
        };
        match event.name {
            DEFERRAL_START => self.deferral(&event),
            EDGE_RECEIVED => self.received(&event),
            EDGE_KEYED => self.keyed(&event),
            READ => {
                if let Some(path) = &mut self.path {
                    let since = event.at_ns.saturating_sub(path.time_ns);
                    path.reader_ns.get_or_insert(since);
                }
            }
            SETTINGS => self.settings(&event),
            _ => {}
        }
    }

    /// Takes the lamp's edge that the last line told of, if it did, on a clock of the host that now shows
    /// `now_ns`: for a lamp that cannot be seen from outside.
    pub fn take_edge(&mut self, now_ns: u64) -> Option<Edge> {
        let edge = self.keyed.take()?;
        let seen = now_ns as i64 - edge.at_ns as i64;
        let ahead = self.ahead_ns.map_or(seen, |before| before.min(seen));
        self.ahead_ns = Some(ahead);
        Some(Edge {
            at_ns: edge.at_ns.saturating_add_signed(ahead),
            on: edge.on,
        })
    }

    fn received(&mut self, event: &TextLine<'_>) {
        let Some(time_ns) = event.number("time_ns") else {
            return;
        };
        // Stamps are cut to the microsecond.
        let started = self.bottom_half_at_ns.max(time_ns);
        self.path = Some(Path {
            time_ns,
            mark: event.number("mark") == Some(1),
            bottom_half: self.bottom_half,
            bottom_half_ns: Some(started - time_ns),
            ..Path::default()
        });
    }

    fn deferral(&mut self, event: &TextLine<'_>) {
        let mechanism = event.field("mechanism");
        if mechanism == Some("softirq") {
            self.bottom_half_at_ns = event.at_ns;
            self.bottom_half = match event.flags.chars().nth(2) {
                Some('s') if self.has_tasklet => BottomHalf::Tasklet,
                Some('s') => BottomHalf::BhWork,
                _ => BottomHalf::Thread,
            };
        }
        let Some(path) = &mut self.path else {
            return;
        };
        let since = event.at_ns.saturating_sub(path.time_ns);
        match mechanism {
            // It runs several times before the gap is over.
            Some("gap") if path.reader_ns.is_none() => path.gap_ns = Some(since),
            Some("deliver") => {
                path.work_ns.get_or_insert(since);
            }
            _ => {}
        }
    }

    fn keyed(&mut self, event: &TextLine<'_>) {
        let Some(time_ns) = event.number("time_ns") else {
            return;
        };
        self.keyed = Some(Edge {
            at_ns: event.at_ns,
            on: event.number("mark") == Some(1),
        });
        // The first edge of a message is the one that the others are counted from.
        if event.number("planned") != Some(0) {
            let late = event.at_ns.saturating_sub(time_ns);
            self.late_ns = Some(event.number("latency_ns").unwrap_or(late));
        }
    }

    fn settings(&mut self, event: &TextLine<'_>) {
        let Some(unit_us) = event.number("unit_us") else {
            return;
        };
        let unit_ns = unit_us * NS_PER_US;
        let wpm = event.number("farnsworth_wpm").unwrap_or(0);
        self.pace = Pace::farnsworth(unit_ns, gap_unit_ns(unit_ns, wpm));
        // As the driver does: the parameter `softirq` counts unless `bottom_half` chooses.
        let chosen = event.field("bottom_half").filter(|word| *word != "auto");
        self.has_tasklet = chosen.or(event.field("softirq")) == Some("tasklet");
    }
}

/// The unit of the gaps between letters and words, by the ARRL's formula (QEX, April 1990): PARIS has
/// 31 units within letters and 19 between them, and takes 60 s divided by the words a minute.
fn gap_unit_ns(unit_ns: u64, farnsworth_wpm: u64) -> u64 {
    const MINUTE_NS: u64 = 60_000_000_000;
    match MINUTE_NS.checked_div(farnsworth_wpm) {
        Some(word_ns) => (word_ns.saturating_sub(31 * unit_ns) / 19).max(unit_ns),
        None => unit_ns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn driver(lines: &str) -> Driver {
        let mut driver = Driver::default();
        lines.lines().for_each(|line| driver.take(line));
        driver
    }

    #[test]
    fn path_of_an_edge() {
        let driver = driver(
            "          <idle>-0       [000] d.s2.    12.000040: morse_deferral_start: device=0 mechanism=softirq\n\
             \x20         <idle>-0       [000] d.s2.    12.000043: morse_edge_received: device=0 mark=0 time_ns=12000002500\n\
             \x20 kworker/u8:1: x-41      [001] .....    12.000150: morse_deferral_start: device=0 mechanism=deliver\n\
             \x20    kworker/0:1-41      [000] .....    12.400100: morse_deferral_start: device=0 mechanism=gap\n\
             \x20    kworker/0:1-41      [000] .....    12.600100: morse_deferral_start: device=0 mechanism=gap\n\
             \x20            cat-99      [001] .....    12.600250: morse_read: device=0 count=1\n\
             \x20    kworker/0:1-41      [000] .....    13.600100: morse_deferral_start: device=0 mechanism=gap\n\
             \x20            cat-99      [001] .....    13.600250: morse_read: device=0 count=1\n",
        );
        assert_eq!(
            driver.path,
            Some(Path {
                time_ns: 12_000_002_500,
                mark: false,
                bottom_half: BottomHalf::BhWork,
                bottom_half_ns: Some(37_500),
                work_ns: Some(147_500),
                gap_ns: Some(600_097_500),
                reader_ns: Some(600_247_500),
            })
        );
    }

    #[test]
    fn lateness_of_the_lamp() {
        let first = "k-1 [000] ..... 5.000000: morse_edge_keyed: device=0 mark=1 time_ns=4999999000 latency_ns=1000 planned=0\n";
        assert_eq!(driver(first).late_ns, None);
        let later = "k-1 [000] ..... 5.200012: morse_edge_keyed: device=0 mark=0 time_ns=5200000000 latency_ns=11500 planned=1\n";
        let driver = driver(&(first.to_owned() + later));
        assert_eq!(driver.late_ns, Some(11_500));
    }

    #[test]
    fn edges_of_a_lamp_inside() {
        let mut driver = Driver::default();
        let mut edge = |at: &str, on: u8, now_ns| {
            driver.take(&format!(
                "k-1 [000] ..... {at}: morse_edge_keyed: device=0 mark={on} time_ns=1"
            ));
            let edge = driver.take_edge(now_ns);
            assert_eq!(driver.take_edge(now_ns), None);
            edge.map(|edge| (edge.at_ns, edge.on))
        };
        // The second trace comes with less delay, so it tells how far the clocks are apart.
        assert_eq!(edge("5.000000", 1, 105_000), Some((105_000, true)));
        assert_eq!(edge("5.200000", 0, 200_005_000), Some((200_005_000, false)));
        assert_eq!(edge("5.400000", 1, 400_305_000), Some((400_005_000, true)));
    }

    #[test]
    fn settings_of_the_driver() {
        let driver = driver(
            "sh-9 [001] ..... 5.000000: tracing_mark_write: unit_us=60000 farnsworth_wpm=10 \n",
        );
        assert_eq!(driver.pace.unit_ns, 60_000_000);
        // (6 s - 31 * 0.06 s) / 19
        assert_eq!(driver.pace.gap_unit_ns, 217_894_736);
    }

    #[test]
    fn mechanism_of_the_bottom_half() {
        let shown = |parameters: &str, flags: &str| {
            let lines = format!(
                "sh-9 [001] ..... 5.000000: tracing_mark_write: unit_us=60000 {parameters}\n\
                 x-1 [000] {flags} 12.000040: morse_deferral_start: device=0 mechanism=softirq\n\
                 x-1 [000] {flags} 12.000043: morse_edge_received: device=0 mark=0 time_ns=12000002500\n"
            );
            driver(&lines).path.unwrap().bottom_half
        };
        assert_eq!(shown("", "d.s2."), BottomHalf::BhWork);
        assert_eq!(shown("bottom_half=tasklet", "..s1."), BottomHalf::Tasklet);
        assert_eq!(shown("softirq=tasklet", "..s1."), BottomHalf::Tasklet);
        let both = "bottom_half=bh softirq=tasklet";
        assert_eq!(shown(both, "..s1."), BottomHalf::BhWork);
        let auto = "softirq=tasklet bottom_half=auto";
        assert_eq!(shown(auto, "..s1."), BottomHalf::Tasklet);
        assert_eq!(shown("bottom_half=thread", "....."), BottomHalf::Thread);
        // A line that may sleep needs a thread.
        assert_eq!(shown("bottom_half=tasklet", "....."), BottomHalf::Thread);
    }

    #[test]
    fn other_lines_are_passed_over() {
        let driver = driver("CPU:0 [LOST 12 EVENTS]\n\n# tracer: nop\nx: y: z\n");
        assert_eq!(driver.path, None);
    }
}
