// SPDX-License-Identifier: GPL-2.0

//! Parses the terminal's bytes into bytes for the guest, commands to this program, and reports of the
//! terminal itself.

/// The prefix of a command to this program, Ctrl-A as for QEMU's own.
const PREFIX: u8 = 0x01;
const ESCAPE: u8 = 0x1b;
/// The bits of a mouse report that have the button; the left one is 0.
const BUTTON: u32 = 0b1110_0011;
/// The event number of a key's release in a key report.
const RELEASED: u32 = 3;

/// A piece of the terminal's bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    /// Bytes for the guest, unchanged.
    Guest(Vec<u8>),
    /// The key after the prefix.
    Command(u8),
    /// The left button of the mouse changed, on this row (from 1).
    Mouse { row: u16, pressed: bool },
    /// A key of the keyboard changed; only after [`Parser::keyboard`].
    Key { code: u32, pressed: bool },
    /// The terminal can report releases of keys (kitty's keyboard protocol).
    ReportsReleases,
}

/// Finds the pieces, which may arrive in several parts.
pub struct Parser {
    reports: bool,
    keyboard: bool,
    prefixed: bool,
    held: Vec<u8>,
}

impl Parser {
    /// Makes a parser. Without `reports` this program has not asked the terminal for any, so that reports
    /// belong to the guest, whose programs may have asked.
    pub fn new(reports: bool) -> Self {
        Parser {
            reports,
            keyboard: false,
            prefixed: false,
            held: Vec::new(),
        }
    }

    /// Starts or stops taking keys from the terminal's reports.
    pub fn keyboard(&mut self, on: bool) {
        self.keyboard = on;
    }

    /// Returns the complete pieces. A possible beginning of a report waits for the rest, or for
    /// [`Parser::flush`].
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        let mut found = Vec::new();
        while let Some((&byte, after)) = rest.split_first() {
            if std::mem::take(&mut self.prefixed) {
                match byte {
                    b'a' | PREFIX => guest(&mut found, &[PREFIX]),
                    byte => found.push(Input::Command(byte)),
                }
                rest = after;
            } else if byte == PREFIX {
                self.prefixed = true;
                rest = after;
            } else if byte == ESCAPE && self.reports {
                match self.report(rest) {
                    Report::Partial => {
                        self.held = rest.to_vec();
                        break;
                    }
                    Report::None => {
                        guest(&mut found, &[byte]);
                        rest = after;
                    }
                    Report::Whole(input, length) => {
                        found.extend(input);
                        rest = &rest[length..];
                    }
                }
            } else {
                guest(&mut found, &[byte]);
                rest = after;
            }
        }
        found
    }

    /// Returns the waiting bytes. Called when no report takes so long: the user has pressed Escape.
    pub fn flush(&mut self) -> Option<Input> {
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then_some(Input::Guest(held))
    }

    /// Classifies an escape sequence.
    fn report(&self, bytes: &[u8]) -> Report {
        let Some(body) = bytes.strip_prefix(b"\x1b[") else {
            return match bytes {
                [ESCAPE] => Report::Partial,
                _ => Report::None,
            };
        };
        let Some(end) = body.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else {
            let may_be = matches!(body.first(), None | Some(b'<' | b'?'));
            return match may_be || self.keyboard {
                true => Report::Partial,
                false => Report::None,
            };
        };
        let whole = |input| Report::Whole(input, 2 + end + 1);
        let parameters = String::from_utf8_lossy(&body[..end]);
        match (parameters.chars().next(), body[end]) {
            (Some('<'), end @ (b'M' | b'm')) => whole(mouse(&parameters[1..], end == b'M')),
            (Some('?'), b'u') => whole(Some(Input::ReportsReleases)),
            // The answer to a question that every terminal knows, asked after the one above.
            (Some('?'), b'c') => whole(None),
            _ if self.keyboard => whole(key(&parameters, body[end])),
            _ => Report::None,
        }
    }
}

enum Report {
    None,
    Partial,
    /// A report of so many bytes, `None` if it is ignored.
    Whole(Option<Input>, usize),
}

