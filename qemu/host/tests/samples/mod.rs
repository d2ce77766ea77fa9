// SPDX-License-Identifier: GPL-2.0

//! The modules of `samples`: each logs the lines of `samples/README.md` at their times, and unloads at once.

mod choosing;
mod course;
mod exercises;
mod latency;
mod readme;

use std::path::Path;
use std::time::Duration;

use morse_board::{trace, Board, Result, Timeline};

use crate::boards::VIRTUAL;
use crate::fixture::long;
use crate::runner::test::Tests;
use readme::{compare, examples, logged, run, Line};

/// The tests here.
pub fn tests() -> Tests {
    tests![with =>
        wq_sleeps_for_a_second_unless_it_is_stopped,
        timer_ticks_are_late_by_a_slot_at_most_and_do_not_drift,
        delayed_runs_once_in_the_slot_after_5_seconds,
        custom_wq_runs_in_order_and_finishes_before_it_goes,
        tasklet_and_bh_run_right_after_the_interrupt_and_once,
        threaded_irq_runs_in_a_thread_that_sleeps,
        requeue_runs_once_more_and_loses_nothing,
        atomic_sleep_is_harmless_or_found,
        led_lights_for_a_fifth_of_a_second_unless_another_driver_has_it,
        unloading_is_prompt_whatever_is_pending_or_running,
        the_trigger_takes_a_1_only,
        the_kernel_traces_an_interrupt_and_its_work,
        samples_without_a_test_log_what_the_readme_shows,
    ]
    .on(&VIRTUAL)
    .and(
        tests![VIRTUAL.fresh => timer_starts_right_before_jiffies_wrap]
            .and(tests![every_sample_is_in_the_readme]),
    )
    .and(choosing::tests())
    .and(course::tests())
    .and(exercises::tests())
    .and(latency::tests())
}

const SECOND: Duration = Duration::from_secs(1);
/// Slots of the timer wheel at 250 Hz: of a timer of 63 to 503 jiffies, and of one of 504 to 4031.
const SLOT_OF_SECONDS: Duration = Duration::from_millis(8 * 4);
const SLOT_OF_5_SECONDS: Duration = Duration::from_millis(64 * 4);

/// Runs a test, and checks that it left no sample behind.
fn with(test: impl FnOnce(&mut Board) -> Result<()>) {
    VIRTUAL.with(|board| {
        test(board)?;
        let modules = names().join("|");
        board
            .run(&format!("! lsmod | grep -E '^({modules}) '"))
            .map(drop)
    });
}

/// How long a wake-up, or a line of the log, may take.
fn latency(board: &Board) -> Duration {
    Duration::from_micros(match (board.has_sanitizers(), board.machine().arch) {
        (true, _) => 20_000,
        // A busy host has shown 0.6 ms.
        (_, "armhf") => 1_000,
        _ => 200,
    })
}

/// How far the times of the README may be off: how long it takes to start a program differs.
fn tolerance(board: &Board) -> Duration {
    Duration::from_millis(if board.has_sanitizers() { 400 } else { 20 })
}

/// Types the commands of the README, and returns the log, for each example of the sample.
fn as_documented(board: &mut Board, sample: &str, late: Duration) -> Result<Vec<Vec<Line>>> {
    let tolerance = tolerance(board) + late;
    examples(sample)
        .iter()
        .map(|example| {
            let log = run(board, sample, example)?;
            compare(&log, example, tolerance);
            Ok(log)
        })
        .collect()
}

fn trigger(sample: &str) -> String {
    format!("echo 1 > /sys/kernel/debug/{sample}/trigger")
}

/// Checks that two times are equal, give or take `bound`.
fn assert_near(time: Duration, expected: Duration, bound: Duration) {
    assert!(time.abs_diff(expected) <= bound, "{time:?}");
}

/// Checks that a time is a multiple of `slot`, give or take `bound`.
fn assert_in_slots(time: Duration, slot: Duration, bound: Duration) {
    let slots = (time.as_secs_f64() / slot.as_secs_f64()).round() as u32;
    assert_near(time, slot * slots, bound);
}

