// SPDX-License-Identifier: GPL-2.0
// scripts/test: long

//! The driver comes and goes under traffic in both directions: `contract lifetime` in the guest, and
//! the key of the board pressed from outside.

#[path = "common/environment.rs"]
mod environment;
#[path = "common/seed.rs"]
mod seed;

use std::thread;
use std::time::{Duration, Instant};

use morse_board::fixture::lacks_wires;
use morse_board::{Board, Config, Options, Result, Time};

use environment::number;
use seed::seed;

/// How many cycles; another number in this variable.
const CYCLES: (&str, u32) = ("MORSE_CYCLES", 15);

/// A second device, with neither LED nor key, and a LED that shows what the first one sends.
const DEVICE_TREE: &str = "
/ {
	morse-simulated {
		compatible = \"gpio-morse\";
	};
	leds {
		compatible = \"gpio-leds\";
		led-0 {
			label = \"follower\";
			gpios = <&{/pl061@9030000} 3 0>;
			linux,default-trigger = \"morse\";
		};
	};
};
";

/// How often the test looks whether the guest is done.
const LOOK: Duration = Duration::from_millis(500);
/// What a cycle may take on a busy host; all of them together have a multiple of it.
const CYCLE_LIMIT: Duration = Duration::from_secs(30);

#[test]
#[ignore = "needs a board: make test"]
fn many_lives_under_traffic_cost_nothing() {
    if lacks_wires() {
        return;
    }
    let cycles = number(CYCLES.0, CYCLES.1);
    let seed = seed();
    let limit = CYCLE_LIMIT * (cycles + 10);
    let options = Options::new(Time::Real).device_tree(DEVICE_TREE);
    let result = Config::from_env()
        .and_then(|config| Board::boot(&config, options))
        .and_then(|mut board| {
            // Built in, or a module.
            board.run("test -d /sys/bus/platform/drivers/leds-gpio || modprobe leds-gpio")?;
            board.run(&format!(
                "(contract lifetime {cycles} {seed}; echo $? > /tmp/status) > /tmp/report 2>&1 &"
            ))?;
            let edges = press_until_done(&mut board, limit)?;
            print!("{}", board.run("cat /tmp/report; exit $(cat /tmp/status)")?);
            println!("the key was pressed and released from outside, {edges} edges");
            let trigger = board.run("cat /sys/class/leds/follower/trigger")?;
            assert!(!trigger.contains("morse"), "{trigger}");
            board.check_log()?;
            board.check_leaks()
        });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Presses and releases the key until the guest has a status to tell.
fn press_until_done(board: &mut Board, limit: Duration) -> Result<u32> {
    let start = Instant::now();
    let mut edges = 0;
    while start.elapsed() < limit {
        let look = Instant::now() + LOOK;
        while Instant::now() < look {
            for pressed in [true, false] {
                board.key(pressed)?;
                edges += 1;
                // Some last longer than debouncing, some do not.
                thread::sleep(Duration::from_millis(u64::from(edges % 7)));
            }
        }
        if board.run("test -e /tmp/status && echo done || true")? == "done\n" {
            break;
        }
    }
    Ok(edges)
}
