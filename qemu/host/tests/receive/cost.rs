// SPDX-License-Identifier: GPL-2.0

//! The cost of the top half, in instructions.
//!
//! In virtual time an instruction takes a nanosecond, and the clock of this board counts each. The kernel's
//! tracepoints are right before and after the handler; an interrupt whose handler does nothing gives their
//! own cost.

use morse_board::driver::{numbers, MECHANISMS, SIMULATED_KEY};
use morse_board::{Board, Options, Result, Time};

use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![the_top_half_takes_some_hundred_instructions].on(&BOARD)
}

/// A second transceiver, without lines of its own: it has a simulated key.
const DEVICE_TREE: &str = "
/ {
	morse-without-lines {
		compatible = \"gpio-morse\";
	};
};
";
/// The file of debugfs that is the key of the second one.
const SECOND_KEY: &str = "/sys/kernel/debug/morse1/key";
/// The number of interrupts of each kind. A press from outside takes the host a while.
const COUNT: usize = 50;
/// The bound for the median of the top half, in instructions beyond an empty handler: a quarter more than
/// measured when this was written, 720 with a key on a line and 530 with a simulated one.
const BOUND: u64 = 900;

static BOARD: Kind = Kind::new("counted", || {
    Options::new(Time::Virtual)
        .counter_hz(1_000_000_000)
        .device_tree(DEVICE_TREE)
});

/// How long the handlers of interrupts took, in ns.
struct Costs(Vec<u64>);

impl Costs {
    const TRACEFS: &str = "/sys/kernel/tracing";

    /// Measures every interrupt of this name while `raise` raises some.
    fn measure(
        board: &mut Board,
        name: &str,
        raise: impl FnOnce(&mut Board) -> Result<()>,
    ) -> Result<Self> {
        let entry = format!("hist:keys=irq:begun=common_timestamp if name == \"{name}\"");
        let exit = "hist:keys=irq:took=common_timestamp-$begun:onmatch(irq.irq_handler_entry).trace(handler_took,$took)";
        board.run(&format!(
            "cd {tracefs} && echo 0 > tracing_on && echo mono > trace_clock && \
             echo 'handler_took u64 ns' > synthetic_events && \
             echo '{entry}' > events/irq/irq_handler_entry/trigger && \
             echo '{exit}' > events/irq/irq_handler_exit/trigger && \
             echo 1 > events/synthetic/handler_took/enable && echo > trace && echo 1 > tracing_on",
            tracefs = Self::TRACEFS
        ))?;
        raise(board)?;
        let trace = board.run(&format!(
            "cd {tracefs} && grep -o 'handler_took: ns=.*' trace; echo 0 > events/synthetic/handler_took/enable && \
             echo '!{exit}' > events/irq/irq_handler_exit/trigger && \
             echo '!{entry}' > events/irq/irq_handler_entry/trigger && echo > synthetic_events",
            tracefs = Self::TRACEFS
        ))?;
        let mut costs: Vec<u64> = trace
            .lines()
            .filter_map(|line| line.strip_prefix("handler_took: ns=")?.trim().parse().ok())
            .collect();
        costs.sort_unstable();
        Ok(Costs(costs))
    }

    fn median(&self) -> u64 {
        self.0[self.0.len() / 2]
    }

    /// Notes the cost without that of measuring, and returns its median.
    fn beyond(&self, empty: &Costs, name: &str) -> u64 {
        assert_eq!(self.0.len(), COUNT, "{name}");
        let net = |cost: u64| cost.saturating_sub(empty.median());
        let (least, most) = (net(self.0[0]), net(self.0[COUNT - 1]));
        let median = net(self.median());
        note!("{name}: {median} instructions, {least} to {most}");
        median
    }
}

fn the_top_half_takes_some_hundred_instructions() {
    for mechanism in MECHANISMS {
        BOARD.with_driver(&format!("softirq={mechanism}"), |board| {
            if board.has_sanitizers() {
                // The count would include the work of the sanitizers.
                return Ok(());
            }
            board.run("insmod empty_irq.ko")?;
            let empty = Costs::measure(board, "empty-irq", |board| {
                board
                    .run(&format!(
                        "echo {COUNT} > /sys/module/empty_irq/parameters/raise"
                    ))
                    .map(drop)
            })?;
            board.run("rmmod empty_irq")?;
            empty.beyond(&empty, "an empty handler");

            let simulated = Costs::measure(board, "morse-key", |board| {
                board
                    .run(&format!("morse-key {SECOND_KEY} storm {COUNT} 1000"))
                    .map(drop)
            })?;
            // The key on the line is pressed from outside, at any time of the guest.
            let line = Costs::measure(board, "morse-key", |board| {
                for edge in 0..COUNT {
                    board.key(edge % 2 == 0)?;
                    // So that no two edges become one.
                    board.run(":")?;
                }
                Ok(())
            })?;
            board.run(&format!("! test -e {SIMULATED_KEY}"))?;
            assert_eq!(numbers(board)?["edges"], COUNT as u64);
            for (costs, key) in [(&simulated, "a simulated key"), (&line, "a key on a line")] {
                let median = costs.beyond(&empty, &format!("softirq={mechanism}, {key}"));
                assert!((1..=BOUND).contains(&median), "{median} instructions");
            }
            Ok(())
        });
    }
}
