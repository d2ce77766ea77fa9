// SPDX-License-Identifier: GPL-2.0

//! A board that goes down in the middle of a mark.

use std::time::Duration;

use morse_board::Board;

use crate::boards::REAL;
use crate::fixture::{config, lacks_wires};
use crate::runner::test::Tests;

use super::sleep::pass;

/// The tests here.
pub fn tests() -> Tests {
    tests![lamp_is_dark_when_the_board_has_gone_down].in_real_time()
}

fn lamp_is_dark_when_the_board_has_gone_down() {
    if lacks_wires() {
        return;
    }
    let mut commands = vec!["halt -f", "poweroff -f", "reboot -f"];
    if config().machine.arch == "arm64" {
        commands.push("stress kexec");
    }
    for command in commands {
        let mut board = Board::boot(&config(), REAL.options()).expect("it boots");
        let before = board.lamp().count();
        board
            .run("insmod morse.ko; echo 1 > /sys/class/misc/morse/wpm; echo TTTT > /dev/morse")
            .expect("it sends");
        assert!(board.lamp().wait_edge(before, Duration::from_secs(2)));
        board
            .run(&format!(
                "setsid sh -c 'sleep 0.3; {command}' > /dev/null 2>&1 &"
            ))
            .expect("it goes down");
        // Less than a dash.
        pass(Duration::from_millis(2500));
        assert!(!board.lamp().is_on(), "{command} left the lamp lit");
        // A board that has not gone down was dark between two marks.
        let alive = board.execute("true", Duration::from_secs(5));
        assert!(alive.is_err(), "{command} was ignored");
    }
}
