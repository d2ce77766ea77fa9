// SPDX-License-Identifier: GPL-2.0

//! Prints keyed text, as it is read.
//!
//! ```text
//! morse-receive [SECONDS]        ends after SECONDS without text, or with the device
//! ```
//!
//! Its loop waits for one file; `poll` takes a program's other files as well.

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use nix::libc::O_NONBLOCK;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};

fn main() -> Result<(), Box<dyn Error>> {
    let patience = match env::args().nth(1) {
        Some(seconds) => Duration::from_secs(seconds.parse()?).try_into()?,
        None => PollTimeout::NONE,
    };
    let mut morse = OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open("/dev/morse")?;

    let mut text = [0; 256];
    loop {
        match morse.read(&mut text) {
            // A character of UTF-8 comes whole.
            Ok(count @ 1..) => {
                io::stdout().write_all(&text[..count])?;
                io::stdout().flush()?;
            }
            Ok(0) => break,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let mut files = [PollFd::new(morse.as_fd(), PollFlags::POLLIN)];
                if poll(&mut files, patience)? == 0 {
                    break;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    // A program that reads too seldom loses the oldest, and is told how much.
    match morse_use::lost(&morse)? {
        0 => {}
        bytes => eprintln!("{bytes} bytes lost"),
    }
    Ok(())
}
