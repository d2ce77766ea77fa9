// SPDX-License-Identifier: GPL-2.0

//! The limits of the harm that one user of the device can do to others, see Documentation/security.md.

use std::time::Duration;

use morse_board::driver::{set, SETTINGS};
use morse_board::{transmission, Board, Pace, Result};

use morse_guest::settings::{self, READ_ONLY};

use crate::boards::KEYLESS;
use crate::fixture::skip;
use crate::ktap;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![KEYLESS.loaded =>
        every_file_has_the_mode_that_it_should,
        other_users_cannot_open_it_or_change_a_setting,
        every_byte_of_a_structure_is_written_and_no_address_is_told,
        an_open_file_costs_little_memory,
        the_memory_of_a_file_is_on_the_account_of_its_opener,
        a_write_that_sends_nothing_can_be_interrupted,
        a_sender_leaves_the_processor_to_others,
        waiting_files_do_not_disturb_the_sender,
        the_log_is_not_flooded,
    ]
}

/// Longer than any of these commands takes.
const LIMIT: Duration = Duration::from_secs(300);
/// The shortest unit that can be set.
const UNIT_MIN_US: u64 = 1200;

/// Mode, owner and type of every file that the driver makes.
fn every_file_has_the_mode_that_it_should(board: &mut Board) -> Result<()> {
    let all = board.run(&format!(
        "stat -c '%A %u:%g %n' /dev/morse /sys/kernel/debug /sys/kernel/debug/morse/*; \
         cd {SETTINGS}/ && find . -maxdepth 1 -type f | sort | xargs stat -c '%A %u:%g %n'; \
         ls /sys/module/morse/parameters 2>/dev/null || true"
    ))?;
    let mut expected = vec![
        "crw------- 0:0 /dev/morse".to_owned(),
        "drwx------ 0:0 /sys/kernel/debug".to_owned(),
        "--w------- 0:0 /sys/kernel/debug/morse/key".to_owned(),
    ];
    let to_read = READ_ONLY
        .iter()
        .chain([&"dev"])
        .map(|name| (*name, "-r--r--r--"));
    let to_write = settings::defaults().map(|(name, _)| name).chain(["uevent"]);
    let mut files: Vec<(&str, &str)> = to_read
        .chain(to_write.map(|name| (name, "-rw-r--r--")))
        .chain([(settings::ABORT, "--w-------")])
        .collect();
    files.sort_unstable();
    expected.extend(
        files
            .iter()
            .map(|(name, mode)| format!("{mode} 0:0 ./{name}")),
    );
    assert_eq!(all.lines().collect::<Vec<_>>(), expected);
    Ok(())
}

fn other_users_cannot_open_it_or_change_a_setting(board: &mut Board) -> Result<()> {
    board.run("adduser -D -H somebody 2>/dev/null || echo 'somebody:x:1000:1000::/:/bin/sh' >> /etc/passwd")?;
    for attempt in [
        "cat /dev/morse",
        "echo E > /dev/morse",
        &format!("echo 20 > {SETTINGS}/wpm"),
        &format!("echo E > {SETTINGS}/beacon"),
        &format!("echo 1 > {SETTINGS}/abort"),
        "echo 1 > /sys/kernel/debug/morse/key",
    ] {
        let output = board.execute(&format!("su somebody -c '{attempt}'"), LIMIT)?;
        assert_ne!(output.status, 0, "{attempt}");
        assert!(
            output.text.contains("ermission denied"),
            "{attempt}: {}",
            output.text
        );
    }
    board
        .run(&format!("su somebody -c 'cat {SETTINGS}/wpm'"))
        .map(drop)
}

/// By construction the driver copies out only initialised bytes, see Documentation/security.md; this checks
/// the result.
fn every_byte_of_a_structure_is_written_and_no_address_is_told(board: &mut Board) -> Result<()> {
    ktap::run(board, "stress hostile bytes", LIMIT)?;
    board.run("dmesg -c > /dev/null; echo E > /dev/morse; sleep 1; echo 1 > /sys/kernel/debug/morse/key; sleep 12; echo 0 > /sys/kernel/debug/morse/key; sleep 6")?;
    let told = board.run(&format!(
        "dmesg | grep morse; cd {SETTINGS} && grep -r . . 2>/dev/null; \
         exec 3< /dev/morse; cat /proc/self/fdinfo/3"
    ))?;
    // Addresses of a 64-bit kernel, plain or hashed.
    let is_address = |word: &str| word.len() >= 16 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = told.split(|c: char| !c.is_ascii_alphanumeric());
    let addresses: Vec<&str> = words.filter(|word| is_address(word)).collect();
    assert!(addresses.is_empty(), "{addresses:?} in {told}");
    assert!(
        told.contains("taken for stuck") && told.contains("sent \"E\""),
        "{told}"
    );
    Ok(())
}

fn an_open_file_costs_little_memory(board: &mut Board) -> Result<()> {
    /// Less than an open pipe takes, including the kernel's own part of a file.
    const BOUND: u64 = 1024;
    const BOUND_WITH_SANITIZERS: u64 = 4096;

    let said = ktap::run(board, "stress hostile files 2000", LIMIT)?;
    let bytes: u64 = said.trim().parse().expect("a number");
    note!("{bytes} bytes an open file");
    let bound = match board.has_sanitizers() {
        true => BOUND_WITH_SANITIZERS,
        false => BOUND,
    };
    assert!(bytes <= bound, "{bytes} bytes an open file");
    Ok(())
}

