// SPDX-License-Identifier: GPL-2.0

//! The write path, one example for each rule of write(2).

use super::store::{Line, List};
use crate::code::{decode, encode, Code, Error, Fed, Gap, Parser, Sink, Spacing, Symbol};

/// A device with an open file.
struct Device {
    spacing: Spacing,
    fifo: Fifo,
}

struct Fifo {
    room: usize,
    symbols: List<Symbol, 32>,
}

impl Sink for Fifo {
    fn push(&mut self, symbol: Symbol) -> bool {
        let fits = self.symbols.len() < self.room;
        if fits {
            self.symbols.push(symbol);
        }
        fits
    }

    fn amend(&mut self, from: Code, to: Code) {
        let last = self.symbols.last_mut().expect("the letter was pushed");
        assert_eq!(last.code, from);
        last.code = to;
    }
}

impl Device {
    fn new() -> Self {
        Self {
            spacing: Spacing::new(),
            fifo: Fifo {
                room: usize::MAX,
                symbols: List::new(),
            },
        }
    }

    /// One non-blocking write(2) in one piece.
    fn write(&mut self, parser: &mut Parser, bytes: impl AsRef<[u8]>) -> Result<usize, Error> {
        let mut write = parser.write();
        write.feed_to(bytes.as_ref(), &mut self.spacing, &mut self.fifo);
        write.finish()
    }

    /// The symbols so far, with `+` before a joined one and `/` before the first of a word.
    fn sent(&self) -> Line<64> {
        let mut sent = Line::new();
        for symbol in self.fifo.symbols.iter() {
            sent.push_str(match symbol.gap {
                Gap::Joined => "+",
                Gap::Letter => "",
                Gap::Word => "/",
            });
            sent.push_str(decode(symbol.code).as_str());
        }
        sent
    }
}

fn sent(text: &str) -> Line<64> {
    let mut device = Device::new();
    assert_eq!(device.write(&mut Parser::new(), text), Ok(text.len()));
    device.sent()
}

pub(crate) fn letters_words_and_cases() {
    assert_eq!(sent("sos"), "SOS");
    assert_eq!(sent("Sos de\tÉté"), "SOS/DE/ÉTÉ");
    assert_eq!(sent("  a \r\n\u{a0}\u{3000} b \n"), "/A/B");
    assert_eq!(sent(""), "");
    assert_eq!(sent(" \n"), "");
}

pub(crate) fn nul_and_byte_order_marks_are_white_space() {
    assert_eq!(sent("\u{feff}SOS\0\0DE\0"), "/SOS/DE");
    let mut device = Device::new();
    let mut parser = Parser::new();
    for byte in "\u{feff}E\0T".as_bytes() {
        assert_eq!(device.write(&mut parser, [*byte]), Ok(1));
    }
    assert_eq!(device.sent(), "/E/T");
}

pub(crate) fn accents_belong_to_the_letter_before() {
    assert_eq!(sent("Caf\u{65}\u{301} N\u{303}"), "CAFÉ/Ñ");
    assert_eq!(sent("a\u{308}o\u{308}u\u{308}"), "ÄÖÜ");
    assert_eq!(sent("<e\u{301}S>"), "É+S");
}

pub(crate) fn accents_may_come_with_a_later_write() {
    let mut device = Device::new();
    let mut parser = Parser::new();
    for byte in "Ae\u{301}<a\u{308}R>n\u{303}".as_bytes() {
        assert_eq!(device.write(&mut parser, [*byte]), Ok(1));
    }
    assert_eq!(device.sent(), "AÉÄ+RÑ");
    // No room is needed.
    device.fifo.room = device.fifo.symbols.len() + 1;
    assert_eq!(device.write(&mut parser, "u"), Ok(1));
    assert_eq!(device.write(&mut parser, "\u{308}E"), Ok(2));
    assert_eq!(device.sent(), "AÉÄ+RÑÜ");
}

pub(crate) fn accents_of_letters_that_have_none_are_refused() {
    // No code for the composed letter, no letter before, none from this file, a second accent.
    for (text, count) in [
        ("Ei\u{301}", 2),
        ("\u{301}E", 0),
        ("E \u{301}", 2),
        ("E\u{301}\u{301}", 3),
        ("<\u{301}", 1),
        ("<E>\u{301}", 3),
        ("5\u{301}", 1),
    ] {
        let mut device = Device::new();
        let mut parser = Parser::new();
        if count > 0 {
            assert_eq!(device.write(&mut parser, text), Ok(count), "{text:?}");
        }
        assert_eq!(
            device.write(&mut parser, &text.as_bytes()[count..]),
            Err(Error::Unencodable),
            "{text:?}"
        );
        assert_eq!(device.write(&mut parser, "T"), Ok(1));
    }
}

