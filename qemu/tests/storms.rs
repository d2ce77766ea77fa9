// SPDX-License-Identifier: GPL-2.0

//! More than anybody keys or sends: every edge accounted for, by whichever processor it comes, and
//! hours of sending and receiving at once.
//!
//! With more edges and hours these are runs of their own: `scripts/soak storm`, `scripts/soak day`.

#[path = "common/environment.rs"]
mod environment;
#[path = "common/keyless.rs"]
mod keyless;

use std::time::Duration;

use morse_board::code::{Element, Pattern};
use morse_board::{Board, Config, Message, Options, Result, Time};

use environment::{number, seed};
use keyless::{program, with_board};

/// How many edges a storm has; another number in this variable.
const EDGES: (&str, u64) = ("MORSE_STORM_EDGES", 20_000);
/// How many hours of virtual time are soaked; another number in this variable.
const HOURS: (&str, f64) = ("MORSE_SOAK_HOURS", 0.25);
/// Longer than any of them takes.
const LIMIT: Duration = Duration::from_secs(4 * 3600);
/// The mechanisms of the softirq.
const MECHANISMS: [&str; 2] = ["bh", "tasklet"];
const SETTINGS: &str = "/sys/class/misc/morse";

/// Runs a test for each of the mechanisms, on one board.
fn with_each(options: Options, mut test: impl FnMut(&mut Board) -> Result<()>) {
    with_board(options, |board| {
        MECHANISMS.into_iter().try_for_each(|mechanism| {
            println!("softirq={mechanism}");
            board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
            test(board)?;
            board.run("rmmod morse").map(drop)
        })
    });
}

#[test]
#[ignore = "needs a board: make test"]
fn a_storm_of_all_kinds_is_accounted_for() {
    let (edges, seed) = (number(EDGES.0, EDGES.1), seed());
    with_each(Options::new(Time::Virtual), |board| {
        let said = program(board, &format!("stress storm {seed} {edges}"), LIMIT)?;
        assert_eq!(field(&said, "dropped"), 0, "nothing held the softirq up");
        Ok(())
    });
}

/// With softirqs left to a thread, and a real-time task that does not let it run, the ring fills.
#[test]
#[ignore = "needs a board: make test"]
fn what_the_ring_has_no_room_for_is_accounted_for() {
    /// What the ring holds.
    const RING: u64 = 1024;
    const FLOOD: u64 = 5000;

    with_each(held_up(), |board| {
        let said = program(board, &format!("stress flood {FLOOD} 50"), LIMIT)?;
        let dropped = field(&said, "dropped");
        assert_eq!(dropped, FLOOD - RING, "all but what the ring holds");
        // And what comes after is received as ever.
        let text = program(board, "stress storm 1 2000", LIMIT)?;
        assert_eq!(field(&text, "dropped"), 0);
        Ok(())
    });
}

/// A board whose softirqs are left to a thread of ordinary priority.
fn held_up() -> Options {
    Options::new(Time::Virtual).kernel_argument("threadirqs")
}