/// The memory of an open file is charged to its opener's cgroup, so that a container cannot use up the
/// memory of others.
fn the_memory_of_a_file_is_on_the_account_of_its_opener(board: &mut Board) -> Result<()> {
    /// Much more than a cgroup without an open file of the device uses.
    const FILES: u64 = 3000;

    let mounted = board.execute("mkdir -p /tmp/cg && mount -t cgroup2 cgroup /tmp/cg", LIMIT)?;
    if mounted.status != 0
        || board
            .run("grep -c memory /tmp/cg/cgroup.controllers || true")?
            .trim()
            != "1"
    {
        skip("this kernel keeps no accounts");
        return Ok(());
    }
    board.run("echo +memory > /tmp/cg/cgroup.subtree_control; mkdir /tmp/cg/a /tmp/cg/b")?;
    let mut charged = |group: &str, node: &str| -> Result<u64> {
        let command = format!(
            "touch /tmp/held; sh -c 'echo $$ > /tmp/cg/{group}/cgroup.procs; exec stress hostile hold {node} {FILES}' > /tmp/held &
             until grep -q held /tmp/held; do sleep 0.1; done
             grep '^slab ' /tmp/cg/{group}/memory.stat; kill $!; wait $!; rm /tmp/held"
        );
        let said = board.execute(&command, LIMIT)?.text;
        let bytes = said.split_whitespace().nth(1).unwrap_or_default();
        Ok(bytes
            .parse()
            .unwrap_or_else(|_| panic!("no slab in {said:?}")))
    };
    let null = charged("a", "/dev/null")?;
    let morse = charged("b", "/dev/morse")?;
    note!(
        "{FILES} files: {} bytes each charged beyond those of /dev/null",
        (morse - null) / FILES
    );
    assert!(morse > null + FILES * 128, "{morse}, {null} for /dev/null");
    Ok(())
}

fn a_write_that_sends_nothing_can_be_interrupted(board: &mut Board) -> Result<()> {
    ktap::run(board, "stress hostile blanks", LIMIT).map(drop)
}

/// On one processor, with a sender that never pauses, at the fastest speed.
fn a_sender_leaves_the_processor_to_others(board: &mut Board) -> Result<()> {
    /// In percent. The keyer spins for at most 100 us of each 1200 us.
    const SHARE_MIN: f64 = 90.0;
    /// The longest time that a task of lowest priority may wait for the processor, in microseconds.
    const STRETCH_MAX_US: u64 = 1000;

    set(board, "unit_us", &UNIT_MIN_US.to_string())?;
    let said = ktap::run(board, "stress hostile starve 4", LIMIT)?;
    let (share, stretch) = said.trim().split_once(' ').expect("two numbers");
    let (share, stretch): (f64, u64) = (share.parse().unwrap(), stretch.parse().unwrap());
    note!("others have {share} % of the processor, and wait {stretch} us at most");
    assert!(board.run("dmesg | grep -c throttl || true")?.trim() == "0");
    if !board.has_sanitizers() {
        assert!(share >= SHARE_MIN && stretch <= STRETCH_MAX_US);
    }
    Ok(())
}

/// A thousand files that wait for every event do not disturb the sender.
fn waiting_files_do_not_disturb_the_sender(board: &mut Board) -> Result<()> {
    /// On the sanitizer kernel waking a thousand tasks takes longer than the shortest mark.
    const UNIT_WITH_SANITIZERS_US: u64 = 12_000;

    let unit_us = match board.has_sanitizers() {
        true => UNIT_WITH_SANITIZERS_US,
        false => UNIT_MIN_US,
    };
    set(board, "unit_us", &unit_us.to_string())?;
    board.run(
        "stress hostile wait 1000 > /tmp/wait & until grep -q wait /tmp/wait; do sleep 0.1; done",
    )?;
    let sending = transmission::send(board, "PARIS 5 PARIS 5", Pace::new(unit_us * 1000))?;
    note!("{sending}");
    assert_eq!(sending.seen.message, sending.sent);
    board.run("killall stress; sleep 1").map(drop)
}

/// The log's lines on many messages of a user, sent, aborted and received.
fn the_log_is_not_flooded(board: &mut Board) -> Result<()> {
    const SECONDS: usize = 30;
    /// Ten messages in five seconds, and a line with the number of suppressed ones.
    const SENT_MAX: usize = (SECONDS / 5 + 1) * 11;
    /// A session ends when the key has rested for five seconds.
    const RECEIVED_MAX: usize = SECONDS / 5;

    board.run(&format!("echo 1000 > {SETTINGS}/wpm; dmesg -c > /dev/null"))?;
    board.run("(stress storm 1 20000; sleep 5; stress storm 2 20000) > /dev/null &")?;
    let said = ktap::run(board, &format!("stress hostile chatter {SECONDS}"), LIMIT)?;
    let messages: u64 = said.trim().parse().expect("a number");
    let lines = board.run("dmesg | grep morse | grep -v morse-board")?;
    let received = lines
        .lines()
        .filter(|line| line.contains("received"))
        .count();
    let sent = lines.lines().count() - received;
    note!("{messages} messages, {sent} lines; {received} lines of sessions");
    assert!(messages > 100, "a stranger does more than that");
    assert!(sent <= SENT_MAX, "{lines}");
    assert!(received <= RECEIVED_MAX, "{lines}");
    board.run("killall stress 2> /dev/null; sleep 7").map(drop)
}