/// How much longer than that of the empty module a module's unloading takes, after `before`.
fn unload_time(board: &mut Board, sample: &str, before: &str) -> Result<Duration> {
    board.run("insmod empty.ko")?;
    let empty = trace::system_call_time(board, "delete_module", "rmmod empty")?;
    board.run(&format!("insmod {sample}.ko"))?;
    let command = format!("{before}rmmod {sample}");
    let took = trace::system_call_time(board, "delete_module", &command)?;
    note!("after '{before}' rmmod {sample} took {took:?}; of an empty module {empty:?}");
    Ok(took.saturating_sub(empty))
}

fn wq_sleeps_for_a_second_unless_it_is_stopped(board: &mut Board) -> Result<()> {
    let log = as_documented(board, "wq", Duration::ZERO)?.remove(0);
    assert_near(log[2].time - log[1].time, SECOND, latency(board));
    assert!(log[1].time - log[0].time <= latency(board));
    Ok(())
}

fn timer_ticks_are_late_by_a_slot_at_most_and_do_not_drift(board: &mut Board) -> Result<()> {
    const TICKS: usize = 40;
    /// A second is 31 slots and a quarter.
    const CYCLE: usize = 4;
    let latency = latency(board);
    as_documented(board, "timer", SLOT_OF_SECONDS)?;
    // In one command: virtual time runs on while the host is busy between two.
    board.run(&format!(
        "dmesg -c > /dev/null; insmod timer.ko; sleep {TICKS}.5; rmmod timer"
    ))?;
    let log = logged(board, "timer")?;
    let (started, ticks) = (&log[0], &log[1..]);
    assert_eq!(ticks.len(), TICKS);
    for (number, tick) in ticks.iter().enumerate() {
        assert!(tick
            .text
            .starts_with(["timer: tick", "timer: tock"][number % 2]));
        let due = started.time + SECOND * (number as u32 + 1);
        assert!(tick.time >= due, "tick {number} is early: {tick:?}");
        assert!(
            tick.time <= due + SLOT_OF_SECONDS + latency,
            "tick {number}: {tick:?}"
        );
        assert_in_slots(tick.time - ticks[0].time, SLOT_OF_SECONDS, latency);
    }
    for pair in ticks.windows(CYCLE + 1) {
        assert_near(
            pair[CYCLE].time - pair[0].time,
            SECOND * CYCLE as u32,
            latency,
        );
    }
    Ok(())
}

/// 300 s after boot the kernel lets the lower 32 bits of jiffies wrap, which on a 32-bit machine are all.
fn timer_starts_right_before_jiffies_wrap(board: &mut Board) -> Result<()> {
    const WRAP: f64 = 300.0;

    // In one command, too.
    let command = "read up idle < /proc/uptime; up=${up%.*}; [ $up -lt 298 ] || exit 1; \
        sleep $((298 - up)); while read up idle < /proc/uptime; [ ${up%.*} -lt 299 ]; do usleep 50000; done; \
        usleep 400000; dmesg -c > /dev/null; insmod timer.ko; sleep 2.5; rmmod timer";
    long(board, command)?;
    let log = logged(board, "timer")?;
    let texts = log.iter().map(|line| line.text.split(" (").next());
    assert!(texts.eq(["timer: started", "timer: tick", "timer: tock"].map(Some)));
    assert!(log[0].time.as_secs_f64() < WRAP, "{log:?}");
    assert!(log[1].time.as_secs_f64() > WRAP, "{log:?}");
    Ok(())
}

fn delayed_runs_once_in_the_slot_after_5_seconds(board: &mut Board) -> Result<()> {
    let latency = latency(board);
    let mut runs = Vec::new();
    for _ in 0..3 {
        let log = as_documented(board, "delayed", SLOT_OF_5_SECONDS)?.remove(0);
        let took = log[2].time - log[1].time;
        note!("ran after {took:?}");
        assert!(took >= 5 * SECOND, "{took:?}");
        assert!(took <= 5 * SECOND + SLOT_OF_5_SECONDS + latency, "{took:?}");
        runs.push(log[2].time);
    }
    for run in &runs {
        assert_in_slots(*run - runs[0], SLOT_OF_5_SECONDS, latency);
    }
    Ok(())
}

