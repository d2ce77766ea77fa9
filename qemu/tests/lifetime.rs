// SPDX-License-Identifier: GPL-2.0
// scripts/test: long

//! The driver comes and goes under traffic in both directions: `contract lifetime` in the guest, and
//! the key of the board pressed from outside.

use std::env;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use morse_board::fixture::lacks_wires;
use morse_board::{Board, Config, Options, Result, Time};

/// How many cycles; another number in this variable.
const CYCLES: (&str, &str) = ("MORSE_CYCLES", "15");
/// The variable for the seed of a run that is to be repeated.
const SEED: &str = "MORSE_SEED";

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
    let cycles = env::var(CYCLES.0).unwrap_or_else(|_| CYCLES.1.to_owned());
    let seed = env::var(SEED).unwrap_or_else(|_| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |now| now.as_secs()).to_string()
    });
    println!(
        "again with the same instants: {SEED}={seed} {}={cycles}",
        CYCLES.0
    );
    let limit = CYCLE_LIMIT * (cycles.parse::<u32>().expect("a number of cycles") + 10);
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
