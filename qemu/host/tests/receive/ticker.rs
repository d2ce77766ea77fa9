// SPDX-License-Identifier: GPL-2.0

//! The ticker, in virtual time: it does not drift, and its figures are right.

use morse_board::driver::{keying, set, SETTINGS, SIMULATED_KEY};
use morse_board::{Board, Result};

use super::fixture::{read_while, with_bh, with_each, QUIET};
use crate::boards::KEYLESS;
use crate::fixture::long;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_bh =>
        it_does_not_drift_in_an_hour,
        its_period_holds_from_the_next_tick_on,
        only_a_stuck_key_resets_the_receiver,
    ]
    .and(tests![with_each =>
        rates_are_those_of_the_last_period,
        a_key_that_is_stuck_is_reported_once_and_then_works_again,
    ])
    .on(&KEYLESS)
}

/// Of the kernel's timer wheel, in seconds.
const JIFFY_S: f64 = 0.004;

/// The ticks that are logged while a command runs: the time of each, in seconds, and its text.
fn ticks(board: &mut Board, command: &str) -> Result<Vec<(f64, String)>> {
    let before = board.kernel_log()?.len();
    // At once, as the virtual time between two commands of the host is anything.
    let log = format!("{SETTINGS}/ticker_log");
    long(
        board,
        &format!("echo 1 > {log} && ({command}) && echo 0 > {log}"),
    )?;
    let log = board.kernel_log()?;
    let tick = |line: &str| -> Option<(f64, String)> {
        let (time, rest) = line.trim_start_matches(['[', ' ']).split_once("] ")?;
        let (_, told) = rest.split_once(" morse: tick ")?;
        let (_number, rates) = told.split_once(": ")?;
        Some((time.parse().ok()?, rates.trim_end().to_owned()))
    };
    Ok(log[before..].lines().filter_map(tick).collect())
}

/// How far ticks are off a grid that begins with the first, at most.
fn worst_s(ticks: &[(f64, String)], period_s: f64) -> f64 {
    let (first, _) = ticks[0];
    let off = |(i, (time, _)): (usize, &(f64, String))| (time - first - i as f64 * period_s).abs();
    ticks.iter().enumerate().map(off).fold(0.0, f64::max)
}

fn it_does_not_drift_in_an_hour(board: &mut Board) -> Result<()> {
    const SECONDS: usize = 3600;
    let ticks = ticks(board, &format!("sleep {SECONDS}.5"))?;
    assert!(ticks.len().abs_diff(SECONDS) <= 1, "{} ticks", ticks.len());
    let worst = worst_s(&ticks, 1.0);
    note!("{} ticks, the worst {worst:.6} s off", ticks.len());
    // The wheel keeps times of a second to eight jiffies; and the log takes its time.
    assert!(worst <= 8.0 * JIFFY_S + 0.001, "{worst} s off");
    Ok(())
}

fn its_period_holds_from_the_next_tick_on(board: &mut Board) -> Result<()> {
    for (ms, seconds) in [(10, 2), (100, 5), (2500, 25)] {
        set(board, "ticker_ms", &ms.to_string())?;
        // The one that was set before comes first.
        board.run("sleep 2.6")?;
        let ticks = ticks(board, &format!("sleep {seconds}"))?;
        let period_s = f64::from(ms) / 1000.0;
        // A period is whole jiffies, and at least as long as the setting.
        let period_s = (period_s / JIFFY_S).ceil() * JIFFY_S;
        // The commands that turn the log on and off take their time as well, so there may be more.
        let (first, last) = (&ticks[0], &ticks[ticks.len() - 1]);
        let expected = (last.0 - first.0) / period_s + 1.0;
        note!("{ms} ms: {} ticks in {seconds} s", ticks.len());
        assert!(
            (ticks.len() as f64 - expected).abs() <= 1.0
                && ticks.len() as f64 >= f64::from(seconds) / period_s - 1.0,
            "{} ticks",
            ticks.len()
        );
        let worst = worst_s(&ticks, period_s);
        assert!(
            worst <= (period_s / 8.0).max(JIFFY_S) + 0.001,
            "{ms} ms: {worst} s off"
        );
    }
    Ok(())
}

