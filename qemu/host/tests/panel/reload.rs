// SPDX-License-Identifier: GPL-2.0

//! Tests of `make reload`, beside a board that runs.

use std::fs;
use std::process;

use morse_board::config;

use super::{board, morse_run, run, socket, EDGE, KEY};
use crate::fixture;
use crate::run::program;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![changed_modules_are_brought_and_loaded_again]
}

/// The home of root in the guest, where the modules are.
const HOME: &str = "/root";

fn changed_modules_are_brought_and_loaded_again() {
    let dir = tempfile::tempdir().unwrap();
    let built = fixture::config().module_dir;
    let copy = |from: &str, to: &str| {
        let mut image = fs::read(built.join(from)).unwrap();
        // The kernel ignores bytes after the sections.
        image.push(0);
        fs::write(dir.path().join(to), image).unwrap();
    };
    let path = |name: &str| built.join(name);
    for (from, to) in [("morse.ko", "morse.ko"), ("samples/timer.ko", "timer.ko")] {
        fs::copy(path(from), dir.path().join(to)).unwrap();
    }
    let reload = || {
        let output = process::Command::new(program())
            .arg("--reload")
            .env("MORSE_SOCKET", socket())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), text + &errors)
    };
    let (good, text) = reload();
    assert!(
        !good && text.contains("no board of this checkout is running"),
        "{text}"
    );

    let terminal = board(morse_run().env(config::MODULE_DIR, dir.path()), false);
    let (good, text) = reload();
    assert!(good && text.contains("nothing has changed"), "{text}");

    // A sample that is loaded, and one that is new.
    run(&terminal, "insmod timer.ko; echo loaded", "loaded");
    copy("samples/timer.ko", "timer.ko");
    copy("samples/wq.ko", "wq.ko");
    let (good, text) = reload();
    println!("{text}");
    assert!(good, "{text}");
    let insmod = format!("# insmod {HOME}/timer.ko");
    for line in ["# rmmod timer", &insmod, "timer: started", "wq.ko is new"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    run(&terminal, "insmod wq.ko && echo there", "there");

    // The driver keeps its parameters; the panel lets go of it and comes back.
    run(
        &terminal,
        "rmmod morse; insmod morse.ko bottom_half=tasklet && echo again",
        "again",
    );
    copy("morse.ko", "morse.ko");
    run(
        &terminal,
        "sleep 1000 < /dev/morse & sleep 0.5; echo held",
        "held",
    );
    let (good, text) = reload();
    assert!(
        !good && text.contains("rmmod: morse is held by sleep (process "),
        "{text}"
    );
    run(&terminal, "rmmod morse", "rmmod: morse is held by sleep");
    run(&terminal, "killall sleep; echo free", "free");
    fs::copy(path("morse.ko"), dir.path().join("morse.ko")).unwrap();
    let (good, text) = reload();
    println!("{text}");
    assert!(
        good && text.contains("bottom_half=tasklet") && text.contains("bound as /dev/morse"),
        "{text}"
    );
    terminal.mouse(KEY, 1, true);
    terminal.wait_row(EDGE, "hard IRQ → tasklet ");
    terminal.mouse(KEY, 1, false);
    run(
        &terminal,
        "rmmod morse; insmod morse.ko bottom_half=thread && echo threaded",
        "threaded",
    );
    // The panel's events of the new module.
    run(
        &terminal,
        "until grep -q 1 /sys/kernel/tracing/instances/panel/events/morse/enable; do sleep 0.1; done; echo on",
        "on",
    );
    terminal.mouse(KEY, 1, true);
    terminal.wait_row(EDGE, "▼ hard IRQ → thread ");
    terminal.mouse(KEY, 1, false);

    // A module built for another kernel.
    let image = fs::read(path("samples/timer.ko")).unwrap();
    let other = String::from_utf8_lossy(&image).contains("vermagic=");
    assert!(other);
    let at = image
        .windows(9)
        .position(|window| window == b"vermagic=")
        .unwrap();
    let mut image = image;
    image[at + 9] = b'6';
    fs::write(dir.path().join("timer.ko"), image).unwrap();
    let (good, text) = reload();
    assert!(
        !good && text.contains("timer.ko is for kernel 6."),
        "{text}"
    );

    terminal.send("poweroff -f\r");
    assert!(terminal.wait_end().0.success());
    let (good, _) = reload();
    assert!(!good);
}