/// Adds bytes for the guest to the last piece if that is the guest's, too.
fn guest(found: &mut Vec<Input>, bytes: &[u8]) {
    match found.last_mut() {
        Some(Input::Guest(before)) => before.extend_from_slice(bytes),
        _ => found.push(Input::Guest(bytes.to_vec())),
    }
}

/// Reads the parameters of a mouse report: button, column and row.
fn mouse(parameters: &str, pressed: bool) -> Option<Input> {
    let mut numbers = parameters.split(';').map(str::parse::<u32>);
    let button = numbers.next()?.ok()?;
    let row = numbers.nth(1)?.ok()?;
    (button & BUTTON == 0).then_some(Input::Mouse {
        row: row.try_into().ok()?,
        pressed,
    })
}

/// Reads a key report: code, modifiers and event.
fn key(parameters: &str, end: u8) -> Option<Input> {
    let mut fields = parameters.split(';');
    let code = match (fields.next()?.split(':').next()?.parse(), end) {
        (Ok(code), b'u') => code,
        // A function key; all count as the same.
        _ => 0,
    };
    let event = fields.next().and_then(|field| field.split(':').nth(1));
    let pressed = event.and_then(|event| event.parse().ok()) != Some(RELEASED);
    Some(Input::Key { code, pressed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Input {
        Input::Guest(text.as_bytes().to_vec())
    }

    #[test]
    fn commands_are_taken_out() {
        let mut parser = Parser::new(true);
        assert_eq!(parser.take(b"ls\r"), [text("ls\r")]);
        assert_eq!(parser.take(b"\x01a\x01\x01."), [text("\x01\x01.")]);
        assert_eq!(parser.take(b"\x01"), []);
        assert_eq!(parser.take(b"xls"), [Input::Command(b'x'), text("ls")]);
    }

    #[test]
    fn mouse_in_pieces() {
        let mut parser = Parser::new(true);
        for piece in ["a\x1b", "[", "<0;12", ";22"] {
            let found = parser.take(piece.as_bytes());
            assert!(found.is_empty() || found == [text("a")], "{found:?}");
        }
        let down = Input::Mouse {
            row: 22,
            pressed: true,
        };
        assert_eq!(parser.take(b"Mb"), [down, text("b")]);
        let up = Input::Mouse {
            row: 3,
            pressed: false,
        };
        assert_eq!(parser.take(b"\x1b[<0;1;3m"), [up]);
        // The wheel, the right button.
        assert_eq!(parser.take(b"\x1b[<64;1;3M\x1b[<2;1;3M"), []);
    }

    #[test]
    fn sequences_of_the_keyboard_pass() {
        let mut parser = Parser::new(true);
        let keys = "\x1b[A\x1b[5~\x1bOP\x1bx\x1b[1;5C\x1b[24;80R";
        assert_eq!(parser.take(keys.as_bytes()), [text(keys)]);
        assert_eq!(parser.take(b"\x1b"), []);
        assert_eq!(parser.flush(), Some(text("\x1b")));
        assert_eq!(parser.flush(), None);
    }

    #[test]
    fn without_reports_all_is_the_guests() {
        let mut parser = Parser::new(false);
        assert_eq!(parser.take(b"\x1b[<0;1;3M\x1b"), [text("\x1b[<0;1;3M\x1b")]);
    }

    #[test]
    fn keyboard_of_a_terminal_that_reports_releases() {
        let mut parser = Parser::new(true);
        let answers = b"\x1b[?0u\x1b[?62;22c";
        assert_eq!(parser.take(answers), [Input::ReportsReleases]);
        parser.keyboard(true);
        let key = |code, pressed| Input::Key { code, pressed };
        let keys = b"\x1b[32u\x1b[32;1:2u\x1b[32;1:3u\x1b[1;1:1A";
        assert_eq!(
            parser.take(keys),
            [key(32, true), key(32, true), key(32, false), key(0, true)]
        );
        parser.keyboard(false);
        assert_eq!(parser.take(b"\x1b[1;2A"), [text("\x1b[1;2A")]);
    }
}
