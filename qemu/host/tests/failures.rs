// SPDX-License-Identifier: GPL-2.0

//! A failure of a board gives an error with the console's last lines, and leaves nothing running.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use morse_board::machine::{Gpio, Machine};
use morse_board::{Board, Config, Error, Options, Time};

use crate::fixture::config;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_board_that_goes_away_is_told,
        a_kernel_that_is_none_does_not_boot,
        a_guest_without_programs_panics,
        missing_and_refusing_emulators_are_told,
        wrong_device_tree_source_is_told,
        a_module_built_for_another_kernel_is_refused
    ]
    .and(tests![a_hung_command_is_given_up_and_a_panic_is_told].in_real_time())
}

const SHORT: Duration = Duration::from_secs(1);

fn boot(options: Options) -> Board {
    Board::boot(&config(), options).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a board that must not boot.
fn no_board(config: &Config, options: Options) -> Error {
    match Board::boot(config, options) {
        Ok(_) => panic!("booted all the same"),
        Err(error) => error,
    }
}

fn is_gone(pid: u32) -> bool {
    !Path::new(&format!("/proc/{pid}")).exists()
}

fn a_hung_command_is_given_up_and_a_panic_is_told() {
    let mut board = boot(Options::default());
    let pid = board.pid();

    let start = Instant::now();
    let error = board.execute("echo before; sleep 1000", SHORT).unwrap_err();
    assert!(
        start.elapsed() < SHORT + Duration::from_secs(5),
        "took {:?}",
        start.elapsed()
    );
    let text = error.to_string();
    assert!(matches!(error, Error::Timeout { .. }), "{text}");
    assert!(
        text.contains("`echo before; sleep 1000` did not end within 1s"),
        "{text}"
    );
    assert_eq!(board.run("echo still here").unwrap(), "still here\n");

    let error = board
        .run("echo no such luck; exit 3")
        .unwrap_err()
        .to_string();
    assert!(error.contains("status 3: no such luck"), "{error}");

    // Without the module nothing lights the lamp.
    let error = board
        .lamp()
        .wait_message(0, SHORT, SHORT)
        .unwrap_err()
        .to_string();
    assert!(error.contains("the lamp did not go on"), "{error}");

    board
        .run("echo 'WARNING: of this test' > /dev/kmsg")
        .unwrap();
    assert!(matches!(board.check_log(), Err(Error::Complaints(lines)) if lines.len() == 1));
    board.check_log().expect("told once");

    let error = board.run("echo c > /proc/sysrq-trigger").unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Panic { .. }), "{text}");
    assert!(
        text.contains("sysrq triggered crash") && text.contains("  | "),
        "{text}"
    );
    let error = board.run("true").unwrap_err();
    assert!(matches!(error, Error::Panic { .. }), "still known: {error}");
    drop(board);
    assert!(is_gone(pid));
}

fn a_board_that_goes_away_is_told() {
    let mut board = boot(Options::new(Time::Virtual));
    let error = board.run("poweroff -f").unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Gone { .. }), "{text}");
    assert!(text.contains("QEMU ended (exit status: 0)"), "{text}");

    let how = boot(Options::default()).power_off().unwrap();
    assert!(how.contains("exit status: 0"), "{how}");
}

fn a_kernel_that_is_none_does_not_boot() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, "not a kernel").unwrap();
    let config = Config {
        vmlinuz: file.path().to_owned(),
        ..config()
    };
    let error = no_board(&config, Options::default().boot_limit(SHORT));
    let text = error.to_string();
    assert!(matches!(error, Error::NoBoot { .. }), "{text}");
    assert!(
        text.contains("no shell within 1s") && text.contains("the console was silent"),
        "{text}"
    );
}

fn a_guest_without_programs_panics() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, "not busybox").unwrap();
    let config = Config {
        busybox: file.path().to_owned(),
        ..config()
    };
    let error = no_board(&config, Options::default());
    let text = error.to_string();
    assert!(matches!(error, Error::Panic { .. }), "{text}");
    assert!(text.contains("No working init found"), "{text}");
}

fn missing_and_refusing_emulators_are_told() {
    fn with(change: impl FnOnce(&mut Machine)) -> Error {
        let config = config();
        let known = config.machine;
        let mut machine = Machine {
            gpio: None,
            ..*known
        };
        change(&mut machine);
        let config = Config {
            machine: Box::leak(Box::new(machine)),
            ..config
        };
        no_board(&config, Options::default())
    }
    let error = with(|machine| machine.qemu = "qemu-system-none");
    let text = error.to_string();
    assert!(matches!(error, Error::Program { .. }), "{text}");
    assert!(
        text.contains("qemu-system-none") && text.contains("make"),
        "{text}"
    );

    let error = with(|machine| machine.cpu = "abacus");
    let text = error.to_string();
    assert!(matches!(error, Error::NoBoot { .. }), "{text}");
    assert!(text.contains("abacus"), "{text}");

    let error = with(|machine| {
        machine.cpu = "abacus";
        machine.gpio = Some(Gpio {
            qom_type: "pl061",
            lamp: 0,
            key: 5,
            device_tree: "",
        });
    });
    let text = error.to_string();
    assert!(matches!(error, Error::Tool { .. }), "{text}");
    assert!(text.contains("abacus"), "{text}");
}

fn wrong_device_tree_source_is_told() {
    let error = no_board(&config(), Options::default().device_tree("/ { oops };"));
    let text = error.to_string();
    assert!(
        matches!(&error, Error::Tool { program, .. } if program == "dtc"),
        "{text}"
    );
    assert!(text.contains("syntax error"), "{text}");
}

fn a_module_built_for_another_kernel_is_refused() {
    let config = Config {
        release: "1.2.3-other".into(),
        modules: None,
        ..config()
    };
    let error = no_board(&config, Options::default());
    let text = error.to_string();
    assert!(matches!(error, Error::Module { .. }), "{text}");
    assert!(
        text.contains("1.2.3-other") && text.contains("make"),
        "{text}"
    );
}
