// SPDX-License-Identifier: GPL-2.0

//! Which handlers of modules ran when, and in which context: hard interrupts, softirqs, threads; and the
//! edges of the LED. Recorded by the kernel's own tracepoints.

use std::collections::HashMap;
use std::fmt;

use crate::error::Result;
use crate::trace::TextLine;

/// The directory of the recording in the guest.
const INSTANCE: &str = "/sys/kernel/tracing/instances/activity";
/// The recording, once it has ended.
const FILE: &str = "/tmp/activity";
/// The most lines of a recording. Most are of the board's own timers, some hundred a second.
const LINES_MAX: u32 = 20_000;
/// The events; the scheduler's are of the threads of interrupts only.
const EVENTS: [&str; 10] = [
    "irq/irq_handler_entry",
    "irq/irq_handler_exit",
    "irq/tasklet_entry",
    "irq/tasklet_exit",
    "timer/timer_expire_entry",
    "timer/timer_expire_exit",
    "workqueue/workqueue_execute_start",
    "workqueue/workqueue_execute_end",
    "gpio/gpio_value",
    "sched/sched_switch",
];
const IRQ_THREADS: &str = "prev_comm ~ \"irq/*\" || next_comm ~ \"irq/*\"";
/// Interrupts of the board itself, which come all the time.
const BOARD_IRQS: [&str; 4] = ["arch_timer", "uart", "virtio", "IPI"];

/// Where something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// In hard interrupt context.
    HardIrq,
    /// In softirq context.
    Softirq,
    /// In a thread.
    Thread,
    /// On the LED.
    Led,
}

impl Lane {
    /// All, from the most urgent one on.
    pub const ALL: [Lane; 4] = [Lane::HardIrq, Lane::Softirq, Lane::Thread, Lane::Led];
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lane::HardIrq => "hard IRQ",
            Lane::Softirq => "softirq",
            Lane::Thread => "thread",
            Lane::Led => "LED",
        })
    }
}

/// A handler that ran, or the LED that was lit. Times are ns of the guest's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Where.
    pub lane: Lane,
    /// The interrupt's name, or the handler's type.
    pub label: String,
    /// From when on.
    pub start_ns: u64,
    /// Until when.
    pub end_ns: u64,
}

/// The command that starts a recording, for a shell of the guest.
///
/// The kernel names a function when its event is printed, so each is printed at once: later the module may
/// be gone. The last lines are kept.
pub fn start_command() -> String {
    let mut command = format!(
        "mkdir -p {INSTANCE} && cd {INSTANCE} && echo mono > trace_clock && echo > trace && echo '{IRQ_THREADS}' > events/sched/sched_switch/filter"
    );
    for event in EVENTS {
        command += &format!(" && {{ [ ! -e events/{event} ] || echo 1 > events/{event}/enable; }}");
    }
    command
        + &format!(
            " && {{ (cat trace_pipe & echo $! > {FILE}.reader; wait) 2>/dev/null | tail -n {LINES_MAX} > {FILE} 2>/dev/null & }} && echo $! > {FILE}.writer"
        )
}

/// The command that ends a recording and prints it.
pub fn stop_command() -> String {
    format!(
        "sleep 0.2; kill $(cat {FILE}.reader); while kill -0 $(cat {FILE}.writer) 2>/dev/null; do usleep 10000; done; cat {FILE}; rmdir {INSTANCE}"
    )
}

/// Records while a function runs.
///
/// # Errors
///
/// Those of the runner and of the function.
pub fn record<T>(
    board: &mut crate::Board,
    during: impl FnOnce(&mut crate::Board) -> Result<T>,
) -> Result<Vec<Activity>> {
    board.run(&start_command())?;
    let result = during(board);
    let text = board.run(&stop_command())?;
    result?;
    Ok(parse(&text))
}

/// Reads the text of a recording, in the order of the starts. A handler without its end is left out.
pub fn parse(trace: &str) -> Vec<Activity> {
    let mut open: HashMap<String, (Lane, String, u64)> = HashMap::new();
    let mut activities = Vec::new();
    for line in trace.lines().filter_map(TextLine::parse) {
        let Some(step) = step(&line) else { continue };
        match step {
            Step::Start(key, lane, label) => {
                open.insert(key, (lane, label, line.at_ns));
            }
            Step::End(key) => {
                let started = open.remove(&key);
                activities.extend(started.map(|(lane, label, start_ns)| Activity {
                    lane,
                    label,
                    start_ns,
                    end_ns: line.at_ns,
                }));
            }
        }
    }
    activities.sort_by_key(|activity| (activity.start_ns, activity.lane));
    activities
}

/// The order and the context of activities, one a line.
pub fn shape(activities: &[Activity]) -> String {
    activities.iter().fold(String::new(), |text, activity| {
        let lane = activity.lane.to_string();
        text + &format!("{lane:<9} {}\n", activity.label)
    })
}

enum Step {
    Start(String, Lane, String),
    End(String),
}

