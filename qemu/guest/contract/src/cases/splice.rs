// SPDX-License-Identifier: GPL-2.0

//! sendfile(2) and splice(2), by which programs copy files.

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{splice, SpliceFFlags};
use nix::sys::sendfile::sendfile;
use nix::unistd::pipe;

use crate::hand::Hand;
use crate::lamp::Lamp;
use crate::task::{Blocked, PROMPT};
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver;

super::cases![
    sendfile_sends_a_file,
    sendfile_stops_before_what_cannot_be_sent,
    sendfile_waits_for_room,
    a_pipe_is_spliced_to_it,
    it_is_spliced_to_a_pipe,
];

const TEXT_FILE: &str = "/tmp/text";

fn text_file(text: &str) -> Result<File> {
    std::fs::write(TEXT_FILE, text)?;
    Ok(File::open(TEXT_FILE)?)
}

fn sendfile_sends_a_file() -> Result {
    driver::set("wpm", "100")?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    assert_eq!(
        sendfile(&device, text_file("SOS é\n")?, None, 1 << 20),
        Ok(7)
    );
    device.fsync()?;
    assert_eq!(lamp.text(Duration::from_millis(12))?, "... --- ... / ..-..");
    Ok(())
}

fn sendfile_stops_before_what_cannot_be_sent() -> Result {
    let file = text_file("SO~S")?;
    let device = Device::open()?;
    assert_eq!(sendfile(&device, &file, None, 100), Ok(2));
    assert_eq!(sendfile(&device, &file, None, 100), Err(Errno::EINVAL));
    assert_eq!(device.status()?.queued, 2);
    Ok(())
}

fn sendfile_waits_for_room() -> Result {
    driver::set("wpm", "1")?;
    let file = text_file(&"T".repeat(CAPACITY + 100))?;
    let sender = Blocked::in_call(move || sendfile(Device::open().unwrap(), file, None, 1 << 20));
    Device::open()?.abort()?;
    assert_eq!(sender.within(PROMPT)?, Ok(CAPACITY + 100));
    Ok(())
}

fn a_pipe_is_spliced_to_it() -> Result {
    let (reader, writer) = pipe()?;
    File::from(writer).write_all(b"SOS")?;
    let device = Device::open()?;
    let count = splice(&reader, None, &device, None, 100, SpliceFFlags::empty());
    assert_eq!(count, Ok(3));
    assert_eq!(device.status()?.queued, 3);
    Ok(())
}

fn it_is_spliced_to_a_pipe() -> Result {
    let mut hand = Hand::new()?;
    let (reader, writer) = pipe()?;
    let device = Device::reader()?;
    hand.key_word("-.-")?;
    let count = splice(&device, None, writer, None, 100, SpliceFFlags::empty());
    assert_eq!(count, Ok(2));
    let mut text = String::new();
    File::from(reader).read_to_string(&mut text)?;
    assert_eq!(text, "K ");
    Ok(())
}