fn custom_wq_runs_in_order_and_finishes_before_it_goes(board: &mut Board) -> Result<()> {
    let log = as_documented(board, "custom_wq", Duration::ZERO)?.remove(0);
    assert_near(log[4].time - log[1].time, 2 * SECOND, latency(board));
    // Unloading runs the queued items, so it takes as long as they do, and no longer.
    let before = format!("{} && sleep 0.5 && ", trigger("custom_wq"));
    let took = unload_time(board, "custom_wq", &before)?;
    assert_near(took, SECOND * 3 / 2, 2 * tolerance(board));
    let idle = unload_time(board, "custom_wq", "")?;
    assert!(idle <= tolerance(board), "{idle:?}");
    Ok(())
}

fn tasklet_and_bh_run_right_after_the_interrupt_and_once(board: &mut Board) -> Result<()> {
    for sample in ["tasklet", "bh"] {
        let log = as_documented(board, sample, Duration::ZERO)?.remove(0);
        let took = log[2].time - log[1].time;
        note!("{sample}: {took:?} after the interrupt");
        assert!(took <= latency(board), "{took:?}");
    }
    Ok(())
}

fn threaded_irq_runs_in_a_thread_that_sleeps(board: &mut Board) -> Result<()> {
    let log = as_documented(board, "threaded_irq", Duration::ZERO)?.remove(0);
    let took = log[1].time - log[0].time;
    note!("{took:?} after the interrupt");
    assert!(took <= latency(board), "{took:?}");
    assert_near(log[2].time - log[1].time, SECOND / 10, latency(board));
    // Unloading waits for the thread.
    let took = unload_time(board, "threaded_irq", &(trigger("threaded_irq") + " && "))?;
    assert_near(took, SECOND / 10, 2 * tolerance(board));
    Ok(())
}

fn requeue_runs_once_more_and_loses_nothing(board: &mut Board) -> Result<()> {
    let log = as_documented(board, "requeue", Duration::ZERO)?.remove(0);
    assert_near(log[5].time - log[1].time, SECOND, latency(board));
    // Unloading waits for the running item, and cancels a queued one.
    let before = format!("{0} && sleep 0.5 && {0} && ", trigger("requeue"));
    board.run("dmesg -c > /dev/null")?;
    let took = unload_time(board, "requeue", &before)?;
    assert_near(took, SECOND / 2, 2 * tolerance(board));
    let log = logged(board, "requeue")?;
    assert!(log[3].text.contains("queued true"), "{log:?}");
    assert!(log[4].text.contains("work ends"), "{log:?}");
    assert_eq!(log.len(), 5, "{log:?}");
    Ok(())
}

/// A kernel without the check must not claim that all is well; one with it reports exactly this mistake.
fn atomic_sleep_is_harmless_or_found(board: &mut Board) -> Result<()> {
    let [harmless, unnoticed, found] = &examples("atomic_sleep")[..] else {
        panic!("three examples");
    };
    let log = run(board, "atomic_sleep", harmless)?;
    compare(&log, harmless, tolerance(board));
    board.check_log()?;
    let forced = match board.has_sanitizers() {
        true => found,
        false => unnoticed,
    };
    let log = run(board, "atomic_sleep", forced)?;
    compare(&log, forced, tolerance(board));
    if board.has_sanitizers() {
        let start = found.log[1].text.trim_end_matches("...");
        board.expect_complaints(&[start, "Call trace:"])?;
    }
    Ok(())
}

fn led_lights_for_a_fifth_of_a_second_unless_another_driver_has_it(
    board: &mut Board,
) -> Result<()> {
    let [alone, beside] = &examples("led")[..] else {
        panic!("two examples");
    };
    let recording = trace::Recording::start(board)?;
    let log = run(board, "led", alone)?;
    compare(&log, alone, tolerance(board));
    // On and off, and off once more when the line is let go.
    let edges = Timeline::new(recording.edges(board)?);
    let spans = edges.spans();
    assert_eq!(spans.len(), 1, "{spans:?}");
    let lit = Duration::from_nanos(spans[0].duration_ns());
    assert_near(lit, SECOND / 5, latency(board));
    let log = run(board, "led", beside)?;
    compare(&log, beside, tolerance(board));
    // The driver says the same of a sample that has its device.
    board.run("insmod led.ko; insmod morse.ko; rmmod morse; rmmod led")?;
    board
        .run("dmesg | grep 'morse: its device is bound to the driver led'")
        .map(drop)
}