pub(crate) fn an_accent_finds_its_letter_or_nothing() {
    let mut device = Device::new();
    let (mut one, mut two) = (Parser::new(), Parser::new());
    assert_eq!(device.write(&mut one, "E"), Ok(1));
    assert_eq!(device.write(&mut two, "E"), Ok(1));
    assert_eq!(device.write(&mut one, "\u{301}"), Ok(2));
    assert_eq!(device.sent(), "EE");
    assert_eq!(device.write(&mut two, "\u{301}"), Ok(2));
    assert_eq!(device.sent(), "EÉ");
    // The letter was aborted.
    assert_eq!(device.write(&mut one, "U"), Ok(1));
    device.fifo.symbols.clear();
    device.spacing.interrupt();
    assert_eq!(device.write(&mut one, "\u{308}E"), Ok(3));
    assert_eq!(device.sent(), "E");
}

pub(crate) fn white_space_belongs_to_the_device() {
    let mut device = Device::new();
    let (mut one, mut two) = (Parser::new(), Parser::new());
    assert_eq!(device.write(&mut one, "A "), Ok(2));
    assert_eq!(device.write(&mut two, "B"), Ok(1));
    assert_eq!(device.write(&mut one, "C"), Ok(1));
    assert_eq!(device.sent(), "A/BC");
}

pub(crate) fn prosigns_have_no_inner_gaps() {
    assert_eq!(sent("<AR>"), "A+R");
    assert_eq!(sent("K <sk> <SOS>E"), "K/S+K/S+O+SE");
    assert_eq!(sent("<T><73>"), "T7+3");
    assert_eq!(sent("<é>"), "É");
}

pub(crate) fn prosigns_split_over_writes() {
    let mut device = Device::new();
    let mut parser = Parser::new();
    for byte in "A<SÉS>B".as_bytes() {
        assert_eq!(device.write(&mut parser, [*byte]), Ok(1));
    }
    assert_eq!(device.sent(), "AS+É+SB");
}

pub(crate) fn another_writer_does_not_get_into_a_prosign() {
    let mut device = Device::new();
    let (mut one, mut two) = (Parser::new(), Parser::new());
    assert_eq!(device.write(&mut one, "<S"), Ok(2));
    assert_eq!(device.write(&mut two, "X"), Ok(1));
    // The O must not be joined to the X, which another writer put after the S.
    assert_eq!(device.write(&mut one, "OS>"), Ok(3));
    assert_eq!(device.sent(), "SXO+S");
    assert_eq!(device.write(&mut one, "<A"), Ok(2));
    assert_eq!(device.write(&mut two, " "), Ok(1));
    assert_eq!(device.write(&mut one, "R>"), Ok(2));
    assert_eq!(device.sent(), "SXO+SA/R");
}

pub(crate) fn a_closed_file_leaves_nothing_behind() {
    let mut device = Device::new();
    assert_eq!(device.write(&mut Parser::new(), b"<AR"), Ok(3));
    assert_eq!(device.write(&mut Parser::new(), b"E\xc3"), Ok(2));
    assert_eq!(device.write(&mut Parser::new(), b"T"), Ok(1));
    assert_eq!(device.sent(), "A+RET");
}

pub(crate) fn what_comes_before_an_unencodable_character_is_taken() {
    let mut device = Device::new();
    let mut parser = Parser::new();
    for (text, count) in [
        ("AB#C", 2),
        ("É€", 2),
        ("E\x01", 1),
        (" %", 1),
        ("<AR>>", 4),
    ] {
        assert_eq!(device.write(&mut parser, text), Ok(count), "{text}");
        assert_eq!(
            device.write(&mut parser, &text.as_bytes()[count..]),
            Err(Error::Unencodable),
            "{text}"
        );
    }
    assert_eq!(device.sent(), "ABÉE/A+R");
    // The error has reset the parser.
    assert_eq!(device.write(&mut parser, "C"), Ok(1));
}

pub(crate) fn malformed_utf8_is_another_error() {
    let malformed: &[&[u8]] = &[
        b"\x80",             // A continuation byte of nothing.
        b"\xc3(",            // Not continued.
        b"\xc0\x80",         // Overlong.
        b"\xe0\x9f\xbf",     // Overlong.
        b"\xed\xa0\x80",     // A surrogate.
        b"\xf0\x8f\xbf\xbf", // Overlong.
        b"\xf4\x90\x80\x80", // Above U+10FFFF.
        b"\xf5\x80\x80\x80",
        b"\xff",
    ];
    for bytes in malformed {
        let mut device = Device::new();
        let mut parser = Parser::new();
        let mut with_letter = [b'E'; 8];
        with_letter[1..=bytes.len()].copy_from_slice(bytes);
        let with_letter = &with_letter[..=bytes.len()];
        assert_eq!(device.write(&mut parser, with_letter), Ok(1));
        assert_eq!(
            device.write(&mut parser, bytes),
            Err(Error::Malformed),
            "{bytes:x?}"
        );
        assert_eq!(device.write(&mut parser, "T"), Ok(1));
        assert_eq!(device.sent(), "ET");
    }
}

