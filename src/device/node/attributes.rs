// SPDX-License-Identifier: GPL-2.0

//! The attributes in `/sys/class/misc/morse/`; see `Documentation/ABI/testing/sysfs-class-misc-morse`.

use super::file::DeviceData;
use crate::code::{
    Decimal,
    OutOfRange,
    Timing, //
};
use crate::device::receive::receiver::Counts;
use crate::linux::sysfs::{
    Attribute,
    Output, //
};
use kernel::prelude::*;

/// Changes the timing. A value out of range fails with `EINVAL` and changes nothing.
fn set(
    data: &DeviceData,
    text: &str,
    setter: fn(&mut Timing, u32) -> Result<(), OutOfRange>,
) -> Result {
    setter(&mut data.transmitter.timing.lock(), number(text)?).map_err(|OutOfRange| EINVAL)
}

/// Parses a decimal number.
fn number(text: &str) -> Result<u32> {
    text.parse().map_err(|_| EINVAL)
}

/// Parses 0 or 1.
fn switch(text: &str) -> Result<bool> {
    match number(text)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(EINVAL),
    }
}

/// Prints a number that may exceed 32 bits.
fn print(out: &mut Output<'_>, number: u64) -> Result {
    out.print(fmt!("{}", Decimal(number)))
}

/// Returns the counts of edges, characters and sessions.
fn counts(data: &DeviceData) -> Counts {
    data.receiver.counts()
}

pub(crate) static ATTRIBUTES: [Attribute<DeviceData>; 27] = [
    Attribute::read_write(
        c"wpm",
        |data, out, _| out.print(fmt!("{}", data.transmitter.timing.lock().wpm())),
        |data, text, _| set(data, text, Timing::set_wpm),
    ),
    Attribute::read_write(
        c"unit_us",
        |data, out, _| out.print(fmt!("{}", data.transmitter.timing.lock().unit_us())),
        |data, text, _| set(data, text, Timing::set_unit_us),
    ),
    Attribute::read_write(
        c"farnsworth_wpm",
        |data, out, _| out.print(fmt!("{}", data.transmitter.timing.lock().farnsworth_wpm())),
        |data, text, _| set(data, text, Timing::set_farnsworth_wpm),
    ),
    Attribute::read_write(
        c"weight",
        |data, out, _| out.print(fmt!("{}", data.transmitter.timing.lock().weight())),
        |data, text, _| set(data, text, Timing::set_weight),
    ),
    Attribute::read_write(
        c"beacon",
        |data, out, _| out.print(fmt!("{}", data.transmitter.beacon.lock().text())),
        |data, text, _| {
            data.transmitter.beacon.lock().set_text(text)?;
            data.beacon.mod_delayed_ms(0);
            Ok(())
        },
    ),
    Attribute::read_write(
        c"beacon_interval_s",
        |data, out, _| out.print(fmt!("{}", data.transmitter.beacon.lock().interval_s())),
        |data, text, _| {
            let interval_s = number(text)?;
            data.transmitter.beacon.lock().set_interval_s(interval_s)?;
            data.beacon.mod_delayed_ms(0);
            Ok(())
        },
    ),
    Attribute::write_only(c"abort", |data, text, ctx| match number(text)? {
        1 => data.transmitter.queue.abort(ctx),
        _ => Err(EINVAL),
    }),
    Attribute::read_write(
        c"monitor",
        |data, out, _| {
            let on = data.transmitter.is_monitoring();
            out.print(fmt!("{}", u8::from(on)))
        },
        |data, text, _| {
            data.transmitter.set_monitoring(switch(text)?);
            data.keyer.queue();
            Ok(())
        },
    ),
    Attribute::read_only(c"state", |data, out, _| {
        let state = if data.transmitter.queue.occupancy()?.queued > 0 {
            "sending"
        } else {
            "idle"
        };
        out.print(fmt!("{state}"))
    }),
    Attribute::read_only(c"queued", |data, out, _| {
        out.print(fmt!("{}", data.transmitter.queue.occupancy()?.queued))
    }),
    Attribute::read_only(c"sent", |data, out, _| print(out, data.transmitter.sent())),
    Attribute::read_only(c"sent_messages", |data, out, _| {
        print(out, data.transmitter.messages())
    }),
    Attribute::read_write(
        c"receive_wpm",
        |data, out, _| out.print(fmt!("{}", data.receiver.text.lock().fixed_wpm())),
        |data, text, _| {
            data.receiver.set_fixed_wpm(number(text)?)?;
            data.gap.mod_delayed_ms(0);
            Ok(())
        },
    ),
    Attribute::read_only(c"received_wpm", |data, out, _| {
        let wpm = data.receiver.text.lock().wpm();
        out.print(fmt!("{}", wpm.unwrap_or(0)))
    }),
    Attribute::read_write(
        c"debounce_us",
        |data, out, _| out.print(fmt!("{}", data.receiver.line.lock().debounce_us())),
        |data, text, _| {
            data.receiver.line.lock().set_debounce_us(number(text)?)?;
            data.gap.mod_delayed_ms(0);
            Ok(())
        },
    ),
    Attribute::read_only(c"received", |data, out, _| {
        print(out, counts(data).characters)
    }),
    Attribute::read_only(c"received_messages", |data, out, _| {
        print(out, counts(data).sessions)
    }),
    Attribute::read_only(c"lost", |data, out, _| {
        print(out, data.receiver.buffer.lost())
    }),
    Attribute::read_only(c"edges", |data, out, _| print(out, data.receiver.edges())),
    Attribute::read_only(c"edges_received", |data, out, _| {
        print(out, counts(data).edges.received)
    }),
    Attribute::read_only(c"edges_debounced", |data, out, _| {
        print(out, counts(data).edges.debounced)
    }),
    Attribute::read_only(c"edges_dropped", |data, out, _| {
        print(out, counts(data).edges.dropped)
    }),
    Attribute::read_only(c"softirqs", |data, out, _| {
        print(out, data.receiver.softirqs())
    }),
    Attribute::read_only(c"edge_rate", |data, out, _| {
        print(out, data.receiver.rates.edge_rate())
    }),
    Attribute::read_only(c"character_rate", |data, out, _| {
        print(out, data.receiver.rates.character_rate())
    }),
    Attribute::read_write(
        c"ticker_ms",
        |data, out, _| out.print(fmt!("{}", data.receiver.rates.period_ms())),
        |data, text, _| data.receiver.rates.set_period_ms(number(text)?),
    ),
    Attribute::read_write(
        c"ticker_log",
        |data, out, _| {
            let on = data.receiver.rates.is_logging();
            out.print(fmt!("{}", u8::from(on)))
        },
        |data, text, _| {
            data.receiver.rates.set_logging(switch(text)?);
            Ok(())
        },
    ),
];
