// SPDX-License-Identifier: GPL-2.0

//! Tests of `make run` at a terminal, with keyboard and mouse.

mod change;
mod leave;
mod reload;
mod terminal;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use morse_board::config;
use pty_process::blocking::Command;

use crate::fixture;
use crate::run::{children, program};
use crate::runner::test::Tests;
use terminal::Terminal;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        key_is_pressed_by_the_mouse_and_its_text_and_path_are_shown,
        key_is_a_key_of_the_keyboard_where_the_terminal_tells_of_releases,
        key_toggles_elsewhere_and_goes_up_by_itself
    ]
    .in_real_time()
    // These only wait for what the terminal shows.
    .and(
        tests![
            shell_has_the_rest_of_the_terminal_whatever_its_size,
            without_a_key_the_terminal_is_plain,
            kernel_without_virtio_serial,
            board_that_does_not_answer_is_told
        ]
        .waiting(),
    )
    .and(change::tests())
    .and(leave::tests())
    .and(reload::tests())
}

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;
/// The rows of the panel on a terminal of that size.
const TITLE: u16 = 20;
const LED: u16 = 21;
const KEY: u16 = 22;
const EDGE: u16 = 23;
const FOOTER: u16 = 24;

/// A dot that is still decoded as a dot on a busy host.
const DOT: Duration = Duration::from_millis(200);
/// The most attempts to key the text on a busy host.
const ATTEMPTS: u32 = 5;
/// On a quiet host it is a few ms, see README.
const PRESS_BOUND: Duration = Duration::from_millis(500);

fn morse_run() -> Command {
    let config = fixture::config();
    Command::new(program())
        .env(
            config::KERNEL,
            config.vmlinuz.parent().expect("a directory"),
        )
        .env(config::BUSYBOX, config.busybox)
        .env(config::MODULE_DIR, config.module_dir)
        .env_remove("MSG")
        .env_remove("DIAGRAM")
        .env_remove("TIMELINE")
        .env_remove("GDB")
        .env_remove("TIME")
        .env_remove("KEY")
        .env("TERM", "xterm-256color")
        .env("MORSE_SOCKET", socket())
}

/// A socket of this test, apart from that of a developer's own board.
fn socket() -> std::path::PathBuf {
    let test = thread::current().id();
    std::env::temp_dir().join(format!("morse-panel-{}-{test:?}", process::id()))
}

/// Starts it, and waits for the guest's shell.
fn board(command: Command, reports_releases: bool) -> Terminal {
    let terminal = Terminal::start(command, ROWS, COLUMNS, reports_releases);
    terminal.wait_text("board:~#");
    terminal
}

/// Types a command, and waits for a line of its output.
fn run(terminal: &Terminal, command: &str, expected: &str) {
    terminal.send(&format!("clear; {command}\r"));
    terminal.wait_line(expected);
}

/// Waits until the guest knows this size of the terminal, which reaches it on another way than the shell's bytes.
fn has_size(terminal: &Terminal, size: &str) {
    let command = format!("until stty size | grep -qx '{size}'; do usleep 50000; done; stty size");
    run(terminal, &command, size);
}

/// Keys Morse with the mouse, at absolute times. Returns how late the picture of the key was at worst.
fn key(terminal: &Terminal, code: &str) -> Duration {
    let start = Instant::now();
    let mut late = Duration::ZERO;
    let mut edge = |at: Duration, down: bool| {
        thread::sleep(at.saturating_sub(start.elapsed()));
        terminal.mouse(KEY, 10, down);
        terminal.wait_row(KEY, if down { "key ▼ down" } else { "key △ up" });
        late = late.max(start.elapsed().saturating_sub(at));
    };
    let mut at = Duration::ZERO;
    for sign in code.chars() {
        let mark = match sign {
            '.' => DOT,
            '-' => 3 * DOT,
            _ => {
                at += 2 * DOT;
                continue;
            }
        };
        edge(at, true);
        edge(at + mark, false);
        at += mark + DOT;
    }
    late
}

