// SPDX-License-Identifier: GPL-2.0

//! Drops queued text and the character being sent; the lamp is dark when it returns.

use std::error::Error;
use std::fs::OpenOptions;

fn main() -> Result<(), Box<dyn Error>> {
    let morse = OpenOptions::new().write(true).open("/dev/morse")?;
    let queued = morse_use::status(&morse)?.queued;
    morse_use::abort(&morse)?;
    println!("{queued} characters dropped");
    Ok(())
}
