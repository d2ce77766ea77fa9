// SPDX-License-Identifier: GPL-2.0

//! Common programs for files, which know nothing of Morse.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::hand::Hand;
use crate::lamp::Lamp;
use crate::task::{Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::{Device, NODE};
use morse_guest::driver;

super::cases![
    cp_tee_dd_and_cat_send_a_file,
    dd_waits_until_it_is_sent,
    tail_sends_what_comes,
    a_pipeline_sends_what_it_finds,
    head_and_dd_read_so_many_bytes,
    a_shell_aborts,
    morse_ip_blinks_the_address,
];

const TEXT_FILE: &str = "/tmp/text";
const FAST_UNIT: Duration = Duration::from_millis(12);

/// Starts a command line of the guest's shell, in which `T` is a file with the text of the case.
fn start(line: &str) -> Result<Child> {
    Ok(Command::new("/bin/sh")
        .args(["-c", line])
        .env("T", TEXT_FILE)
        .env("M", NODE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?)
}

/// Runs a command line, and returns its output.
fn run(line: &'static str) -> Result<String> {
    let child = start(line)?;
    let end = Blocked::start(move || child.wait_with_output());
    let output = end.within(Duration::from_secs(10))??;
    assert!(output.status.success(), "{line}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

fn cp_tee_dd_and_cat_send_a_file() -> Result {
    driver::set("wpm", "100")?;
    std::fs::write(TEXT_FILE, "SOS é\n")?;
    for line in [
        "cp $T $M",
        "cat $T > $M",
        "tee $M < $T",
        "dd if=$T of=$M bs=3 2> /dev/null",
    ] {
        let lamp = Lamp::watch()?;
        run(line)?;
        Device::open()?.fsync()?;
        assert_eq!(lamp.text(FAST_UNIT)?, "... --- ... / ..-..", "{line}");
    }
    Ok(())
}

fn dd_waits_until_it_is_sent() -> Result {
    driver::set("wpm", "100")?;
    std::fs::write(TEXT_FILE, "SOS")?;
    run("dd if=$T of=$M conv=fsync 2> /dev/null")?;
    assert_eq!(Device::open()?.status()?.queued, 0);
    Ok(())
}

fn tail_sends_what_comes() -> Result {
    driver::set("wpm", "100")?;
    std::fs::write(TEXT_FILE, "E\n")?;
    let lamp = Lamp::watch()?;
    let mut tail = start("exec tail -f $T > $M")?;
    thread::sleep(Duration::from_secs(2));
    run("echo T >> $T")?;
    thread::sleep(Duration::from_secs(3));
    tail.kill()?;
    tail.wait()?;
    assert_eq!(lamp.text(FAST_UNIT)?, ". / -");
    Ok(())
}

fn a_pipeline_sends_what_it_finds() -> Result {
    driver::set("wpm", "100")?;
    std::fs::write(TEXT_FILE, "PARIS\nSOS\n")?;
    let lamp = Lamp::watch()?;
    run("grep O $T | tee $M | wc -l")?;
    Device::open()?.fsync()?;
    assert_eq!(lamp.text(FAST_UNIT)?, "... --- ...");
    Ok(())
}

fn head_and_dd_read_so_many_bytes() -> Result {
    let mut hand = Hand::new()?;
    for line in ["head -c 3 $M", "dd if=$M bs=1 count=3 2> /dev/null"] {
        let reader = start(line)?;
        thread::sleep(10 * SETTLE);
        hand.key_word("-.-. --.-")?;
        let output = Blocked::start(move || reader.wait_with_output());
        assert_eq!(output.within(PROMPT)??.stdout, b"CQ ", "{line}");
    }
    Ok(())
}

fn a_shell_aborts() -> Result {
    driver::set("wpm", "1")?;
    run("echo SOS > $M; echo 1 > /sys/class/misc/morse/abort")?;
    assert_eq!(Device::open()?.status()?.queued, 0);
    Ok(())
}

fn morse_ip_blinks_the_address() -> Result {
    let alone = start("morse-ip")?.wait_with_output()?;
    assert!(!alone.status.success());
    driver::set("wpm", "100")?;
    let lamp = Lamp::watch()?;
    run("ip link set lo up; ip address add 10.1.0.7/8 dev lo; morse-ip 3600")?;
    thread::sleep(Duration::from_secs(4));
    run("ip address del 10.1.0.7/8 dev lo")?;
    assert_eq!(
        lamp.text(FAST_UNIT)?,
        ".---- ----- .-.-.- .---- .-.-.- ----- .-.-.- --..."
    );
    Ok(())
}