fn key_is_pressed_by_the_mouse_and_its_text_and_path_are_shown() {
    let terminal = board(morse_run(), false);
    terminal.wait_row(KEY, "key △ up");
    assert!(terminal.reports_mouse());
    terminal.wait_row(EDGE, "press the key");

    // A click on another row does not press the key.
    terminal.mouse(LED, 10, true);
    terminal.mouse(LED, 10, false);
    let mut presses = Vec::new();
    for _ in 0..5 {
        terminal.mouse(KEY, 10, true);
        presses.push(terminal.wait_row(KEY, "key ▼ down"));
        terminal.mouse(KEY, 10, false);
        presses.push(terminal.wait_row(KEY, "key △ up"));
    }
    presses.sort();
    println!("from the mouse to the picture: {presses:?}");
    assert!(presses[presses.len() / 2] < PRESS_BOUND);
    terminal.wait_row(EDGE, "edge △ hard IRQ → BH work ");

    // The letter before it is over, and was keyed at no speed at all.
    run(
        &terminal,
        "echo 6 > /sys/class/misc/morse/receive_wpm; echo set",
        "set",
    );
    thread::sleep(10 * DOT);
    run(&terminal, "echo SOS > /dev/morse; echo sent", "sent");
    for attempt in 1..=ATTEMPTS {
        let late = key(&terminal, "... --- ...");
        // If the host kept the speed badly, the text says nothing about the panel.
        if late < DOT / 5 || attempt == ATTEMPTS {
            terminal.wait_row(KEY, "SOS");
            break;
        }
        println!("{late:?} late; again");
        thread::sleep(10 * DOT);
    }
    terminal.wait_row(EDGE, "→ reader ");
    terminal.wait_row(LED, " SOS");
    terminal.wait_row(FOOTER, "LED's last edge ");
    // The picture of README.
    println!("{}", terminal.screen());
    // The lamp is read at the speed that the driver has.
    let slow = "echo 500000 > /sys/class/misc/morse/unit_us; echo EE > /dev/morse; echo set";
    run(&terminal, slow, "set");
    terminal.wait_row(LED, " SOS EE");

    terminal.send("exit\r");
    let (status, screen) = terminal.wait_end();
    assert!(status.success(), "{status}: {screen}");
    assert!(!screen.contains("key △"), "the panel is left: {screen}");
}

fn shell_has_the_rest_of_the_terminal_whatever_its_size() {
    let terminal = board(morse_run(), false);
    has_size(&terminal, "19 80");
    terminal.resize(16, 60);
    has_size(&terminal, "15 60");
    terminal.wait_row(16, "Ctrl-A x leaves");
    terminal.resize(ROWS, COLUMNS);
    has_size(&terminal, "19 80");
    terminal.wait_row(KEY, "key △ up");

    // A guest that never stops writing.
    terminal.send("while :; do dmesg; done\r");
    thread::sleep(Duration::from_secs(1));
    terminal.mouse(KEY, 1, true);
    terminal.wait_row(KEY, "key ▼ down");
    terminal.mouse(KEY, 1, false);
    terminal.wait_row(KEY, "key △ up");
    // The terminal line of the guest drops what it holds then, which may be a prompt or the next command.
    terminal.send("\x03");
    thread::sleep(Duration::from_secs(1));
    terminal.send("\r");
    terminal.wait_line("board:~#");
    // An editor overwrites the whole screen.
    run(&terminal, "vi /etc/profile", "export PATH");
    terminal.wait_row(TITLE, "── /dev/morse ──");
    // Escape belongs to the guest although reports begin with it.
    terminal.send("\x1b");
    thread::sleep(Duration::from_millis(200));
    terminal.send(":q\r");
    run(&terminal, "echo b'a'ck", "back");

    let qemu = children(terminal.pid());
    assert!(!qemu.is_empty());
    assert!(!terminal.hang_up().success());
    for pid in qemu {
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }
}

fn key_is_a_key_of_the_keyboard_where_the_terminal_tells_of_releases() {
    let terminal = board(morse_run(), true);
    terminal.send("\x01k");
    terminal.wait_row(TITLE, "the space bar is the key");
    assert!(terminal.written().contains("\x1b[>10u"));
    // The release of the command's key.
    terminal.send("\x1b[107;1:3u");
    terminal.send("\x1b[32u");
    terminal.wait_row(KEY, "key ▼ down");
    terminal.send("\x1b[32;1:3u");
    terminal.wait_row(KEY, "key △ up");
    terminal.send("\x1b[113u");
    terminal.wait_row(TITLE, "── /dev/morse ──");
    assert!(terminal.written().contains("\x1b[<u"));
    run(&terminal, "echo t'y'ped", "typed");
    terminal.send("\x01x");
    assert!(terminal.wait_end().0.success());
}

