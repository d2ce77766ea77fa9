// SPDX-License-Identifier: GPL-2.0

//! Types keyed text: the kernel's uinput makes a keyboard of it, for the console and every other program.
//!
//! ```text
//! morse-keyboard        ends with the device
//! ```
//!
//! It types the keys of a US keyboard, letters without shift. A character that has no key there, such as É, is left out, and so is
//! the line end after a session.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

use evdev::uinput::VirtualDevice;
use evdev::{AttributeSet, KeyCode, KeyEvent};

/// Rows of keys: the code of the first, their characters, and those with shift.
const ROWS: [(u16, &str, &str); 5] = [
    (KeyCode::KEY_1.0, "1234567890-=", "!@#$%^&*()_+"),
    (KeyCode::KEY_Q.0, "qwertyuiop[]", "QWERTYUIOP{}"),
    (KeyCode::KEY_A.0, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
    (KeyCode::KEY_BACKSLASH.0, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (KeyCode::KEY_SPACE.0, " ", ""),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut morse = BufReader::new(File::open("/dev/morse")?);
    let mut keys = AttributeSet::<KeyCode>::new();
    keys.insert(KeyCode::KEY_LEFTSHIFT);
    for (first, plain, _) in ROWS {
        (first..)
            .zip(plain.chars())
            .for_each(|(code, _)| keys.insert(KeyCode(code)));
    }
    let mut keyboard = VirtualDevice::builder()?
        .name("morse")
        .with_keys(&keys)?
        .build()?;
    loop {
        // A character of UTF-8 comes whole.
        let read = morse.fill_buf()?;
        let (text, length) = (String::from_utf8_lossy(read).to_lowercase(), read.len());
        for (key, shift) in text.chars().filter_map(find) {
            tap(&mut keyboard, key, shift)?;
        }
        morse.consume(length);
    }
}

/// The key of a character, and whether it is shifted.
fn find(character: char) -> Option<(KeyCode, bool)> {
    ROWS.iter().find_map(|(first, plain, shifted)| {
        let column = |row: &str| row.chars().position(|c| c == character);
        let (column, shift) = column(plain)
            .map(|column| (column, false))
            .or(column(shifted).map(|column| (column, true)))?;
        Some((KeyCode(first + u16::try_from(column).ok()?), shift))
    })
}

/// Presses a key and releases it.
fn tap(keyboard: &mut VirtualDevice, key: KeyCode, shift: bool) -> io::Result<()> {
    let held: &[KeyCode] = if shift {
        &[KeyCode::KEY_LEFTSHIFT, key]
    } else {
        &[key]
    };
    for (keys, value) in [(held, 1), (held, 0)] {
        for key in keys {
            keyboard.emit(&[*KeyEvent::new(*key, value)])?;
        }
    }
    Ok(())
}