/// The contents of the files on edges and characters after so many seconds of a command, all in one command
/// of the guest.
fn rates_during(board: &mut Board, command: &str, seconds: &str) -> Result<(u64, u64)> {
    let said = board.run(&format!(
        "{command} > /dev/null 2>&1 & sleep {seconds}; cd {SETTINGS}; cat edge_rate character_rate; wait"
    ))?;
    let mut rates = said.lines().map(|line| line.parse().expect("a number"));
    Ok((
        rates.next().expect("edges"),
        rates.next().expect("characters"),
    ))
}

/// The contents of the files, and the heartbeat line.
fn rates_are_those_of_the_last_period(board: &mut Board) -> Result<()> {
    // 1000 edges a second, none of which lasts.
    let storm = format!("morse-key {SIMULATED_KEY} storm 3500 1000");
    let lines = ticks(board, &format!("{storm} & sleep 2.9; wait"))?;
    // The edges at its two ends may or may not belong to a period; a kernel full of sanitizers takes
    // milliseconds for some.
    let slack = if board.has_sanitizers() { 10 } else { 1 };
    let is_right = |edges: u64| edges.abs_diff(1000) <= slack;
    let told = |rates: &str| {
        let edges = rates.strip_suffix(" edges/s, 0 characters/s");
        edges.is_some_and(|edges| is_right(edges.parse().expect("a number")))
    };
    assert!(lines.iter().any(|(_, rates)| told(rates)), "{lines:?}");
    let (edges, characters) = rates_during(board, &storm, "2.9")?;
    assert!(is_right(edges), "{edges} edges/s");
    assert_eq!(characters, 0);

    // An E every 100 ms, told to be that fast.
    set(board, "receive_wpm", "48")?;
    let letters = "E".repeat(35);
    let (edges, characters) = rates_during(board, &keying(&letters, 25_000), "2.9")?;
    assert!((19..=21).contains(&edges), "{edges} edges/s");
    assert!((9..=11).contains(&characters), "{characters} characters/s");
    assert_eq!(
        rates_during(board, "true", "3")?,
        (0, 0),
        "nothing is keyed any more"
    );
    Ok(())
}

fn a_key_that_is_stuck_is_reported_once_and_then_works_again(board: &mut Board) -> Result<()> {
    let key = SIMULATED_KEY;
    board.run("dmesg -c > /dev/null")?;
    let command = format!(
        "echo 1 > {key}; sleep 25; echo 0 > {key}; {QUIET}; {} && {QUIET}",
        keying("CQ", 60_000)
    );
    let text = read_while(board, &command)?;
    assert_eq!(text, "CQ \n");
    let reports = board.run("dmesg | grep -c 'taken for stuck'")?;
    assert_eq!(reports.trim(), "1");
    Ok(())
}

/// A mark that is too long is dropped, and so is the letter before it; a mark just below the limit counts.
fn only_a_stuck_key_resets_the_receiver(board: &mut Board) -> Result<()> {
    let key = SIMULATED_KEY;
    set(board, "receive_wpm", "1")?;
    board.run("dmesg -c > /dev/null")?;
    // At 1 WPM a unit is 1.2 s. A dot and a mark of 9.5 s are an A. A session ends after 30 s at most.
    let keyed = |seconds: &str| {
        format!("echo 1 > {key}; sleep 1.2; echo 0 > {key}; sleep 1.2; echo 1 > {key}; sleep {seconds}; echo 0 > {key}; sleep 30; {QUIET}")
    };
    assert_eq!(read_while(board, &keyed("9.5"))?, "A \n");
    board.run("! dmesg | grep 'taken for stuck'")?;
    assert_eq!(read_while(board, &keyed("12"))?, "");
    board.run("dmesg | grep 'taken for stuck'")?;
    Ok(())
}