fn key_toggles_elsewhere_and_goes_up_by_itself() {
    let terminal = board(morse_run(), false);
    terminal.send("\x01k");
    terminal.wait_row(KEY, "key ▼ down");
    terminal.send("\x01k");
    terminal.wait_row(KEY, "key △ up");
    terminal.mouse(KEY, 1, true);
    terminal.wait_row(KEY, "key ▼ down");
    let held = terminal.wait_row(KEY, "key △ up");
    assert!(held > Duration::from_secs(9), "{held:?}");
    terminal.wait_row(TITLE, "went up by itself");

    // The log is shown by the host at once, so the guest must have cleared the screen before.
    terminal.send("clear; echo clea''red\r");
    terminal.wait_row(1, "cleared");
    terminal.send("\x01l");
    terminal.wait_text("morse morse: bound as /dev/morse");
    // The kernel's first complaint is shown at once, and again in the end.
    terminal.send("echo c > /proc/sysrq-trigger\r");
    let (status, written) = terminal.wait_end_written();
    assert!(!status.success(), "{written}");
    let (_, told) = written
        .split_once("The board's kernel complained:")
        .expect("complaints");
    let first = told.lines().nth(1).unwrap_or_default();
    assert!(
        first.contains("Kernel panic - not syncing: sysrq"),
        "{told}"
    );
}

fn without_a_key_the_terminal_is_plain() {
    let terminal = board(morse_run().env("KEY", "none"), true);
    has_size(&terminal, "23 80");
    terminal.wait_row(24, "Ctrl-A x leaves");
    assert!(!terminal.reports_mouse());
    assert!(!terminal.written().contains("\x1b[?u"));
    // A report that a program of the guest may have asked for.
    run(&terminal, "stty -icanon; dd bs=1 count=9 | od -c", "");
    thread::sleep(Duration::from_millis(500));
    terminal.mouse(5, 5, true);
    terminal.wait_text("[   <   0   ;   5   ;   5   M");
    terminal.send("\x01x");
    assert!(terminal.wait_end().0.success());
}

fn board_that_does_not_answer_is_told() {
    let terminal = board(morse_run(), false);
    terminal.wait_row(KEY, "key △ up");
    let qemu = children(terminal.pid());
    for pid in &qemu {
        let stop = process::Command::new("sh")
            .args(["-c", &format!("kill -s STOP {pid}")])
            .status();
        assert!(stop.is_ok_and(|status| status.success()));
    }
    terminal.send("\x01x");
    let (status, written) = terminal.wait_end_written();
    assert!(!status.success(), "{written}");
    assert!(
        written.contains("The board does not answer any more.")
            && written.contains("morse morse: bound as"),
        "{written}"
    );
    for pid in qemu {
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }
}

/// As that of the sanitizers.
fn kernel_without_virtio_serial() {
    let dir = tempfile::tempdir().unwrap();
    let kernel = fixture::config().vmlinuz;
    let kernel = kernel.parent().unwrap();
    for name in ["vmlinuz", "release", "arch"] {
        symlink(kernel.join(name), dir.path().join(name)).unwrap();
    }
    let modules = dir.path().join("modules");
    fs::create_dir(&modules).unwrap();
    for name in ["kernel", "modules.order"] {
        symlink(kernel.join("modules").join(name), modules.join(name)).unwrap();
    }
    let builtin = fs::read_to_string(kernel.join("modules/modules.builtin")).unwrap();
    fs::write(
        modules.join("modules.builtin"),
        builtin.replace("virtio", "other"),
    )
    .unwrap();
    let terminal = board(morse_run().env(config::KERNEL, dir.path()), false);
    terminal.mouse(KEY, 1, true);
    terminal.wait_row(KEY, "key ▼ down");
    terminal.mouse(KEY, 1, false);
    terminal.wait_row(KEY, "key △ up");
    terminal.send("\x01r");
    terminal.wait_row(TITLE, "this kernel has no virtio-serial");
    terminal.send("exit\r");
    assert!(terminal.wait_end().0.success());
}