pub(crate) fn a_character_that_goes_wrong_in_a_later_write_is_its_error() {
    let mut device = Device::new();
    let mut parser = Parser::new();
    // The euro sign, which Morse has no code for.
    assert_eq!(device.write(&mut parser, b"E\xe2\x82"), Ok(3));
    assert_eq!(device.write(&mut parser, b"\xacE"), Err(Error::Unencodable));
    assert_eq!(device.write(&mut parser, b"\xc3"), Ok(1));
    assert_eq!(device.write(&mut parser, b"T"), Err(Error::Malformed));
    assert_eq!(device.write(&mut parser, b"T"), Ok(1));
    assert_eq!(device.sent(), "ET");
}

pub(crate) fn prosigns_that_are_none() {
    for (text, count) in [
        ("<>", 1),    // Nothing in it.
        ("<A<", 2),   // Nested.
        ("<A B>", 2), // White space in it.
        ("<A?>", 2),  // A sign in it.
        ("<A×>", 2),  // A sign among the accented letters.
        ("A>", 1),    // Not opened.
    ] {
        let mut device = Device::new();
        let mut parser = Parser::new();
        assert_eq!(device.write(&mut parser, text), Ok(count), "{text}");
        let rest = &text.as_bytes()[count..];
        // Still in the prosign, so it is rejected again.
        assert_eq!(
            device.write(&mut parser, rest),
            Err(Error::Unencodable),
            "{text}"
        );
        // Out of the prosign.
        assert_eq!(device.write(&mut parser, "? "), Ok(2), "{text}");
    }
}

pub(crate) fn a_full_fifo_stops_before_the_character() {
    let mut device = Device::new();
    let mut parser = Parser::new();
    device.fifo.room = 1;
    assert_eq!(device.write(&mut parser, "E É"), Ok(2));
    assert_eq!(device.write(&mut parser, "É"), Ok(0));
    device.fifo.room = 2;
    assert_eq!(device.write(&mut parser, "ÉE"), Ok(2));
    assert_eq!(device.write(&mut parser, " <T"), Ok(2));
    device.fifo.room = 4;
    assert_eq!(device.write(&mut parser, "TAR>"), Ok(2));
    assert_eq!(device.sent(), "E/É/T+A");
    // An error after a character without room is not reached.
    assert_eq!(device.write(&mut parser, "R%"), Ok(0));
}

pub(crate) fn a_write_may_be_fed_in_pieces() {
    let mut spacing = Spacing::new();
    let mut parser = Parser::new();
    let mut symbols = List::<Symbol, 8>::new();
    let mut write = parser.write();
    assert_eq!(
        write.feed(b"E\xc3", &mut spacing, |s| {
            symbols.push(s);
            true
        }),
        Fed::All
    );
    assert_eq!(write.feed(b"\x89T", &mut spacing, |_| false), Fed::Full(0));
    assert_eq!(write.taken(), 2);
    assert_eq!(
        write.feed(b"\x89\xe2", &mut spacing, |s| {
            symbols.push(s);
            true
        }),
        Fed::All
    );
    assert_eq!(write.feed(b"\x82", &mut spacing, |_| true), Fed::All);
    assert_eq!(write.feed(b"\xac", &mut spacing, |_| true), Fed::Refused);
    assert_eq!(write.feed(b"E", &mut spacing, |_| true), Fed::Refused);
    // The euro sign began in this write, after E and É.
    assert_eq!(write.finish(), Ok(3));
    assert_eq!(
        symbols
            .iter()
            .map(|symbol| symbol.code)
            .collect::<List<Code, 8>>(),
        [encode('E').unwrap(), encode('É').unwrap()]
    );
    let mut write = parser.write();
    assert_eq!(
        write.feed("€".as_bytes(), &mut spacing, |_| true),
        Fed::Refused
    );
    assert_eq!(write.finish(), Err(Error::Unencodable));
}

pub(crate) fn a_symbol_is_small() {
    // The kernel's fifo holds 4096 of them.
    assert_eq!(core::mem::size_of::<Symbol>(), 4);
}