fn step(line: &TextLine<'_>) -> Option<Step> {
    let irq = || Some(format!("irq {} {}", line.field("irq")?, line.cpu));
    let is_softirq = line.flags.chars().nth(2) == Some('s');
    // A task runs one at a time, and a processor one in its softirqs. Addresses are the same for all until the kernel has
    // random numbers to hide them by, and the function of an end has no name any more if its module has gone.
    let work = || match is_softirq {
        true => format!("softirq work {}", line.cpu),
        false => format!("work {}", line.task),
    };
    // A processor runs one at a time.
    let tasklet = || format!("tasklet {}", line.cpu);
    let timer = || format!("timer {}", line.cpu);
    Some(match line.name {
        "irq_handler_entry" => {
            let name = line.field("name")?;
            if BOARD_IRQS.iter().any(|of_board| name.starts_with(of_board)) {
                return None;
            }
            Step::Start(irq()?, Lane::HardIrq, name.to_owned())
        }
        "irq_handler_exit" => Step::End(irq()?),
        "tasklet_entry" => Step::Start(tasklet(), Lane::Softirq, handler(line)?),
        "tasklet_exit" => Step::End(tasklet()),
        "timer_expire_entry" => Step::Start(timer(), Lane::Softirq, handler(line)?),
        "timer_expire_exit" => Step::End(timer()),
        "workqueue_execute_start" => {
            let lane = match is_softirq {
                true => Lane::Softirq,
                false => Lane::Thread,
            };
            Step::Start(work(), lane, handler(line)?)
        }
        "workqueue_execute_end" => Step::End(work()),
        "gpio_value" => match line.fields.split_whitespace().collect::<Vec<_>>()[..] {
            [gpio, "set", "1"] => Step::Start(gpio.to_owned(), Lane::Led, "on".to_owned()),
            [gpio, "set", "0"] => Step::End(gpio.to_owned()),
            _ => return None,
        },
        "sched_switch" => {
            let (next, previous) = (line.field("next_comm")?, line.field("prev_comm")?);
            match next.starts_with("irq/") {
                true => Step::Start(next.to_owned(), Lane::Thread, thread(next)),
                false => Step::End(previous.to_owned()),
            }
        }
        _ => return None,
    })
}

/// The thread of an interrupt, without the interrupt's number.
fn thread(name: &str) -> String {
    match name.split_once('-') {
        Some((_, irq)) => format!("irq/{irq}"),
        None => name.to_owned(),
    }
}

/// The type of the handler that a function of a module's wrapper calls; nothing for those of the kernel.
fn handler(line: &TextLine<'_>) -> Option<String> {
    let (_, rest) = line.fields.split_once("function")?;
    let (symbol, module) = rest
        .trim_start_matches([' ', '='])
        .split_once(" [")
        .and_then(|(symbol, module)| Some((symbol, module.split(']').next()?)))?;
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    // The `Sleeper` of `<wq::linux::workqueue::Work<wq::Sleeper>>::trampoline`.
    let handler = name
        .split('<')
        .nth(2)
        .and_then(|inner| inner.split(['<', '>']).next()?.rsplit("::").next())
        .unwrap_or(&name);
    Some(format!("{module} {handler}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "\
# tracer: nop
              sh-77      [000] d.h..     1.000010: irq_handler_entry: irq=27 name=wq
              sh-77      [000] d.h..     1.000014: irq_handler_exit: irq=27 ret=handled
              sh-77      [000] d.h..     1.000015: irq_handler_entry: irq=13 name=arch_timer
              sh-77      [000] ..s..     1.000016: workqueue_execute_start: work struct 00000000a: function _RNvMs5_NtNtCsaaaaaaaaaaa_2bh5linux9workqueueINtB5_4WorkNtBb_10BottomHalfE10trampoline [bh]
              sh-77      [000] ..s..     1.000020: workqueue_execute_end: work struct 00000000a: function _RNvMs5_NtNtCsaaaaaaaaaaa_2bh5linux9workqueueINtB5_4WorkNtBb_10BottomHalfE10trampoline [bh]
     kworker/0:1-9       [000] .....     1.000050: workqueue_execute_start: work struct 00000000b: function vmstat_update
     kworker/0:1-9       [000] .....     1.000060: gpio_value: 515 set 1
     kworker/0:1-9       [000] .....     1.200060: gpio_value: 515 set 0
     kworker/0:1-9       [000] .....     1.200070: workqueue_execute_start: work struct 00000000a: function _RNvMs5_NtNtCsaaaaaaaaaaa_2wq5linux9workqueueINtB5_4WorkNtBb_7SleeperE10trampoline [wq]
     kworker/0:1-9       [000] .....     1.200090: workqueue_execute_end: work struct 00000000a: function 0xffff80007c0a1040
          <idle>-0       [000] d..2.     1.300000: sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=irq/27-thr next_pid=8 next_prio=49
      irq/27-thr-8       [000] d..2.     1.300020: sched_switch: prev_comm=irq/27-thr prev_pid=8 prev_prio=49 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120
              sh-77      [000] d.h..     1.400000: irq_handler_entry: irq=27 name=late
";

    #[test]
    fn activities_of_a_trace() {
        let activities = parse(TRACE);
        assert_eq!(
            shape(&activities),
            "hard IRQ  wq\nsoftirq   bh BottomHalf\nLED       on\nthread    wq Sleeper\nthread    irq/thr\n"
        );
        let times: Vec<(u64, u64)> = activities
            .iter()
            .map(|activity| (activity.start_ns, activity.end_ns))
            .collect();
        assert_eq!(times[0], (1_000_010_000, 1_000_014_000));
        assert_eq!(times[2], (1_000_060_000, 1_200_060_000));
    }

    #[test]
    fn other_text_has_none() {
        assert_eq!(parse("# tracer: nop\nCPU:0 [LOST 12 EVENTS]\n"), []);
    }
}
