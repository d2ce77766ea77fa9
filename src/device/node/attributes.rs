// SPDX-License-Identifier: GPL-2.0

//! The files under `/sys/class/misc/morse/`; see `Documentation/ABI/testing/sysfs-class-misc-morse`.

use super::file::Port;
use crate::code::{Decimal, OutOfRange, Timing};
use crate::device::receive::line::Counts;
use crate::linux::sysfs::{Attribute, Output};
use kernel::prelude::*;

/// Changes the timing; a value out of range is `EINVAL` and changes nothing.
fn set(port: &Port, text: &str, setter: fn(&mut Timing, u32) -> Result<(), OutOfRange>) -> Result {
    setter(&mut port.transmitter.timing.lock(), number(text)?).map_err(|OutOfRange| EINVAL)
}

/// Reads a decimal number.
fn number(text: &str) -> Result<u32> {
    text.parse().map_err(|_| EINVAL)
}

/// Prints what may grow beyond 32 bits.
fn print(out: &mut Output<'_>, number: u64) -> Result {
    out.print(fmt!("{}", Decimal(number)))
}

/// What became of the edges.
fn counts(port: &Port) -> Counts {
    port.receiver.listener.lock().counts()
}

/// All attributes.
pub(crate) static ATTRIBUTES: [Attribute<Port>; 25] = [
    Attribute::read_write(
        c"wpm",
        |port, out, _| out.print(fmt!("{}", port.transmitter.timing.lock().wpm())),
        |port, text, _| set(port, text, Timing::set_wpm),
    ),
    Attribute::read_write(
        c"unit_us",
        |port, out, _| out.print(fmt!("{}", port.transmitter.timing.lock().unit_us())),
        |port, text, _| set(port, text, Timing::set_unit_us),
    ),
    Attribute::read_write(
        c"farnsworth_wpm",
        |port, out, _| out.print(fmt!("{}", port.transmitter.timing.lock().farnsworth_wpm())),
        |port, text, _| set(port, text, Timing::set_farnsworth_wpm),
    ),
    Attribute::read_write(
        c"weight",
        |port, out, _| out.print(fmt!("{}", port.transmitter.timing.lock().weight())),
        |port, text, _| set(port, text, Timing::set_weight),
    ),
    Attribute::read_write(
        c"beacon",
        |port, out, _| out.print(fmt!("{}", port.transmitter.beacon.lock().text())),
        |port, text, _| {
            port.transmitter.beacon.lock().set_text(text)?;
            port.beacon.mod_delayed_ms(0);
            Ok(())
        },
    ),
    Attribute::read_write(
        c"beacon_interval_s",
        |port, out, _| out.print(fmt!("{}", port.transmitter.beacon.lock().interval_s())),
        |port, text, _| {
            let interval_s = number(text)?;
            port.transmitter.beacon.lock().set_interval_s(interval_s)?;
            port.beacon.mod_delayed_ms(0);
            Ok(())
        },
    ),
    Attribute::read_only(c"state", |port, out, _| {
        let state = if port.transmitter.outbox.level()?.queued > 0 {
            "sending"
        } else {
            "idle"
        };
        out.print(fmt!("{state}"))
    }),
    Attribute::read_only(c"queued", |port, out, _| {
        out.print(fmt!("{}", port.transmitter.outbox.level()?.queued))
    }),
    Attribute::read_only(c"sent", |port, out, _| print(out, port.transmitter.sent())),
    Attribute::read_only(c"sent_messages", |port, out, _| {
        print(out, port.transmitter.messages())
    }),
    Attribute::read_write(
        c"receive_wpm",
        |port, out, _| out.print(fmt!("{}", port.receiver.listener.lock().fixed_wpm())),
        |port, text, _| port.receiver.listener.lock().set_fixed_wpm(number(text)?),
    ),
    Attribute::read_only(c"received_wpm", |port, out, _| {
        let wpm = port.receiver.listener.lock().wpm();
        out.print(fmt!("{}", wpm.unwrap_or(0)))
    }),
    Attribute::read_write(
        c"debounce_us",
        |port, out, _| out.print(fmt!("{}", port.receiver.listener.lock().debounce_us())),
        |port, text, _| port.receiver.listener.lock().set_debounce_us(number(text)?),
    ),
    Attribute::read_only(c"received", |port, out, _| {
        print(out, counts(port).characters)
    }),
    Attribute::read_only(c"received_messages", |port, out, _| {
        print(out, counts(port).sessions)
    }),
    Attribute::read_only(c"lost", |port, out, _| {
        print(out, port.receiver.inbox.lost())
    }),
    Attribute::read_only(c"edges", |port, out, _| print(out, port.receiver.edges())),
    Attribute::read_only(c"edges_received", |port, out, _| {
        print(out, counts(port).received)
    }),
    Attribute::read_only(c"edges_debounced", |port, out, _| {
        print(out, counts(port).debounced)
    }),
    Attribute::read_only(c"edges_dropped", |port, out, _| {
        print(out, counts(port).dropped)
    }),
    Attribute::read_only(c"softirqs", |port, out, _| {
        print(out, port.receiver.softirqs())
    }),
    Attribute::read_only(c"edge_rate", |port, out, _| {
        print(out, port.receiver.ticker.edge_rate())
    }),
    Attribute::read_only(c"character_rate", |port, out, _| {
        print(out, port.receiver.ticker.character_rate())
    }),
    Attribute::read_write(
        c"ticker_ms",
        |port, out, _| out.print(fmt!("{}", port.receiver.ticker.period_ms())),
        |port, text, _| port.receiver.ticker.set_period_ms(number(text)?),
    ),
    Attribute::read_write(
        c"ticker_log",
        |port, out, _| {
            let on = port.receiver.ticker.is_logging();
            out.print(fmt!("{}", u8::from(on)))
        },
        |port, text, _| {
            let on = match number(text)? {
                0 => false,
                1 => true,
                _ => return Err(EINVAL),
            };
            port.receiver.ticker.set_logging(on);
            Ok(())
        },
    ),
];
