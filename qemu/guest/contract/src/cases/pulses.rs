// SPDX-License-Identifier: GPL-2.0

//! Raw pulses: the level and its length, from the interrupt's timestamps in ns.

use std::thread;
use std::time::Duration;

use morse_use::uapi;
use nix::errno::Errno;

use crate::hand::{assert_pulses, Hand, REST, UNIT};
use crate::Result;
use morse_guest::device::{Device, PULSE_BYTES};
use morse_guest::driver;

super::cases![
    marks_and_spaces_with_their_lengths,
    lengths_are_exact_while_sending,
    a_pulse_is_there_when_the_next_level_is_believed,
    bounces_are_no_pulses,
    without_debouncing_every_edge_counts,
    a_buffer_too_small_is_einval,
    modes_are_of_each_file,
    another_mode_begins_anew,
    modes_that_are_none,
];

fn reader() -> Result<Device> {
    let reader = Device::reader_nonblock()?;
    reader.set_mode(uapi::MORSE_PULSES)?;
    Ok(reader)
}

fn marks_and_spaces_with_their_lengths() -> Result {
    let mut hand = Hand::new()?;
    let reader = reader()?;
    let mut moments = hand.key("-.-. --.-/-.. .")?;
    thread::sleep(REST);
    assert_pulses(&reader.read_pulses(100)?, &moments);
    // The pause is a space like any other, however long.
    thread::sleep(Duration::from_secs(20));
    let last = moments.split_off(moments.len() - 1);
    moments = hand.key(".")?;
    thread::sleep(REST);
    let pulses = reader.read_pulses(100)?;
    assert_eq!(pulses[0].mark, 0);
    let lasted = Duration::from_nanos(pulses[0].duration_ns);
    assert!(lasted >= moments[0].from - last[0].to && lasted <= moments[0].to - last[0].from);
    assert_pulses(&pulses[1..], &moments);
    Ok(())
}

fn lengths_are_exact_while_sending() -> Result {
    let mut hand = Hand::new()?;
    let reader = reader()?;
    let sender = Device::open()?;
    driver::set("wpm", "60")?;
    sender.write("PARIS PARIS")?;
    let moments = hand.key("-.-. --.-/-.. ./--")?;
    assert!(sender.status()?.queued > 0, "it was sending all the time");
    thread::sleep(REST);
    assert_pulses(&reader.read_pulses(100)?, &moments);
    sender.fsync()?;
    Ok(())
}

fn a_pulse_is_there_when_the_next_level_is_believed() -> Result {
    const DEBOUNCE: Duration = Duration::from_millis(5);
    /// A jiffy, and the time to wake up.
    const LATE: Duration = Duration::from_millis(5);

    let mut hand = Hand::new()?;
    let reader = reader()?;
    hand.set(true)?;
    thread::sleep(UNIT);
    assert_eq!(
        reader.read_pulses(1).map(drop),
        Err(Errno::EAGAIN),
        "it lasts"
    );
    hand.set(false)?;
    assert_eq!(
        reader.read_pulses(1).map(drop),
        Err(Errno::EAGAIN),
        "it may be a bounce"
    );
    thread::sleep(DEBOUNCE + LATE);
    assert_eq!(reader.read_pulses(10)?.len(), 1);
    Ok(())
}

fn bounces_are_no_pulses() -> Result {
    const BOUNCE: Duration = Duration::from_millis(1);
    /// On any kernel a bounce is shorter than this, and a level longer.
    const DEBOUNCE_US: &str = "20000";
    const LEVEL: Duration = Duration::from_millis(80);

    let mut hand = Hand::new()?;
    driver::set("debounce_us", DEBOUNCE_US)?;
    let reader = reader()?;
    let mut bouncing = |down: bool| -> Result<_> {
        for _ in 0..2 {
            hand.set(down)?;
            thread::sleep(BOUNCE);
            hand.set(!down)?;
            thread::sleep(BOUNCE);
        }
        let moment = hand.set(down)?;
        thread::sleep(LEVEL);
        Ok(moment)
    };
    let moments = [
        bouncing(true)?,
        bouncing(false)?,
        bouncing(true)?,
        bouncing(false)?,
    ];
    assert_pulses(&reader.read_pulses(100)?, &moments);
    // A spike does not split a mark.
    let down = hand.set(true)?;
    thread::sleep(LEVEL);
    hand.set(false)?;
    thread::sleep(BOUNCE);
    hand.set(true)?;
    thread::sleep(LEVEL);
    let up = hand.set(false)?;
    thread::sleep(LEVEL);
    assert_pulses(&reader.read_pulses(100)?[1..], &[down, up]);
    let number = |name: &str| -> Result<u64> { Ok(driver::get(name)?.parse()?) };
    assert_eq!((number("edges")?, number("edges_received")?), (24, 6));
    assert_eq!(
        (number("edges_debounced")?, number("edges_dropped")?),
        (18, 0)
    );
    Ok(())
}