fn field(text: &str, name: &str) -> u64 {
    let rest = text
        .split_once(&format!("{name}: "))
        .map(|(_, rest)| rest)
        .unwrap_or_else(|| panic!("no {name} in {text:?}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// The softirq looks at no more edges in one run than the ring holds, and how long that takes at most
/// is known.
#[test]
#[ignore = "needs a board: make test"]
fn a_run_of_the_softirq_is_short_even_with_a_full_ring() {
    /// Real machines are faster than one nanosecond an instruction.
    const BOUND_US: u64 = 2000;
    const BOUND_WITH_SANITIZERS_US: u64 = 100_000;

    with_each(held_up(), |board| {
        // Every edge is a mark or a space, which is more work than to find that it bounces.
        board.run(&format!("echo 0 > {SETTINGS}/debounce_us"))?;
        board.run(
            "cd /sys/kernel/tracing && echo mono > trace_clock && echo > trace && \
             echo 1 > events/irq/softirq_entry/enable && echo 1 > events/irq/softirq_exit/enable",
        )?;
        program(board, "stress flood 3000 50", LIMIT)?;
        // The vectors of the two mechanisms.
        let trace = board.run(
            "cd /sys/kernel/tracing && echo 0 > events/enable && grep -E 'action=(HI|TASKLET)]' trace",
        )?;
        let longest = longest_us(&trace);
        println!("the longest run of the softirq takes {longest} us");
        let bound = match board.has_sanitizers() {
            true => BOUND_WITH_SANITIZERS_US,
            false => BOUND_US,
        };
        assert!((1..=bound).contains(&longest), "{longest} us");
        Ok(())
    });
}

/// The longest time between entering and leaving, in a trace of one vector on one processor.
fn longest_us(trace: &str) -> u64 {
    let mut entered = None;
    let mut longest = 0;
    for line in trace.lines() {
        let Some((head, _)) = line.split_once(": softirq_") else {
            continue;
        };
        let time = head.split_whitespace().next_back().expect("a time");
        let (seconds, micros) = time.split_once('.').expect("seconds");
        let now = seconds.parse::<u64>().expect("seconds") * 1_000_000
            + micros.parse::<u64>().expect("microseconds");
        match line.contains(": softirq_entry") {
            true => entered = Some(now),
            false => longest = longest.max(now - entered.take().unwrap_or(now)),
        }
    }
    longest
}

/// Every hour of it costs some seconds of the host.
#[test]
#[ignore = "needs a board: make test"]
fn sending_and_receiving_for_hours_is_exact_and_costs_no_memory() {
    const SEND: &str = "PARIS CQ DE MORSE 73";
    const KEY: &str = "CQ DE K1ABC 599 QTH ÅBO = 88";

    let hours = number(HOURS.0, HOURS.1);
    with_board(Options::new(Time::Virtual), |board| {
        // What an interrupt and what it wakes may hold an edge up for.
        let bound_us = match board.has_sanitizers() {
            true => 5000,
            false => 150,
        };
        let read = Message::parse(KEY).expect("it can be sent").to_string();
        let plan = format!(
            "send 200000 {bound_us} {}\ntext {SEND}\nkey 100000 {}\nread {read}",
            elements(SEND),
            elements(KEY)
        );
        board.run("insmod morse.ko")?;
        let command =
            format!("cat > /tmp/plan <<'END'\n{plan}\nEND\nstress soak {hours} < /tmp/plan");
        program(board, &command, LIMIT).map(drop)
    });
}

/// Dots and dashes, with the gaps ' ' of letters and '/' of words.
fn elements(text: &str) -> String {
    let letter = |c| {
        let pattern = Pattern::of(c).expect("a character with a code");
        let sign = |element: &Element| match element {
            Element::Dot => '.',
            Element::Dash => '-',
        };
        pattern.0.iter().map(sign).collect::<String>()
    };
    let word = |word: &str| word.chars().map(letter).collect::<Vec<_>>().join(" ");
    text.split(' ').map(word).collect::<Vec<_>>().join("/")
}

/// The interrupt of the simulated key comes on the processor of whoever presses it.
#[test]
#[ignore = "needs a board: make test"]
fn edges_from_one_processor_after_the_other_are_accounted_for() {
    let edges = number(EDGES.0, EDGES.1);
    with_each(Options::new(Time::Real).cpus(4), |board| {
        program(board, &format!("stress rove {edges}"), LIMIT)?;
        program(board, "stress crowd 100", LIMIT).map(drop)
    });
}

/// A script of the guest that takes each processor away and gives it back, again and again. The first
/// one too: it has the interrupt of the wired key.
const PLUG: &str = "
plug() {
	for cpu in 0 1 2 3 0 2 1 3; do
		echo 0 > /sys/devices/system/cpu/cpu$cpu/online || exit 1
		sleep 0.3
		echo 1 > /sys/devices/system/cpu/cpu$cpu/online || exit 1
		sleep 0.1
	done
}
";

/// The simulated key, pressed on a processor that is taken away under it, while the device sends.
#[test]
#[ignore = "needs a board: make test"]
fn processors_come_and_go_while_edges_come_and_the_device_sends() {
    with_each(Options::new(Time::Real).cpus(4), |board| {
        board.run(&format!("echo 60 > {SETTINGS}/wpm"))?;
        board.run("rm -f /tmp/sent /tmp/roved")?;
        board.run("morse-send PARIS PARIS PARIS PARIS PARIS > /tmp/sent 2>&1 &")?;
        board.run("(stress rove 20000 2>&1; echo status $?) > /tmp/roved &")?;
        board
            .execute(&format!("{PLUG} plug"), LIMIT)?
            .success("plug")?;
        let command = "wait_for() { until grep -q \"$2\" $1; do sleep 0.2; done; }
                       wait_for /tmp/sent '^sent$'; wait_for /tmp/roved status; cat /tmp/roved";
        let said = program(board, command, LIMIT)?;
        assert!(said.ends_with("status 0\n"), "{said}");
        assert_eq!(board.run(&format!("cat {SETTINGS}/sent"))?.trim(), "25");
        Ok(())
    });
}

/// The wired key, pressed from outside; its interrupt moves as the processor that has it is taken away.
/// Edges that come too close become one interrupt in the GPIO controller already, so what the kernel
/// itself counts is compared.
#[test]
#[ignore = "needs a board: make test"]
fn the_interrupt_of_the_wired_key_moves_between_processors() {
    const PRESSES: u32 = 600;

    let outcome = Config::from_env()
        .and_then(|config| Board::boot(&config, Options::new(Time::Real).cpus(4)))
        .and_then(|mut board| {
            MECHANISMS.into_iter().try_for_each(|mechanism| {
                board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
                wired_key(&mut board, PRESSES)?;
                board.run("rmmod morse").map(drop)
            })?;
            board.check_log()
        });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

fn wired_key(board: &mut Board, presses: u32) -> Result<()> {
    board.run(&format!(
        "echo 0 > {SETTINGS}/debounce_us; rm -f /tmp/plugged"
    ))?;
    let interrupts_before = wired_interrupts(board)?;
    // Presses go on until the last processor is back.
    board.run(&format!(
        "({PLUG} plug; echo done > /tmp/plugged) > /tmp/plug 2>&1 &"
    ))?;
    let mut made = 0;
    while made < presses || board.run("cat /tmp/plugged 2>&1 || true")?.trim() != "done" {
        for _ in 0..100 {
            board.key(true)?;
            board.key(false)?;
            made += 1;
        }
        assert!(
            made < 1_000_000,
            "plugging ended with:\n{}",
            board.run("cat /tmp/plug")?
        );
    }
    board.run("sleep 1")?;
    let counts: Vec<u64> = wired_interrupts(board)?
        .iter()
        .zip(&interrupts_before)
        .map(|(after, before)| after - before)
        .collect();
    let counters = board.run(&format!(
        "cd {SETTINGS} && cat edges edges_received edges_debounced edges_dropped"
    ))?;
    println!(
        "{} changes of the wire, interrupts {counts:?}, counters {:?}",
        2 * made,
        counters.split_whitespace().collect::<Vec<_>>()
    );
    let counters: Vec<u64> = counters
        .lines()
        .map(|n| n.parse().expect("a number"))
        .collect();
    assert_eq!(
        counters[0],
        counts.iter().sum::<u64>(),
        "what the kernel counts"
    );
    assert_eq!(counters[0], counters[1..].iter().sum::<u64>());
    let moved_to = counts.iter().filter(|count| **count > 0).count();
    assert!(moved_to >= 2, "the interrupt did not move: {counts:?}");
    Ok(())
}

/// What the kernel counts of the interrupt on each processor, since the machine was booted.
fn wired_interrupts(board: &mut Board) -> Result<Vec<u64>> {
    let line = board.run("grep morse-key /proc/interrupts")?;
    Ok(line
        .split_whitespace()
        .skip(1)
        .map_while(|word| word.parse().ok())
        .collect())
}
