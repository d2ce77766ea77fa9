// SPDX-License-Identifier: GPL-2.0

//! Reading text: each file reads all of it at its own position, and a failed read loses nothing.

use std::io::IoSliceMut;
use std::num::NonZeroUsize;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::libc;
use nix::sys::mman::{mmap_anonymous, mprotect, MapFlags, ProtFlags};
use nix::sys::uio::readv;
use nix::unistd::dup;

use crate::hand::{Hand, QUIET};
use crate::Result;
use morse_guest::device::{Device, PULSE_BYTES};

super::cases![
    what_is_keyed_is_read,
    a_read_takes_what_there_is_and_no_more,
    a_read_of_nothing_takes_nothing,
    each_file_reads_all_of_it,
    a_new_file_reads_what_comes_from_then_on,
    duplicates_share_a_place,
    readv_is_one_read,
    a_bad_address_is_efault_and_loses_nothing,
    what_fits_before_a_bad_address_is_read,
    pulses_before_a_bad_address_are_read_whole,
    many_readers_at_once,
];

/// CQ and DE, as they are keyed.
const CQ: &str = "-.-. --.-";
const DE: &str = "-.. .";
const PAGE: usize = 4096;

/// Ends a word of a hand whose letter and word spaces have been seen.
const KNOWN_REST: std::time::Duration = std::time::Duration::from_millis(240);

fn what_is_keyed_is_read() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader_nonblock()?;
    hand.key("-.-. --.-/-.. ./..-..")?;
    std::thread::sleep(KNOWN_REST);
    assert_eq!(reader.read_text(100), Ok("CQ DE É ".into()));
    hand.key("......../.-.-.")?;
    std::thread::sleep(KNOWN_REST);
    // HH is no character, so it reads as a prosign in brackets; AR reads as `+`.
    assert_eq!(reader.read_text(100), Ok("<HH> + ".into()));
    hand.key_word(".-.--")?;
    assert_eq!(reader.read_text(100), Ok("\u{fffd} ".into()));
    std::thread::sleep(QUIET);
    assert_eq!(reader.read_text(100), Ok("\n".into()));
    assert_eq!(reader.read_text(100), Err(Errno::EAGAIN));
    Ok(())
}

fn a_read_takes_what_there_is_and_no_more() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    hand.key_word(CQ)?;
    // A blocking file does not wait for more either.
    for expected in ["C", "Q", " "] {
        assert_eq!(reader.read_text(1), Ok(expected.into()));
    }
    hand.key_word(DE)?;
    assert_eq!(reader.read_text(PAGE), Ok("DE ".into()));
    Ok(())
}

fn a_read_of_nothing_takes_nothing() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    assert_eq!(reader.read(&mut []), Ok(0), "and does not block");
    hand.key_word(DE)?;
    assert_eq!(reader.read(&mut []), Ok(0));
    assert_eq!(reader.read_text(PAGE), Ok("DE ".into()));
    Ok(())
}

fn each_file_reads_all_of_it() -> Result {
    let mut hand = Hand::new()?;
    let readers = [Device::reader_nonblock()?, Device::reader_nonblock()?];
    hand.key_word(CQ)?;
    assert_eq!(readers[0].read_text(2), Ok("CQ".into()));
    hand.key_word(DE)?;
    assert_eq!(readers[0].read_text(PAGE), Ok(" DE ".into()));
    assert_eq!(readers[1].read_text(PAGE), Ok("CQ DE ".into()));
    for reader in &readers {
        assert_eq!(reader.read_text(PAGE), Err(Errno::EAGAIN));
        assert_eq!(reader.lost(), Ok(0));
    }
    Ok(())
}

fn a_new_file_reads_what_comes_from_then_on() -> Result {
    let mut hand = Hand::new()?;
    hand.key_word(CQ)?;
    let reader = Device::reader_nonblock()?;
    assert_eq!(reader.read_text(PAGE), Err(Errno::EAGAIN));
    hand.key_word(DE)?;
    assert_eq!(reader.read_text(PAGE), Ok("DE ".into()));
    assert_eq!(
        reader.lost(),
        Ok(0),
        "text from before the open is not lost"
    );
    Ok(())
}

fn duplicates_share_a_place() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    let duplicate = dup(&reader)?;
    hand.key_word(CQ)?;
    assert_eq!(reader.read_text(1), Ok("C".into()));
    let mut byte = [0];
    assert_eq!(nix::unistd::read(&duplicate, &mut byte), Ok(1));
    assert_eq!(&byte, b"Q");
    // A child's files are duplicates too.
    let output = std::process::Command::new("/bin/busybox")
        .args(["head", "-c", "1"])
        .stdin(duplicate)
        .output()?;
    assert_eq!(output.stdout, b" ");
    Ok(())
}

