// SPDX-License-Identifier: GPL-2.0

//! The files under `/sys/class/misc/morse/`; see `Documentation/ABI/testing/sysfs-class-misc-morse`.

use super::file::Port;
use crate::code::{OutOfRange, Timing};
use crate::linux::sysfs::Attribute;
use kernel::prelude::*;

/// Changes the timing; a value out of range is `EINVAL` and changes nothing.
fn set(port: &Port, text: &str, setter: fn(&mut Timing, u32) -> Result<(), OutOfRange>) -> Result {
    let value = text.parse().map_err(|_| EINVAL)?;
    setter(&mut port.transmitter.timing.lock(), value).map_err(|OutOfRange| EINVAL)
}

/// All attributes.
pub(super) static ATTRIBUTES: [Attribute<Port>; 10] = [
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
            port.beacon.set_ms(0);
            Ok(())
        },
    ),
    Attribute::read_write(
        c"beacon_interval_s",
        |port, out, _| out.print(fmt!("{}", port.transmitter.beacon.lock().interval_s())),
        |port, text, _| {
            let interval_s = text.parse().map_err(|_| EINVAL)?;
            port.transmitter.beacon.lock().set_interval_s(interval_s)?;
            port.beacon.set_ms(0);
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
    Attribute::read_only(c"sent", |port, out, _| {
        out.print(fmt!("{}", port.transmitter.sent()))
    }),
    Attribute::read_only(c"sent_messages", |port, out, _| {
        out.print(fmt!("{}", port.transmitter.messages()))
    }),
];
