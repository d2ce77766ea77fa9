// SPDX-License-Identifier: GPL-2.0

//! The attributes in `/sys/class/misc/morse/`; see `Documentation/ABI/testing/sysfs-class-misc-morse`.

use super::file::DeviceData;
use crate::code::{
    OutOfRange,
    Timing, //
};
use crate::device::receive::receiver::Counts;
use crate::linux::sysfs::{
    Attribute,
    Show,
    Store, //
};
use kernel::prelude::*;

/// Changes the timing. A value out of range fails with `EINVAL` and changes nothing.
fn set(
    data: &DeviceData,
    value: u32,
    setter: fn(&mut Timing, u32) -> Result<(), OutOfRange>,
) -> Result {
    setter(&mut data.transmitter.timing.lock(), value).map_err(|OutOfRange| EINVAL)
}

/// Takes a number as a switch: 0 or 1.
fn switch(number: u32) -> Result<bool> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(EINVAL),
    }
}

/// Returns the counts of edges, characters and sessions.
fn counts(data: &DeviceData) -> Counts {
    data.receiver.counts()
}

pub(crate) static ATTRIBUTES: [Attribute<DeviceData>; 27] = [
    Attribute::read_write(
        c"wpm",
        Show::Number(|data| Ok(data.transmitter.timing.lock().wpm().into())),
        Store::Number(|data, wpm, _| set(data, wpm, Timing::set_wpm)),
    ),
    Attribute::read_write(
        c"unit_us",
        Show::Number(|data| Ok(data.transmitter.timing.lock().unit_us().into())),
        Store::Number(|data, unit_us, _| set(data, unit_us, Timing::set_unit_us)),
    ),
    Attribute::read_write(
        c"farnsworth_wpm",
        Show::Number(|data| Ok(data.transmitter.timing.lock().farnsworth_wpm().into())),
        Store::Number(|data, wpm, _| set(data, wpm, Timing::set_farnsworth_wpm)),
    ),
    Attribute::read_write(
        c"weight",
        Show::Number(|data| Ok(data.transmitter.timing.lock().weight().into())),
        Store::Number(|data, weight, _| set(data, weight, Timing::set_weight)),
    ),
    Attribute::read_write(
        c"beacon",
        Show::Text(|data, out| out.print(fmt!("{}", data.transmitter.beacon.lock().text()))),
        Store::Text(|data, text, _| {
            data.transmitter.beacon.lock().set_text(text)?;
            data.beacon.mod_delayed_ms(0);
            Ok(())
        }),
    ),
    Attribute::read_write(
        c"beacon_interval_s",
        Show::Number(|data| Ok(data.transmitter.beacon.lock().interval_s().into())),
        Store::Number(|data, interval_s, _| {
            data.transmitter.beacon.lock().set_interval_s(interval_s)?;
            data.beacon.mod_delayed_ms(0);
            Ok(())
        }),
    ),
    Attribute::write_only(
        c"abort",
        Store::Number(|data, number, ctx| match number {
            1 => data.transmitter.queue.abort(ctx),
            _ => Err(EINVAL),
        }),
    ),
    Attribute::read_write(
        c"monitor",
        Show::Number(|data| Ok(data.transmitter.is_monitoring().into())),
        Store::Number(|data, number, _| {
            data.transmitter.set_monitoring(switch(number)?);
            data.keyer.queue();
            Ok(())
        }),
    ),
    Attribute::read_only(
        c"state",
        Show::Text(|data, out| {
            out.print(match data.transmitter.queue.occupancy()?.queued {
                0 => fmt!("idle"),
                _ => fmt!("sending"),
            })
        }),
    ),
    Attribute::read_only(
        c"queued",
        Show::Number(|data| Ok(data.transmitter.queue.occupancy()?.queued as u64)),
    ),
    Attribute::read_only(c"sent", Show::Number(|data| Ok(data.transmitter.sent()))),
    Attribute::read_only(
        c"sent_messages",
        Show::Number(|data| Ok(data.transmitter.messages())),
    ),
    Attribute::read_write(
        c"receive_wpm",
        Show::Number(|data| Ok(data.receiver.text.lock().fixed_wpm().into())),
        Store::Number(|data, wpm, _| {
            data.receiver.set_fixed_wpm(wpm)?;
            data.gap.mod_delayed_ms(0);
            Ok(())
        }),
    ),
    Attribute::read_only(
        c"received_wpm",
        Show::Number(|data| Ok(data.receiver.text.lock().wpm().unwrap_or(0).into())),
    ),
    Attribute::read_write(
        c"debounce_us",
        Show::Number(|data| Ok(data.receiver.line.lock().debounce_us().into())),
        Store::Number(|data, debounce_us, _| {
            data.receiver.line.lock().set_debounce_us(debounce_us)?;
            data.gap.mod_delayed_ms(0);
            Ok(())
        }),
    ),
    Attribute::read_only(
        c"received",
        Show::Number(|data| Ok(counts(data).characters)),
    ),
    Attribute::read_only(
        c"received_messages",
        Show::Number(|data| Ok(counts(data).sessions)),
    ),
    Attribute::read_only(
        c"lost",
        Show::Number(|data| Ok(data.receiver.buffer.lost())),
    ),
    Attribute::read_only(c"edges", Show::Number(|data| Ok(data.receiver.edges()))),
    Attribute::read_only(
        c"edges_received",
        Show::Number(|data| Ok(counts(data).edges.received)),
    ),
    Attribute::read_only(
        c"edges_debounced",
        Show::Number(|data| Ok(counts(data).edges.debounced)),
    ),
    Attribute::read_only(
        c"edges_dropped",
        Show::Number(|data| Ok(counts(data).edges.dropped)),
    ),
    Attribute::read_only(
        c"softirqs",
        Show::Number(|data| Ok(data.receiver.softirqs())),
    ),
    Attribute::read_only(
        c"edge_rate",
        Show::Number(|data| Ok(data.receiver.rates.edge_rate())),
    ),
    Attribute::read_only(
        c"character_rate",
        Show::Number(|data| Ok(data.receiver.rates.character_rate())),
    ),
    Attribute::read_write(
        c"ticker_ms",
        Show::Number(|data| Ok(data.receiver.rates.period_ms().into())),
        Store::Number(|data, period_ms, _| data.receiver.rates.set_period_ms(period_ms)),
    ),
    Attribute::read_write(
        c"ticker_log",
        Show::Number(|data| Ok(data.receiver.rates.is_logging().into())),
        Store::Number(|data, number, _| {
            data.receiver.rates.set_logging(switch(number)?);
            Ok(())
        }),
    ),
];
