// SPDX-License-Identifier: GPL-2.0

//! Loads and unloads the driver under traffic in both directions: `contract lifetime` in the guest, and the
//! board's key pressed from outside.

use std::thread;
use std::time::{Duration, Instant};

use morse_board::{Board, Options, Result, Time};

use crate::amount::{self, Amount};
use crate::fixture::lacks_wires;
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![many_lives_under_traffic_cost_nothing]
        .on(&BOARD)
        .long()
}

/// The number of cycles.
const CYCLES: Amount<u32> = Amount::new("MORSE_CYCLES", 15, 1000);

/// A second device, with neither LED nor key, and an LED that shows the messages of the first one.
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

/// Two processors, in real time.
static BOARD: Kind = Kind::new("lifetime", || {
    Options::new(Time::Real).device_tree(DEVICE_TREE)
});

/// Interval at which the test checks whether the guest is done.
const LOOK: Duration = Duration::from_millis(500);
/// The limit for a cycle on a busy host; all of them together have a multiple of it.
const CYCLE_LIMIT: Duration = Duration::from_secs(30);

fn many_lives_under_traffic_cost_nothing() {
    if lacks_wires() {
        return;
    }
    let cycles = CYCLES.get();
    let seed = amount::seed();
    let limit = CYCLE_LIMIT * (cycles + 10);
    BOARD.with(|board| {
        // Built in, or a module.
        board.run("test -d /sys/bus/platform/drivers/leds-gpio || modprobe leds-gpio")?;
        board.run(&format!(
            "(contract lifetime {cycles} {seed}; echo $? > /tmp/status) > /tmp/report 2>&1 &"
        ))?;
        let edges = press_until_done(board, limit)?;
        note!("{}", board.run("cat /tmp/report; exit $(cat /tmp/status)")?);
        note!("the key was pressed and released from outside, {edges} edges");
        let trigger = board.run("cat /sys/class/leds/follower/trigger")?;
        assert!(!trigger.contains("morse"), "{trigger}");
        Ok(())
    });
}

/// Presses and releases the key until the guest has finished.
fn press_until_done(board: &mut Board, limit: Duration) -> Result<u32> {
    let start = Instant::now();
    let mut edges = 0;
    while start.elapsed() < limit {
        let look = Instant::now() + LOOK;
        while Instant::now() < look {
            for pressed in [true, false] {
                board.key(pressed)?;
                edges += 1;
                // Some levels last longer than the debounce time, some do not.
                thread::sleep(Duration::from_millis(u64::from(edges % 7)));
            }
        }
        if board.run("test -e /tmp/status && echo done || true")? == "done\n" {
            break;
        }
    }
    Ok(edges)
}
