// SPDX-License-Identifier: GPL-2.0

//! Hardware that is described wrongly, belongs to another driver, or comes later.

mod devices;

use std::time::Duration;

use morse_board::board::COMMAND_LIMIT;
use morse_board::{Board, Options, Result, Time};

use crate::runner::test::{Kind, Tests};
use devices::Outcome::{Absent, Bound, Deferred, Refused};
use devices::{device_tree, DEVICES, EAGAIN, EBUSY, LATE};

/// The tests here.
pub fn tests() -> Tests {
    tests![with_driver =>
        each_description_binds_waits_or_is_refused,
        a_line_that_somebody_else_has_is_busy_until_it_is_given_back,
        a_device_that_is_refused_never_appears,
        a_device_waits_for_its_line_and_goes_with_it,
        what_a_device_waits_for_may_come_when_the_driver_is_gone,
    ]
    .and(tests![a_line_that_dies_in_use_does_no_harm])
    .on(&BOARD)
}

/// Probing all these devices takes a while on a busy host.
const LONG: Duration = Duration::from_secs(300);

const DRIVER: &str = "/sys/bus/platform/drivers/morse";
const CHIP_DRIVER: &str = "/sys/bus/platform/drivers/gpio-sim";
const CHIP: &str = "gpio-sim";

static BOARD: Kind = Kind::new("hardware", || {
    Options::new(Time::Virtual).device_tree(&device_tree())
});

/// Runs a test on the board with the chip there and the driver loaded, and checks that it left no complaint
/// behind, and the module can be unloaded.
fn with_driver(test: impl FnOnce(&mut Board) -> Result<()>) {
    BOARD.with(|board| {
        // Built in, or a module.
        board.run(&format!("test -d {CHIP_DRIVER} || modprobe gpio-sim"))?;
        board.run("dmesg -c > /dev/null")?;
        load(board)?;
        test(board)?;
        unload(board)
    });
}

/// Loads the driver, which then probes all the devices.
fn load(board: &mut Board) -> Result<()> {
    board.execute("insmod morse.ko", LONG)?.success("insmod")?;
    Ok(())
}

fn unload(board: &mut Board) -> Result<()> {
    board.execute("rmmod morse", LONG)?.success("rmmod")?;
    Ok(())
}

/// Makes the driver core bind or unbind a device; returns the shell's message if that failed.
fn driver_core(board: &mut Board, driver: &str, verb: &str, device: &str) -> Result<String> {
    let command = format!("echo {device} 2>&1 > {driver}/{verb}");
    Ok(board.execute(&command, LONG)?.text)
}

fn bind(board: &mut Board, device: &str) -> Result<String> {
    driver_core(board, DRIVER, "bind", device)
}

fn is_bound(board: &mut Board, device: &str) -> Result<bool> {
    Ok(board
        .execute(&format!("test -e {DRIVER}/{device}"), COMMAND_LIMIT)?
        .status
        == 0)
}

/// Returns the log's lines about a device since the driver was loaded.
fn log_of(board: &mut Board, device: &str) -> Result<String> {
    board.run(&format!("dmesg | grep ' {device}: ' || true"))
}

fn each_description_binds_waits_or_is_refused(board: &mut Board) -> Result<()> {
    // The driver core tries deferred devices again whenever a device was bound; they stay deferred.
    board.run("sleep 1")?;
    for (device, _, outcome) in DEVICES {
        let log = log_of(board, device)?;
        note!("{log}");
        let is_bound = is_bound(board, device)?;
        assert_eq!(is_bound, matches!(outcome, Bound(_)), "{device}");
        match outcome {
            Bound(parts) => {
                assert!(
                    log.contains(&format!(", with {parts}\n")),
                    "{device}: {log}"
                );
            }
            Refused(why) => {
                assert!(log.contains(": error -"), "{device}: {log}");
                let answer = bind(board, device)?;
                assert!(answer.contains(why), "{device}: {answer}");
            }
            Deferred => {
                let waiting = board.run("cat /sys/kernel/debug/devices_deferred")?;
                assert!(
                    waiting.contains(&format!("{device}\t")),
                    "{device}: {waiting}"
                );
                let answer = bind(board, device)?;
                assert!(answer.contains(EAGAIN), "{device}: {answer}");
            }
            Absent => {
                board.run(&format!("! test -e /sys/bus/platform/devices/{device}"))?;
            }
        }
    }
    Ok(())
}

