// SPDX-License-Identifier: GPL-2.0

//! The text of a write: which bytes are taken, which are refused, and which characters are sent.

use std::time::Duration;

use nix::errno::Errno;

use crate::lamp::Lamp;
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    what_comes_before_an_unencodable_character_is_taken,
    a_write_that_begins_unencodable_changes_nothing,
    malformed_utf8_is_eilseq,
    utf8_may_be_split_over_writes,
    a_split_character_that_goes_wrong_is_eilseq,
    accents_may_be_split_over_writes,
    an_accent_is_too_late_for_a_letter_that_it_does_not_lengthen,
    prosigns_may_be_split_over_writes,
    sequences_of_two_files_do_not_mix,
    case_makes_no_difference,
    white_space_is_a_gap_and_no_character,
    counts_are_of_bytes,
    a_write_of_nothing_does_nothing,
];

/// Fast enough that a case is short, slow enough that edges are far apart.
const FAST_WPM: &str = "100";
const FAST_UNIT: Duration = Duration::from_millis(12);

/// Returns the Morse code that the lamp shows for the writes of `send`.
fn shown(send: impl FnOnce(&Device) -> Result) -> Result<String> {
    driver::set("wpm", FAST_WPM)?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    send(&device)?;
    device.fsync()?;
    lamp.text(FAST_UNIT)
}

fn what_comes_before_an_unencodable_character_is_taken() -> Result {
    let seen = shown(|device| {
        assert_eq!(device.write("SO~S"), Ok(2));
        assert_eq!(device.write("~S"), Err(Errno::EINVAL));
        assert_eq!(device.write("S"), Ok(1));
        Ok(())
    })?;
    assert_eq!(seen, "... --- ...");
    Ok(())
}

fn a_write_that_begins_unencodable_changes_nothing() -> Result {
    let device = Device::open()?;
    for text in ["~", "~SOS", "漢字", "\u{1}", "í", "\u{301}", "%", "😀"] {
        assert_eq!(device.write(text), Err(Errno::EINVAL), "{text:?}");
    }
    assert_eq!(device.status()?.queued, 0);
    Ok(())
}

fn malformed_utf8_is_eilseq() -> Result {
    let device = Device::open()?;
    // A lone continuation byte, bytes that UTF-8 never uses, an overlong form, a surrogate, a code point
    // beyond U+10FFFF, a sequence cut by an ASCII letter.
    for bytes in [
        &b"\x80"[..],
        b"\xff",
        b"\xfe",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc3E",
    ] {
        let device = Device::open()?;
        assert_eq!(device.write(bytes), Err(Errno::EILSEQ), "{bytes:x?}");
    }
    assert_eq!(device.status()?.queued, 0);
    assert_eq!(device.write(b"E\xff"), Ok(1));
    assert_eq!(device.write(b"\xff"), Err(Errno::EILSEQ));
    assert_eq!(device.status()?.queued, 1);
    Ok(())
}

fn utf8_may_be_split_over_writes() -> Result {
    let seen = shown(|device| {
        for byte in "aé".as_bytes() {
            assert_eq!(device.write([*byte]), Ok(1));
        }
        Ok(())
    })?;
    assert_eq!(seen, ".- ..-..");
    Ok(())
}

fn a_split_character_that_goes_wrong_is_eilseq() -> Result {
    let seen = shown(|device| {
        assert_eq!(device.write(b"T\xc3"), Ok(2));
        assert_eq!(device.write("E"), Err(Errno::EILSEQ));
        // The incomplete character is dropped, so that the next one is sent.
        assert_eq!(device.write("E"), Ok(1));
        Ok(())
    })?;
    assert_eq!(seen, "- .");
    Ok(())
}

fn accents_may_be_split_over_writes() -> Result {
    let seen = shown(|device| {
        // The first letter is on its way when its accent comes, the others are not.
        for byte in "e\u{301}n\u{303}<a\u{308}S>u\u{308}".as_bytes() {
            assert_eq!(device.write([*byte]), Ok(1));
        }
        Ok(())
    })?;
    assert_eq!(seen, "..-.. --.-- .-.-... ..--");
    Ok(())
}

fn an_accent_is_too_late_for_a_letter_that_it_does_not_lengthen() -> Result {
    let seen = shown(|device| {
        for text in ["n", "\u{303}", " e", "\u{301}"] {
            assert_eq!(device.write(text), Ok(text.len()));
            std::thread::sleep(FAST_UNIT / 2);
        }
        Ok(())
    })?;
    // Later still, the letter has been sent.
    let later = shown(|device| {
        assert_eq!(device.write("e"), Ok(1));
        device.fsync()?;
        assert_eq!(device.write("\u{301}"), Ok(2));
        Ok(())
    })?;
    assert_eq!((seen.as_str(), later.as_str()), ("-. / ..-..", "."));
    Ok(())
}

fn prosigns_may_be_split_over_writes() -> Result {
    let seen = shown(|device| {
        for byte in b"E<AR>E" {
            assert_eq!(device.write([*byte]), Ok(1));
        }
        assert_eq!(device.write("<S"), Ok(2));
        assert_eq!(device.write("OS> <SK>"), Ok(8));
        Ok(())
    })?;
    assert_eq!(seen, ". .-.-. . ...---... / ...-.-");
    Ok(())
}

fn sequences_of_two_files_do_not_mix() -> Result {
    let seen = shown(|device| {
        let other = Device::open()?;
        assert_eq!(device.write(b"\xc3"), Ok(1));
        assert_eq!(other.write("N"), Ok(1));
        assert_eq!(device.write(b"\xa9"), Ok(1));
        Ok(())
    })?;
    assert_eq!(seen, "-. ..-..");
    Ok(())
}

fn case_makes_no_difference() -> Result {
    let seen = shown(|device| {
        assert_eq!(device.write("aA éÉ"), Ok(7));
        Ok(())
    })?;
    assert_eq!(seen, ".- .- / ..-.. ..-..");
    Ok(())
}

fn white_space_is_a_gap_and_no_character() -> Result {
    let seen = shown(|device| {
        let text = " \t\n\0\u{feff}";
        assert_eq!(device.write(text), Ok(text.len()));
        assert_eq!(device.status()?.queued, 0);
        assert_eq!(device.write("E \t\n "), Ok(5));
        assert_eq!(device.write("\nT\n"), Ok(3));
        assert_eq!(device.status()?.queued, 2);
        Ok(())
    })?;
    assert_eq!(seen, ". / -");
    Ok(())
}

fn counts_are_of_bytes() -> Result {
    let device = Device::open()?;
    assert_eq!(device.write("éé~"), Ok(4));
    assert_eq!(device.status()?.queued, 2);
    Ok(())
}

fn a_write_of_nothing_does_nothing() -> Result {
    let device = Device::open_nonblock()?;
    assert_eq!(device.write(""), Ok(0));
    device.fill()?;
    // It needs no room.
    assert_eq!(device.write(""), Ok(0));
    Ok(())
}