fn without_debouncing_every_edge_counts() -> Result {
    let mut hand = Hand::new()?;
    driver::set("debounce_us", "0")?;
    let reader = reader()?;
    let times: Vec<Duration> = (0..400_u32)
        .map(|i| Duration::from_micros(500) * i)
        .collect();
    let moments = hand.play(&times)?;
    assert_pulses(&reader.read_pulses(1000)?, &moments);
    Ok(())
}

fn a_buffer_too_small_is_einval() -> Result {
    let mut hand = Hand::new()?;
    let reader = reader()?;
    for size in [1, PULSE_BYTES - 1] {
        assert_eq!(
            reader.read(&mut vec![0; size]),
            Err(Errno::EINVAL),
            "{size}"
        );
    }
    hand.key_word("-.-")?;
    for size in [1, PULSE_BYTES - 1] {
        assert_eq!(
            reader.read(&mut vec![0; size]),
            Err(Errno::EINVAL),
            "{size}"
        );
    }
    assert_eq!(reader.read(&mut []), Ok(0), "as read(2) has it");
    // A read returns whole pulses only, however large the buffer.
    for (size, count) in [
        (PULSE_BYTES, 1),
        (3 * PULSE_BYTES - 1, 2),
        (100 * PULSE_BYTES, 2),
    ] {
        assert_eq!(
            reader.read(&mut vec![0; size]),
            Ok(count * PULSE_BYTES),
            "{size}"
        );
    }
    Ok(())
}

fn modes_are_of_each_file() -> Result {
    let mut hand = Hand::new()?;
    let pulses = reader()?;
    let text = Device::reader_nonblock()?;
    let moments = hand.key_word("-.-")?;
    assert_eq!(text.read_text(100), Ok("K ".into()));
    assert_pulses(&pulses.read_pulses(100)?, &moments);
    Ok(())
}

fn another_mode_begins_anew() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader_nonblock()?;
    hand.key_word("-.-")?;
    // The same mode again changes nothing.
    reader.set_mode(uapi::MORSE_TEXT)?;
    assert_eq!(reader.read_text(1), Ok("K".into()));
    reader.set_mode(uapi::MORSE_PULSES)?;
    assert_eq!(reader.read_pulses(10).map(drop), Err(Errno::EAGAIN));
    hand.key_word("-")?;
    reader.set_mode(uapi::MORSE_PULSES)?;
    // The space before it, and the mark.
    assert_eq!(reader.read_pulses(10)?.len(), 2);
    reader.set_mode(uapi::MORSE_TEXT)?;
    assert_eq!(reader.read_text(100), Err(Errno::EAGAIN));
    hand.key_word(".")?;
    assert_eq!(reader.read_text(100), Ok("E ".into()));
    Ok(())
}

fn modes_that_are_none() -> Result {
    let reader = Device::reader_nonblock()?;
    for mode in [uapi::MORSE_PULSES + 1, 1 << 16, u32::MAX] {
        assert_eq!(reader.set_mode(mode), Err(Errno::EINVAL), "{mode}");
    }
    for request in [uapi::MORSE_IOC_SET_MODE, uapi::MORSE_IOC_GET_LOST] {
        for address in [0, 8, usize::MAX, usize::MAX / 2] {
            assert_eq!(
                reader.ioctl(request, address),
                Err(Errno::EFAULT),
                "{request:#x}, {address:#x}"
            );
        }
    }
    assert_eq!(
        reader.read_text(100),
        Err(Errno::EAGAIN),
        "it reads text still"
    );
    Ok(())
}
