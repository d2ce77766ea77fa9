// SPDX-License-Identifier: GPL-2.0

//! Settings of `make run` that leave something behind: a drawing, and a way in for gdb.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::runner::test::Tests;

use super::{board, morse_run, run};

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_timeline_of_the_last_moments_is_drawn,
        gdb_stops_the_driver_at_a_breakpoint
    ]
}

fn a_timeline_of_the_last_moments_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("irq.svg");
    let terminal = board(morse_run().env("TIMELINE", &file), false);
    run(
        &terminal,
        "insmod wq.ko; echo 1 > /sys/kernel/debug/wq/trigger; sleep 1.5; echo done",
        "done",
    );
    // A program that runs is no hindrance.
    terminal.send("sleep 1000\r");
    terminal.send("\x01x");
    let (status, written) = terminal.wait_end_written();
    assert!(status.success(), "{written}");
    assert!(written.contains("timeline: "), "{written}");
    let svg = fs::read_to_string(&file).unwrap();
    for label in ["hard IRQ", "wq", "wq Sleeper"] {
        assert!(svg.contains(&format!(">\n{label}\n<")), "{label} in {svg}");
    }
}

fn gdb_stops_the_driver_at_a_breakpoint() {
    let dir = tempfile::tempdir().unwrap();
    let command = morse_run().env("GDB", "1").env("MORSE_GDB", dir.path());
    let terminal = board(command, false);
    let commands = dir.path().join("gdb.commands");
    println!("{}", fs::read_to_string(&commands).unwrap());
    let mut gdb = Command::new("timeout")
        .args(["120", "gdb-multiarch", "-nx", "-batch", "-x"])
        .arg(&commands)
        .args([
            "-ex",
            "break morse::device::transmit::keyer::Keyer::put_out",
        ])
        .args(["-ex", "continue", "-ex", "detach"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(gdb.stdout.take().unwrap()).lines();
    let mut wait_for = |text: &str| {
        let found = lines.by_ref().map(Result::unwrap).any(|line| {
            said += &format!("{line}\n");
            line.contains(text)
        });
        println!("{said}");
        assert!(found, "no '{text}' from gdb: {said}");
    };
    wait_for("Breakpoint 1 at ");
    terminal.send("echo E > /dev/morse\r");
    wait_for("keyer.rs:");
    assert!(gdb.wait().unwrap().success());
    // Detaching removed the breakpoint, and lets the board run.
    run(
        &terminal,
        "echo E > /dev/morse; sync /dev/morse; echo on again",
        "on again",
    );
    terminal.send("exit\r");
    assert!(terminal.wait_end().0.success());
}
