// SPDX-License-Identifier: GPL-2.0

//! The sample that types keyed text, seen as a program sees a keyboard.

use morse_board::driver::set;
use morse_board::{Options, Time};

use super::{key_letters, RECEIVE_WPM, SLEEPING_KEY};
use crate::fixture::lacks_modules;
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![keyed_text_is_typed].on(&TYPING)
}

/// The modules by which programs make keyboards.
const MODULES: [&str; 2] = ["evdev", "uinput"];

static TYPING: Kind = Kind::new("typing", || {
    MODULES
        .iter()
        .fold(Options::new(Time::Virtual), |options, name| {
            options.stock_module(name)
        })
        .device_tree(SLEEPING_KEY)
});

/// Events of keys, and the keys of the test, as `input-event-codes.h` numbers them.
const EV_KEY: u16 = 1;
const C: u16 = 46;
const Q: u16 = 16;
const SLASH: u16 = 53;
const SHIFT: u16 = 42;
const SPACE: u16 = 57;

fn keyed_text_is_typed() {
    // C, Q and a question mark, which is the shifted slash. A word's end is typed, a session's is not.
    const LETTERS: [&str; 3] = ["3 1 3 1", "3 3 1 3", "1 1 3 3 1 1"];
    const TYPED: [(u16, u16); 10] = [
        (C, 1),
        (C, 0),
        (Q, 1),
        (Q, 0),
        (SHIFT, 1),
        (SLASH, 1),
        (SHIFT, 0),
        (SLASH, 0),
        (SPACE, 1),
        (SPACE, 0),
    ];
    if lacks_modules(&MODULES) {
        return;
    }
    TYPING.with(|board| {
        board.run("test -d /sys/bus/platform/drivers/gpio-sim || modprobe gpio-sim")?;
        board.run("modprobe uinput && modprobe evdev && insmod morse.ko")?;
        set(board, "receive_wpm", RECEIVE_WPM)?;
        board.run("morse-keyboard > /tmp/said 2>&1 & sleep 1")?;
        let name = board.run("cat /tmp/said; cat /sys/class/input/event0/device/name")?;
        assert_eq!(name, "morse\n");
        board.run("cat /dev/input/event0 > /tmp/typed &")?;
        key_letters(board, &LETTERS)?;
        // A struct input_event begins with two `long` of time.
        let words = if board.machine().arch == "armhf" {
            8
        } else {
            12
        };
        let typed = board.run(&format!(
            "sleep 6; killall cat morse-keyboard; cat /tmp/said; \
             hexdump -v -e '{words}/2 \"%u \" \"\\n\"' /tmp/typed"
        ))?;
        let events = typed.lines().map(|line| {
            let words: Vec<u16> = line
                .split_whitespace()
                .map(|word| word.parse().expect("a number"))
                .collect();
            (
                words[words.len() - 4],
                words[words.len() - 3],
                words[words.len() - 2],
            )
        });
        let keys: Vec<_> = events
            .filter(|(kind, ..)| *kind == EV_KEY)
            .map(|(_, code, value)| (code, value))
            .collect();
        assert_eq!(keys, TYPED, "{typed}");
        board
            .run("rmmod morse && (rmmod gpio-sim || true)")
            .map(drop)
    });
}
