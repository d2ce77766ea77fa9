// SPDX-License-Identifier: GPL-2.0

//! Tests of `morse-run` as a user runs it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use morse_board::config;

use crate::fixture;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        without_settings_it_says_what_to_run,
        what_cannot_be_sent_is_refused_at_once,
        a_wrong_clock_is_refused,
        message_from_the_environment_in_virtual_time_with_a_diagram,
        sos_by_default
    ]
    .and(tests![killed_it_leaves_nothing_running].in_real_time())
}

/// The program.
pub fn program() -> PathBuf {
    // Cargo puts all programs into one directory.
    env::current_exe()
        .expect("a program")
        .with_file_name("morse-run")
}

fn morse_run() -> Command {
    let config = fixture::config();
    let mut command = Command::new(program());
    command
        .env(
            config::KERNEL,
            config.vmlinuz.parent().expect("a directory"),
        )
        .env(config::BUSYBOX, config.busybox)
        .env(config::MODULE_DIR, config.module_dir)
        .env_remove("MSG")
        .env_remove("DIAGRAM")
        .env_remove("TIMELINE")
        .env_remove("TIME")
        .stdin(Stdio::null());
    command
}

fn without_settings_it_says_what_to_run() {
    let output = morse_run().env_remove(config::KERNEL).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("MORSE_KERNEL: not set") && text.contains("make run"),
        "{text}"
    );
}

fn what_cannot_be_sent_is_refused_at_once() {
    let output = morse_run().env("MSG", "漢字").output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("there is no Morse code for '漢'"), "{text}");
}

fn a_wrong_clock_is_refused() {
    let output = morse_run().env("TIME", "sundial").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("sundial"));
}

fn message_from_the_environment_in_virtual_time_with_a_diagram() {
    let dir = tempfile::tempdir().unwrap();
    let diagram = dir.path().join("led.svg");
    let output = morse_run()
        .envs([("MSG", "it's 73"), ("TIME", "virtual")])
        .env("DIAGRAM", &diagram)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for expected in [
        "sent: IT'S 73\n",
        "seen: IT'S 73\n",
        "timing: worst edge ",
        "kernel: ",
        "█",
    ] {
        assert!(text.contains(expected), "{expected:?} in {text}");
    }
    assert!(fs::read_to_string(&diagram).unwrap().starts_with("<svg"));
}

/// Without a message and without a terminal, SOS is sent; make passes unset variables on as empty ones.
fn sos_by_default() {
    let output = morse_run()
        .envs([("MSG", ""), ("TIME", "virtual"), ("DIAGRAM", "")])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("seen: SOS\n"), "{text}");
}

/// QEMU ends with the program, also after SIGKILL.
fn killed_it_leaves_nothing_running() {
    for signal in ["INT", "TERM", "KILL"] {
        let mut child = morse_run()
            .args(["CQ CQ CQ"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert!(line.starts_with("booting"), "{line}");
        let qemu = wait_for_qemu(&child);
        // The shell's own kill, as not every system has the program.
        let kill = format!("kill -s {signal} {}", child.id());
        let status = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(status.success());
        let status = child.wait().unwrap();
        assert!(!status.success(), "{signal}: {status}");
        wait_until(|| !Path::new(&format!("/proc/{qemu}")).exists());
        let _ = stderr.read_to_string(&mut line);
    }
}

/// The process id of the emulator that a process started.
fn wait_for_qemu(parent: &Child) -> u32 {
    let mut found = None;
    wait_until(|| {
        found = children(parent.id()).into_iter().find(|pid| {
            fs::read_to_string(format!("/proc/{pid}/cmdline"))
                // Another QEMU only dumps the device tree: skip it.
                .is_ok_and(|line| line.starts_with("qemu-system") && line.contains("-initrd"))
        });
        found.is_some()
    });
    found.unwrap()
}

/// The children of all threads of a process.
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .flat_map(str::parse)
                .collect::<Vec<u32>>()
        })
        .collect()
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain");
        thread::sleep(Duration::from_millis(20));
    }
}
