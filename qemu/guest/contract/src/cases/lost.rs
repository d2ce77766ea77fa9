// SPDX-License-Identifier: GPL-2.0

//! A reader that is too slow loses the oldest data, and MORSE_IOC_GET_LOST tells how much.

use std::time::Duration;

use morse_use::uapi;
use nix::errno::Errno;

use crate::hand::{assert_pulses, Hand, REST};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    the_oldest_text_is_lost_and_counted,
    the_oldest_pulses_are_lost_and_counted,
    a_reader_that_keeps_up_loses_nothing,
];

/// Size of the receive buffer, see Documentation/ABI/testing/sysfs-class-misc-morse.
const TEXT_BYTES: usize = 4096;
const PULSES: usize = 2048;
/// The fastest speed that the sanitizer kernel receives reliably.
const FAST_WPM: &str = "200";
const FAST_UNIT: Duration = Duration::from_millis(6);

fn lost_by_all() -> Result<u64> {
    Ok(driver::get("lost")?.parse()?)
}

/// A character is lost as a whole: the remaining bytes of a cut one are lost too.
fn the_oldest_text_is_lost_and_counted() -> Result {
    const BEFORE: usize = 5;
    const AFTER: usize = 2047;

    let mut hand = Hand::new()?;
    driver::set("receive_wpm", FAST_WPM)?;
    driver::set("debounce_us", "1000")?;
    hand.introduce(FAST_UNIT)?;
    let (slow, slower) = (Device::reader_nonblock()?, Device::reader_nonblock()?);
    // É has two bytes; the second one becomes the oldest byte in the buffer.
    hand.key_at(
        FAST_UNIT,
        &format!("{}..-../{}.", "./".repeat(BEFORE), "./".repeat(AFTER - 1)),
    )?;
    std::thread::sleep(REST);
    let kept = format!(" {}", "E ".repeat(AFTER));
    assert_eq!(kept.len(), TEXT_BYTES - 1);
    let lost = (2 * BEFORE + "É".len()) as u64;

    assert_eq!(lost_by_all()?, 0, "no reader has noticed yet");
    assert_eq!(slow.lost(), Ok(lost));
    assert_eq!(lost_by_all()?, lost, "noticed by asking");
    assert_eq!(slow.read_text(2 * TEXT_BYTES), Ok(kept.clone()));
    assert_eq!(slow.lost(), Ok(lost), "not counted once more");
    assert_eq!(slower.read_text(2 * TEXT_BYTES), Ok(kept));
    assert_eq!(lost_by_all()?, 2 * lost, "noticed by reading");
    assert_eq!(slower.lost(), Ok(lost));
    assert_eq!(slow.read_text(1), Err(Errno::EAGAIN));

    // A file opened now has lost nothing, and setting the mode resets the count.
    assert_eq!(Device::reader()?.lost(), Ok(0));
    slow.set_mode(uapi::MORSE_PULSES)?;
    assert_eq!(slow.lost(), Ok(0));
    assert_eq!(lost_by_all()?, 2 * lost);
    Ok(())
}

fn the_oldest_pulses_are_lost_and_counted() -> Result {
    const MORE: usize = 101;

    let mut hand = Hand::new()?;
    driver::set("debounce_us", "0")?;
    let reader = Device::reader_nonblock()?;
    reader.set_mode(uapi::MORSE_PULSES)?;
    let edges = PULSES + MORE + 1;
    let times: Vec<Duration> = (0..edges as u32)
        .map(|i| Duration::from_micros(500) * i)
        .collect();
    let moments = hand.play(&times)?;
    std::thread::sleep(REST);
    assert_eq!(reader.lost(), Ok(MORE as u64));
    let mut pulses = Vec::new();
    while pulses.len() < PULSES {
        pulses.extend(reader.read_pulses(300)?);
    }
    // The first pulse left is a space, as an odd number of pulses is lost.
    assert_eq!((pulses.len(), pulses[0].mark), (PULSES, 0));
    assert_pulses(&pulses[1..], &moments[MORE + 1..]);
    assert_eq!(reader.read_pulses(1).map(drop), Err(Errno::EAGAIN));
    assert_eq!(
        (reader.lost(), lost_by_all()?),
        (Ok(MORE as u64), MORE as u64)
    );
    Ok(())
}

fn a_reader_that_keeps_up_loses_nothing() -> Result {
    let mut hand = Hand::new()?;
    driver::set("debounce_us", "0")?;
    let reader = Device::reader()?;
    reader.set_mode(uapi::MORSE_PULSES)?;
    let mut all = Vec::new();
    let mut keyed = Vec::new();
    for _ in 0..3 {
        let times: Vec<Duration> = (0..1000_u32)
            .map(|i| Duration::from_micros(500) * i)
            .collect();
        keyed.extend(hand.play(&times)?);
        while all.len() + 1 < keyed.len() {
            all.extend(reader.read_pulses(64)?);
        }
    }
    assert_pulses(&all, &keyed);
    assert_eq!((reader.lost(), lost_by_all()?), (Ok(0), 0));
    Ok(())
}
