// SPDX-License-Identifier: GPL-2.0

//! Texts, values of settings and lengths; some valid, some at their bounds, some garbage.

use morse_guest::random::Random;
use morse_guest::settings::{self, Number, NUMBERS};

/// Pieces of text: letters, prosigns and parts of them, characters of two to four bytes and parts of
/// those, characters without a code, blanks.
const PIECES: &[&[u8]] = &[
    b"E",
    b"T",
    b"sos",
    b"PARIS ",
    b"0123456789",
    b".,?/=+-",
    b"<AR>",
    b"<SK>",
    b"<",
    b">",
    b"<A",
    b"R>",
    b"<>",
    b"<a b>",
    b" ",
    b"\n\t  ",
    "é".as_bytes(),
    "ÅÄÖ".as_bytes(),
    "e\u{301}".as_bytes(),
    "\u{308}".as_bytes(),
    "\u{feff}".as_bytes(),
    "漢".as_bytes(),
    "\u{1f600}".as_bytes(),
    b"\xc3",
    b"\xa9",
    b"\xff",
    b"\xe6\xbc",
    b"\xf4\x90\x80\x80",
    b"\xc0\x80",
    b"\0",
    b"~",
];

/// Returns a length for a read or a write: mostly small or at some bound, sometimes absurd.
pub fn length(random: &mut Random) -> usize {
    match random.below(20) {
        0..8 => random.below(64) as usize,
        8..14 => random.among(&[0, 1, 2, 3, 15, 16, 17, 24, 32, 255, 256, 257, 1024]),
        14..18 => random.among(&[4095, 4096, 4097, 8192]),
        18 => random.among(&[0x7fff_f000, 1 << 31, usize::MAX / 2, usize::MAX]),
        _ => random.below(70_000) as usize,
    }
}

/// Fills `bytes` with text for the device, sometimes malformed.
pub fn fill_text(random: &mut Random, bytes: &mut [u8]) {
    let good = random.below(4) < 3;
    let mut rest = bytes;
    // Vary the beginning only; the rest is one character, mostly a letter, to fill the fifo.
    for _ in 0..32 {
        // The first nine pieces are letters, signs, prosigns and an opening bracket.
        let known = if good { 9 } else { PIECES.len() as u64 };
        let piece = PIECES[random.below(known) as usize];
        let len = piece.len().min(rest.len());
        let (now, later) = rest.split_at_mut(len);
        now.copy_from_slice(&piece[..len]);
        rest = later;
    }
    rest.fill(random.among(b"EET \n~"));
}

/// Returns a file of the device in sysfs.
pub fn file(random: &mut Random) -> &'static str {
    let files: Vec<&str> = settings::files().collect();
    files[random.below(files.len() as u64) as usize]
}

/// Returns a setting and a value to write, not always valid.
pub fn setting(random: &mut Random) -> (&'static str, Vec<u8>) {
    if random.one_in(8) {
        let len = random.among(&[0, 1, 5, 40, 1023, 1024, 1025, 4095, 4096]);
        let mut text = vec![b'E'; len];
        let start = random.below(len as u64 + 1) as usize;
        fill_text(random, &mut text[..start]);
        return ("beacon", text);
    }
    if random.one_in(20) {
        // Any file, also a read-only one, with a value that is no boolean.
        return (file(random), b"2\n".to_vec());
    }
    // Leave out `ticker_log`, which would flood the kernel's log.
    let Number {
        name, least, most, ..
    } = random.among(&NUMBERS[..NUMBERS.len() - 1]);
    let value = match random.below(12) {
        0..6 => (least + random.below(most - least + 1)).to_string(),
        6 => least.to_string(),
        7 => most.to_string(),
        8 => (most + 1).to_string(),
        9 => least.wrapping_sub(1).to_string(),
        10 => random.next_u64().to_string(),
        _ => random
            .pick(&[
                "", " ", "-1", "+1", "0x10", "1e3", "\u{662}", "1 2", "nan", "\0", "1\n\n",
            ])
            .to_owned(),
    };
    let end = random.pick(&["", "\n"]);
    (name, format!("{value}{end}").into_bytes())
}

/// Returns an invalid input for the simulated key.
pub fn no_level(random: &mut Random) -> &'static [u8] {
    random.pick::<[u8]>(&[
        b"",
        b"2",
        b"\n",
        b"10",
        b"1\n\n",
        b"\xff",
        b"0 ",
        b"11111111",
    ])
}
