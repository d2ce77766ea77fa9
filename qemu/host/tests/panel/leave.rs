// SPDX-License-Identifier: GPL-2.0

//! Settings of `make run` that leave something behind: a drawing, and a way in for gdb.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::runner::test::Tests;

use super::{board, morse_run, run};

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_timeline_of_the_last_moments_is_drawn,
        gdb_attaches_and_is_told_where_the_module_is
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

/// Speaks gdb's remote protocol itself, as the tool root has no gdb.
fn gdb_attaches_and_is_told_where_the_module_is() {
    let dir = tempfile::tempdir().unwrap();
    let command = morse_run().env("GDB", "1").env("MORSE_GDB", dir.path());
    let terminal = board(command, false);
    let commands = fs::read_to_string(dir.path().join("gdb.commands")).unwrap();
    println!("{commands}");
    let text = commands
        .split_once("morse.ko -s .text 0x")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .expect("the address of the module");
    let line = format!("0x{text}");
    run(&terminal, "cat /sys/module/morse/sections/.text", &line);

    let mut gdb = UnixStream::connect(dir.path().join("gdb.socket")).unwrap();
    gdb.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut ask = |packet: &str| {
        let sum = packet.bytes().fold(0_u8, u8::wrapping_add);
        gdb.write_all(format!("+${packet}#{sum:02x}").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"#") {
            gdb.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    let stopped = ask("?");
    assert!(
        stopped.contains("$T05") || stopped.contains("$S05"),
        "{stopped}"
    );
    // The first instruction of the module can be read there.
    let first = ask(&format!("m{text},4"));
    println!("{first}");
    assert!(!first.contains("$E"), "{first}");
    // Detaching lets the board run.
    ask("D");
    run(&terminal, "echo on again", "on again");
    terminal.send("exit\r");
    assert!(terminal.wait_end().0.success());
}
