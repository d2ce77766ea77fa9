// SPDX-License-Identifier: GPL-2.0

//! Requests of cwdaemon's protocol, one a datagram.

use std::ops::RangeInclusive;

/// The longest datagram, in bytes; the rest of a longer one is dropped.
pub const LENGTH: usize = 256;
/// Speeds that can be asked for, in words per minute.
pub const SPEEDS: RangeInclusive<u32> = 4..=60;
const WEIGHTS: RangeInclusive<i32> = -50..=50;
const ESCAPE: u8 = 0x1b;

/// A request of a client.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Drop everything, and go back to the defaults.
    Reset,
    /// The speed, in words per minute.
    Speed(u32),
    /// The weight, in percent of a dot and the space after it.
    Weight(u32),
    /// Drop text that is not sent.
    Abort,
    /// End the program.
    Exit,
    /// An abort has no effect until the text is sent.
    WordMode,
    /// The answer when the text of the next request is sent.
    Reply(Vec<u8>),
    /// Send text, and answer when it is sent.
    Text {
        /// The text.
        text: String,
        /// The answer.
        reply: Option<Vec<u8>>,
    },
    /// A setting of a transmitter or of sound that this device does not have.
    Ignored(&'static str),
}

/// Reads a datagram.
///
/// # Errors
///
/// The fault of it, for the log.
pub fn parse(datagram: &[u8]) -> Result<Request, String> {
    let [ESCAPE, code, value @ ..] = datagram else {
        return Ok(text(datagram));
    };
    let request = match code {
        b'0' => Request::Reset,
        b'2' => Request::Speed(number("speed", value, SPEEDS)?),
        b'4' => Request::Abort,
        b'5' => Request::Exit,
        b'6' => Request::WordMode,
        b'7' => {
            let weight = number("weight", value, WEIGHTS)?;
            // cwdaemon's weights are those of its library: 20 to 80 percent.
            Request::Weight((50 + weight * 3 / 5).unsigned_abs())
        }
        b'h' => Request::Reply([b"h", line(value)].concat()),
        b'3' => Request::Ignored("tone"),
        b'8' => Request::Ignored("keying device"),
        b'9' => Request::Ignored("port"),
        b'a' => Request::Ignored("PTT"),
        b'b' => Request::Ignored("source of SSB"),
        b'c' => Request::Ignored("tuning"),
        b'd' => Request::Ignored("PTT delay"),
        b'e' => Request::Ignored("band switch"),
        b'f' => Request::Ignored("sound system"),
        b'g' => Request::Ignored("volume"),
        other => return Err(format!("no request has the code {:?}", char::from(*other))),
    };
    Ok(request)
}

/// Text, up to a caret, which asks for the text itself as the answer.
fn text(bytes: &[u8]) -> Request {
    let caret = bytes.iter().position(|byte| *byte == b'^');
    let bytes = line(&bytes[..caret.unwrap_or(bytes.len())]);
    Request::Text {
        text: String::from_utf8_lossy(bytes).into_owned(),
        reply: caret.map(|_| bytes.to_vec()),
    }
}

/// The bytes up to a line end or, as C's programs send it, a NUL.
fn line(bytes: &[u8]) -> &[u8] {
    let end = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0);
    bytes.split(end).next().unwrap_or_default()
}

fn number<T>(name: &str, value: &[u8], range: RangeInclusive<T>) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let value = String::from_utf8_lossy(line(value));
    match value.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!(
            "the {name} {value:?} is no number of {} to {}",
            range.start(),
            range.end()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let text = |text: &str, reply: Option<&str>| Request::Text {
            text: text.into(),
            reply: reply.map(Into::into),
        };
        for (datagram, request) in [
            ("paris", text("paris", None)),
            ("paris\r\n", text("paris", None)),
            ("paris\0rest", text("paris", None)),
            ("", text("", None)),
            ("paris^", text("paris", Some("paris"))),
            ("^", text("", Some(""))),
            ("a^b", text("a", Some("a"))),
            ("\x1b0", Request::Reset),
            ("\x1b24", Request::Speed(4)),
            ("\x1b260\n", Request::Speed(60)),
            ("\x1b7-50", Request::Weight(20)),
            ("\x1b70", Request::Weight(50)),
            ("\x1b750", Request::Weight(80)),
            ("\x1b4", Request::Abort),
            ("\x1b5", Request::Exit),
            ("\x1b6", Request::WordMode),
            ("\x1bhcat", Request::Reply(b"hcat".to_vec())),
            ("\x1bh", Request::Reply(b"h".to_vec())),
            ("\x1b3800", Request::Ignored("tone")),
            ("\x1ba1", Request::Ignored("PTT")),
        ] {
            assert_eq!(parse(datagram.as_bytes()), Ok(request), "{datagram:?}");
        }
    }

    #[test]
    fn a_fault_is_named() {
        for (datagram, fault) in [
            ("\x1b23", "the speed \"3\" is no number of 4 to 60"),
            ("\x1b261", "the speed \"61\" is no number of 4 to 60"),
            ("\x1b2", "the speed \"\" is no number of 4 to 60"),
            ("\x1b2fast", "the speed \"fast\" is no number of 4 to 60"),
            ("\x1b7-51", "the weight \"-51\" is no number of -50 to 50"),
            ("\x1bz", "no request has the code 'z'"),
        ] {
            assert_eq!(
                parse(datagram.as_bytes()),
                Err(fault.into()),
                "{datagram:?}"
            );
        }
        // An escape alone has no code; Morse has none for it either.
        assert!(matches!(parse(b"\x1b"), Ok(Request::Text { .. })));
    }
}