fn unloading_is_prompt_whatever_is_pending_or_running(board: &mut Board) -> Result<()> {
    let bound = Duration::from_millis(if board.has_sanitizers() { 100 } else { 10 });
    let again = |sample: &str| trigger(sample) + " && ";
    for (sample, before) in [
        ("wq", again("wq")),
        ("wq", again("wq") + "sleep 0.5 && " + &again("wq")),
        ("timer", "sleep 1.2 && ".into()),
        ("delayed", again("delayed") + "sleep 3 && "),
        ("tasklet", again("tasklet")),
        ("bh", again("bh")),
        ("atomic_sleep", again("atomic_sleep")),
        ("requeue", again("requeue") + "sleep 1.1 && "),
    ] {
        let took = unload_time(board, sample, &before)?;
        assert!(took <= bound, "{sample}: {took:?}");
    }
    Ok(())
}

fn the_trigger_takes_a_1_only(board: &mut Board) -> Result<()> {
    board.run("insmod bh.ko; dmesg -c > /dev/null")?;
    for bad in ["0", "2", "11", "1x", ""] {
        board.run(&format!(
            "! echo '{bad}' 2> /dev/null > /sys/kernel/debug/bh/trigger"
        ))?;
    }
    assert_eq!(logged(board, "bh")?, []);
    board.run("printf 1 > /sys/kernel/debug/bh/trigger; rmmod bh")?;
    assert_eq!(logged(board, "bh")?.len(), 3);
    Ok(())
}

/// The names of the samples that are modules with something to show.
fn names() -> Vec<String> {
    let list = include_str!("../../../../samples/Kbuild")
        .lines()
        .find_map(|line| line.strip_prefix("samples := "))
        .expect("a list of samples");
    list.split(' ').map(str::to_owned).collect()
}

/// The samples whose logs are compared by tests of their own.
const TESTED: [&str; 11] = [
    "wq",
    "timer",
    "delayed",
    "custom_wq",
    "tasklet",
    "bh",
    "threaded_irq",
    "atomic_sleep",
    "requeue",
    "led",
    "latency",
];

/// For a sample that a reader adds.
fn samples_without_a_test_log_what_the_readme_shows(board: &mut Board) -> Result<()> {
    for name in names() {
        if !TESTED.contains(&name.as_str()) {
            as_documented(board, &name, SLOT_OF_5_SECONDS)?;
        }
    }
    Ok(())
}

fn every_sample_is_in_the_readme() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../samples");
    let readme = std::fs::read_to_string(samples.join("README.md")).expect("samples/README.md");
    for name in names() {
        assert!(!examples(&name).is_empty(), "{name}");
        assert!(
            readme.contains(&format!("[`{name}`]({name}/{name}.rs)")),
            "{name}"
        );
    }
    for link in readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        assert!(samples.join(link).exists(), "{link}");
    }
}

fn the_kernel_traces_an_interrupt_and_its_work(board: &mut Board) -> Result<()> {
    board.run("insmod wq.ko")?;
    let example = examples("See it happen").remove(0);
    let trace = board.run(&example.commands.join("\n"))?;
    note!("{trace}");
    board.run("echo 0 > /sys/kernel/tracing/events/enable; rmmod wq")?;
    // Each event with its flags: in hard interrupt context, or in none.
    let expected = [
        ("irq_handler_entry: ", 'h'),
        ("workqueue_queue_work: ", 'h'),
        ("workqueue_execute_start: ", '.'),
    ];
    let mut lines = trace.lines();
    for (event, context) in expected {
        let line = lines.find(|line| line.contains(event));
        let line = line.unwrap_or_else(|| panic!("no {event} in {trace}"));
        let (_, rest) = line.split_once("] ").expect("a processor");
        let flags: Vec<char> = rest.chars().take(3).collect();
        assert_eq!(flags[2], context, "{line}");
    }
    Ok(())
}
