// SPDX-License-Identifier: GPL-2.0

//! Settings that change while an edge is debounced, in a gap or while a beacon is sent; a stuck key in a word;
//! aborts while a writer waits.

use std::thread;
use std::time::Duration;

use crate::hand::Hand;
use crate::lamp::Lamp;
use crate::task::{Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver::{self, number};

super::cases![
    a_shorter_debounce_time_holds_for_an_edge_that_waits,
    a_receive_speed_that_is_set_in_a_gap_keeps_the_space,
    a_stuck_key_ends_the_word_before_it,
    an_abort_ends_the_message_though_a_writer_goes_on,
    abort_in_sysfs,
    a_new_beacon_text_follows_the_old_one,
];

/// A dot of 20 WPM.
const UNIT: Duration = Duration::from_millis(60);
/// No gap between words is longer, 40 units.
const WORD_GAP: Duration = Duration::from_millis(2500);
const FAST_UNIT: Duration = Duration::from_millis(12);

fn a_shorter_debounce_time_holds_for_an_edge_that_waits() -> Result {
    let mut hand = Hand::new()?;
    let before = number("edges_received")?;
    driver::set("debounce_us", "1000000")?;
    hand.set(true)?;
    thread::sleep(SETTLE);
    assert_eq!(number("edges_received")?, before);
    driver::set("debounce_us", "1000")?;
    thread::sleep(SETTLE);
    assert_eq!(number("edges_received")?, before + 1);
    hand.set(false)?;
    Ok(())
}

fn a_receive_speed_that_is_set_in_a_gap_keeps_the_space() -> Result {
    let mut hand = Hand::new()?;
    driver::set("receive_wpm", "20")?;
    let reader = Device::reader_nonblock()?;
    for in_the_gap in ["20", "0", "25"] {
        hand.key_at(UNIT, ".")?;
        // The letter is over, and the word is not.
        thread::sleep(4 * UNIT);
        driver::set("receive_wpm", in_the_gap)?;
        thread::sleep(WORD_GAP);
        driver::set("receive_wpm", "20")?;
        hand.key_at(UNIT, ".")?;
        thread::sleep(WORD_GAP);
        assert_eq!(reader.read_text(16), Ok("E E ".into()), "{in_the_gap}");
    }
    Ok(())
}

fn a_stuck_key_ends_the_word_before_it() -> Result {
    let mut hand = Hand::new()?;
    driver::set("receive_wpm", "20")?;
    let reader = Device::reader_nonblock()?;
    hand.key_at(UNIT, ".")?;
    thread::sleep(4 * UNIT);
    hand.set(true)?;
    thread::sleep(Duration::from_secs(12));
    assert_eq!(reader.read_text(16), Ok("E ".into()));
    hand.set(false)?;
    thread::sleep(WORD_GAP);
    hand.key_at(UNIT, ".")?;
    thread::sleep(WORD_GAP);
    assert_eq!(reader.read_text(16), Ok("E ".into()));
    Ok(())
}

fn an_abort_ends_the_message_though_a_writer_goes_on() -> Result {
    driver::set("wpm", "1000")?;
    let before = number("sent_messages")?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("E".repeat(CAPACITY + 100)));
    let device = Device::open()?;
    device.abort()?;
    assert_eq!(writer.within(PROMPT)?, Ok(CAPACITY + 100));
    device.fsync()?;
    thread::sleep(SETTLE);
    // Only the text sent after the abort counts as a sent message.
    assert_eq!(number("sent_messages")?, before + 1);
    Ok(())
}

fn abort_in_sysfs() -> Result {
    driver::set("wpm", "1")?;
    let device = Device::open()?;
    device.write("SOS")?;
    for text in ["0", "2", "", "yes"] {
        assert!(driver::set("abort", text).is_err(), "{text:?}");
    }
    assert_eq!(device.status()?.queued, 3);
    driver::set("abort", "1")?;
    assert_eq!(device.status()?.queued, 0);
    assert_eq!(driver::get("state")?, "idle");
    Ok(())
}

fn a_new_beacon_text_follows_the_old_one() -> Result {
    driver::set("wpm", "100")?;
    driver::set("beacon_interval_s", "3600")?;
    let lamp = Lamp::watch()?;
    driver::set("beacon", "CQ CQ")?;
    lamp.wait_on()?;
    driver::set("beacon", "T")?;
    thread::sleep(Duration::from_secs(5));
    assert_eq!(lamp.text(FAST_UNIT)?, "-.-. --.- / -.-. --.- / -");
    // It is left out while other text is sent.
    let device = Device::open()?;
    device.write("SOS")?;
    driver::set("beacon", "E")?;
    device.fsync()?;
    thread::sleep(Duration::from_secs(5));
    assert_eq!(
        lamp.text(FAST_UNIT)?,
        "-.-. --.- / -.-. --.- / - / ... --- ..."
    );
    Ok(())
}
