// SPDX-License-Identifier: GPL-2.0

//! Sends its arguments in Morse, and returns when they are sent.
//!
//! A program with something else to do would put the file into its own event loop; here the loop
//! waits for nothing but room in the driver's queue.

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::libc::O_NONBLOCK;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    // The space keeps this message apart from the next one.
    let text = words.join(" ") + " ";

    let mut morse = OpenOptions::new()
        .write(true)
        .custom_flags(O_NONBLOCK)
        .open("/dev/morse")?;

    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match morse.write(rest) {
            // write(2) may take a part: it stops at a full fifo, and before a character that has
            // no code. The write that begins with that character fails with EINVAL.
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let mut files = [PollFd::new(morse.as_fd(), PollFlags::POLLOUT)];
                poll(&mut files, PollTimeout::NONE)?;
            }
            Err(error) => return Err(error.into()),
        }
    }

    let status = morse_use::status(&morse)?;
    println!(
        "{} characters queued, {} ms a unit",
        status.queued,
        f64::from(status.unit_us) / 1000.0
    );
    // fsync(2): until the lamp has gone dark.
    morse.sync_all()?;
    println!("sent");
    Ok(())
}