fn readv_is_one_read() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    hand.key_word("-.-. --.-/-.. .")?;
    let (mut first, mut second, mut third) = ([0; 2], [0; 3], [0; 4]);
    let mut slices = [
        IoSliceMut::new(&mut first),
        IoSliceMut::new(&mut []),
        IoSliceMut::new(&mut second),
        IoSliceMut::new(&mut third),
    ];
    assert_eq!(readv(&reader, &mut slices), Ok(6));
    assert_eq!((&first, &second, &third), (b"CQ", b" DE", b" \0\0\0"));
    Ok(())
}

/// One raw read(2).
fn read_at(device: &Device, address: *mut u8, count: usize) -> nix::Result<usize> {
    // SAFETY: The kernel checks the address; the callers test this check. A valid address is in a mapping
    // that nothing else uses.
    let count = unsafe { libc::read(device.file().as_raw_fd(), address.cast(), count) };
    Errno::result(count).map(|count| count as usize)
}

/// The last `before` bytes of a page that is followed by an unmapped one.
fn end_of_memory(before: usize) -> Result<*mut u8> {
    let length = NonZeroUsize::new(2 * PAGE).ok_or("not zero")?;
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: A new mapping at an address of the kernel's choice.
    let memory =
        unsafe { mmap_anonymous(None, length, access, MapFlags::MAP_PRIVATE) }?.cast::<u8>();
    // SAFETY: Both pages are ours, and nothing refers to them.
    unsafe {
        mprotect(memory.add(PAGE).cast(), PAGE, ProtFlags::PROT_NONE)?;
        Ok(memory.add(PAGE - before).as_ptr())
    }
}

fn a_bad_address_is_efault_and_loses_nothing() -> Result {
    let mut hand = Hand::new()?;
    for mode in [morse_use::uapi::MORSE_TEXT, morse_use::uapi::MORSE_PULSES] {
        let reader = Device::reader_nonblock()?;
        let other = Device::reader_nonblock()?;
        reader.set_mode(mode)?;
        other.set_mode(mode)?;
        hand.key_word(CQ)?;
        for address in [8, usize::MAX / 2, usize::MAX - 64] {
            assert_eq!(
                read_at(
                    &reader,
                    std::ptr::without_provenance_mut(address),
                    PULSE_BYTES
                ),
                Err(Errno::EFAULT),
                "{address:#x}"
            );
        }
        let (mut all, mut expected) = ([0; PAGE], [0; PAGE]);
        assert_eq!(reader.read(&mut all), other.read(&mut expected));
        assert_eq!(all, expected);
        assert!(all != [0; PAGE] && reader.lost() == Ok(0));
    }
    Ok(())
}

fn what_fits_before_a_bad_address_is_read() -> Result {
    const BEFORE: usize = 2;
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    hand.key_word("-.-. --.-/-.. .")?;
    let start = end_of_memory(BEFORE)?;
    // The kernel's copy may stop some bytes before the end of the page, but not at once.
    let count = read_at(&reader, start, PAGE)?;
    assert!((1..=BEFORE).contains(&count), "{count}");
    // SAFETY: These bytes are mapped, and the kernel is done with them.
    let read = unsafe { std::slice::from_raw_parts(start, count) };
    let mut read = read.to_vec();
    read.extend(reader.read_text(PAGE)?.into_bytes());
    assert_eq!(read, b"CQ DE ", "neither lost nor repeated");
    Ok(())
}

fn pulses_before_a_bad_address_are_read_whole() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    let other = Device::reader()?;
    reader.set_mode(morse_use::uapi::MORSE_PULSES)?;
    other.set_mode(morse_use::uapi::MORSE_PULSES)?;
    hand.key_word(CQ)?;
    let all = other.read_pulses(100)?;
    let start = end_of_memory(2 * PULSE_BYTES + PULSE_BYTES / 2)?;
    assert_eq!(read_at(&reader, start, PAGE), Ok(2 * PULSE_BYTES));
    let rest = reader.read_pulses(100)?;
    assert_eq!(rest.len() + 2, all.len(), "neither lost nor repeated");
    assert_eq!(rest[0].duration_ns, all[2].duration_ns);
    Ok(())
}

fn many_readers_at_once() -> Result {
    let mut hand = Hand::new()?;
    let readers = (0..200)
        .map(|_| Device::reader_nonblock())
        .collect::<std::io::Result<Vec<_>>>()?;
    hand.key_word(CQ)?;
    for reader in &readers {
        assert_eq!(reader.read_text(PAGE), Ok("CQ ".into()));
    }
    Ok(())
}