fn a_line_that_somebody_else_has_is_busy_until_it_is_given_back(board: &mut Board) -> Result<()> {
    // Lines 1 and 4 of the board's controller, through the kernel's own interface.
    let chip = board.run("cd /sys/class/gpio && grep -l pl061 gpiochip*/label | head -n 1")?;
    let chip = chip.trim().trim_end_matches("/label");
    let base = board.run(&format!("cat /sys/class/gpio/{chip}/base"))?;
    let base: u32 = base.trim().parse().expect("a number");
    for (device, line) in [("led-only", base + 1), ("key-only", base + 4)] {
        board.run(&format!("echo {device} > {DRIVER}/unbind"))?;
        board.run(&format!("echo {line} > /sys/class/gpio/export"))?;
        for _ in 0..2 {
            let answer = bind(board, device)?;
            assert!(answer.contains(EBUSY), "{device}: {answer}");
            assert!(!is_bound(board, device)?);
        }
        board.run(&format!("echo {line} > /sys/class/gpio/unexport"))?;
        assert_eq!(bind(board, device)?, "");
        assert!(is_bound(board, device)?);
    }
    Ok(())
}

/// A refused device must not appear even for a moment: a program might open it.
fn a_device_that_is_refused_never_appears(board: &mut Board) -> Result<()> {
    // The kernel announces each device that comes and goes, and numbers its announcements.
    let announced = |board: &mut Board, device: &str| -> Result<u64> {
        let number = |board: &mut Board| board.run("cat /sys/kernel/uevent_seqnum");
        let before = number(board)?;
        bind(board, device)?;
        let after = number(board)?;
        let parse = |text: String| text.trim().parse::<u64>().expect("a number");
        Ok(parse(after) - parse(before))
    };
    for (device, _, outcome) in DEVICES {
        if matches!(outcome, Refused(_)) {
            assert_eq!(announced(board, device)?, 0, "{device} appeared");
        }
    }
    // A bound device is announced.
    board.run(&format!("echo led-only > {DRIVER}/unbind"))?;
    assert!(announced(board, "led-only")? > 0);
    Ok(())
}

/// Whether the driver core knows that the device needs its chip. It forgets that when the chip has gone
/// once.
fn is_linked(board: &mut Board) -> Result<bool> {
    let links = "ls -d /sys/class/devlink/*--platform:late | grep gpio";
    Ok(board.execute(links, COMMAND_LIMIT)?.status == 0)
}

fn a_device_waits_for_its_line_and_goes_with_it(board: &mut Board) -> Result<()> {
    if is_linked(board)? {
        assert!(is_bound(board, LATE)?);
        assert_eq!(driver_core(board, CHIP_DRIVER, "unbind", CHIP)?, "");
        assert!(!is_bound(board, LATE)?, "gone with its line");
    } else {
        unload(board)?;
        assert_eq!(driver_core(board, CHIP_DRIVER, "unbind", CHIP)?, "");
        load(board)?;
    }
    let answer = bind(board, LATE)?;
    assert!(answer.contains(EAGAIN), "{answer}");
    // Unload the driver while the device is deferred, and load it again.
    for _ in 0..2 {
        unload(board)?;
        load(board)?;
        assert!(!is_bound(board, LATE)?);
    }
    assert_eq!(driver_core(board, CHIP_DRIVER, "bind", CHIP)?, "");
    board.run("sleep 1")?;
    assert!(is_bound(board, LATE)?, "its line is there");
    Ok(())
}

fn what_a_device_waits_for_may_come_when_the_driver_is_gone(board: &mut Board) -> Result<()> {
    unload(board)?;
    assert_eq!(driver_core(board, CHIP_DRIVER, "unbind", CHIP)?, "");
    load(board)?;
    assert!(!is_bound(board, LATE)?);
    unload(board)?;
    assert_eq!(driver_core(board, CHIP_DRIVER, "bind", CHIP)?, "");
    board.run("sleep 1")?;
    load(board)?;
    assert!(is_bound(board, LATE)?);
    Ok(())
}

fn a_line_that_dies_in_use_does_no_harm() {
    let test = |board: &mut Board| {
        if is_linked(board)? {
            // Make the driver core forget the link.
            driver_core(board, CHIP_DRIVER, "unbind", CHIP)?;
            driver_core(board, CHIP_DRIVER, "bind", CHIP)?;
            assert_eq!(bind(board, LATE)?, "");
        }
        assert!(is_bound(board, LATE)?);
        assert_eq!(driver_core(board, CHIP_DRIVER, "unbind", CHIP)?, "");
        assert!(is_bound(board, LATE)?, "with a line that is dead");
        board.run(&format!(
            "echo SOS > /dev/$(ls /sys/devices/platform/{LATE}/misc) && sleep 8"
        ))?;
        let log = log_of(board, LATE)?;
        assert!(log.contains("sent \"SOS\""), "{log}");
        unload(board)?;
        // Show that the leak detector works: gpiolib itself has leaked the label of the line.
        if let Some(leaks) = board.leaks()? {
            let found = leaks
                .iter()
                .any(|object| object.contains("gpiod_request_commit+"));
            assert!(found, "{leaks:?}");
            board.expect_complaints(&[Board::LEAK_IN_LOG])?;
        }
        assert_eq!(driver_core(board, CHIP_DRIVER, "bind", CHIP)?, "");
        load(board)
    };
    with_driver(test);
}
