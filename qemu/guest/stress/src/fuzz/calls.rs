// SPDX-License-Identifier: GPL-2.0

//! The calls that the driver implements, and the checks of its answers.

use nix::libc::{self, c_void};

use morse_use::uapi;

use super::checks::{check_read, check_write, only, POISON};
use super::task::{Kind, Slot, Task};
use super::words;
use crate::system::{answer, Answer};
use morse_guest::random::Random;
use morse_guest::{counters, device, driver};

/// How many characters the fifo holds.
const CAPACITY: u32 = device::CAPACITY as u32;

pub fn open(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let access = random.among(&[libc::O_RDONLY, libc::O_WRONLY, libc::O_RDWR, libc::O_RDWR]);
    let nonblock = random.among(&[0, libc::O_NONBLOCK]);
    let more = match random.below(6) {
        0 => random.among(&[
            libc::O_APPEND,
            libc::O_ASYNC,
            libc::O_SYNC,
            libc::O_TRUNC,
            libc::O_DIRECT,
            libc::O_PATH,
            libc::O_DIRECTORY,
            libc::O_NOFOLLOW,
            libc::O_EXCL,
        ]),
        _ => 0,
    };
    let flags = access | nonblock | more | libc::O_CLOEXEC;
    // SAFETY: The path is a C string.
    let fd = unsafe { libc::open(c"/dev/morse".as_ptr(), flags, 0o600) };
    if fd >= 0 {
        task.keep(random, fd, Kind::Device);
    }
    // Never O_CREAT, which would make a regular file while there is no device.
    only(
        "open",
        answer(fd),
        &[
            libc::ENOENT,
            libc::ENODEV,
            libc::ENXIO,
            libc::EINVAL,
            libc::ENOTDIR,
            libc::EINTR,
        ],
    )
}

pub fn close(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    only("close", answer(task.close_some(random)), &[libc::EBADF])
}

pub fn read(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let piece = task.piece(random);
    task.memory.bytes(piece).fill(POISON);
    // SAFETY: The accessible bytes of the piece are ours; the others make the call fail.
    let answer =
        answer(unsafe { libc::read(slot.fd, piece.address as *mut c_void, piece.len) } as i64);
    if slot.kind != Kind::Device {
        return Ok(answer);
    }
    check_read(task, piece, answer)
}

pub fn write(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let piece = task.piece(random);
    words::fill_text(random, task.memory.bytes(piece));
    // SAFETY: Inaccessible bytes of the piece make the call fail.
    let answer =
        answer(unsafe { libc::write(slot.fd, piece.address as *const c_void, piece.len) } as i64);
    check_write(slot, piece, answer)
}

pub fn fsync(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    // SAFETY: There is no memory in this.
    let answer = answer(match random.below(2) {
        0 => unsafe { libc::fsync(slot.fd) },
        _ => unsafe { libc::fdatasync(slot.fd) },
    });
    match slot.kind {
        Kind::Device => only("fsync", answer, &[libc::EINTR, libc::ENODEV, libc::EBADF]),
        _ => Ok(answer),
    }
}

/// The filling of the memory of a `morse_status` before the call.
const STATUS_POISON: u8 = 0x5a;

pub fn ioctl(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.of(random, Kind::Device);
    let request = random.among(&[
        uapi::MORSE_IOC_ABORT,
        uapi::MORSE_IOC_GET_STATUS,
        uapi::MORSE_IOC_GET_STATUS,
        uapi::MORSE_IOC_SET_MODE,
        uapi::MORSE_IOC_GET_LOST,
    ]);
    let size = size_of::<uapi::morse_status>();
    let piece = match random.below(10) {
        0 => task.memory.cut(size, random.below(size as u64) as usize),
        1 => task.memory.nowhere(size, random.among(&[0, 8, usize::MAX])),
        // The argument need not be aligned.
        _ => task.memory.cut(size, size + random.below(9) as usize),
    };
    task.memory.bytes(piece).fill(STATUS_POISON);
    if request == uapi::MORSE_IOC_SET_MODE && piece.valid >= 4 {
        let mode = match random.below(8) {
            0 => random.next_u64() as u32,
            1..3 => uapi::MORSE_PULSES,
            _ => uapi::MORSE_TEXT,
        };
        task.memory.bytes(piece)[..4].copy_from_slice(&mode.to_ne_bytes());
    }
    // SAFETY: The driver writes at most a `morse_status`, to memory that is ours or inaccessible.
    let answer = answer(unsafe { libc::ioctl(slot.fd, request as _, piece.address) });
    let answer = only(
        "ioctl",
        answer,
        &[
            libc::EINTR,
            libc::ENODEV,
            libc::EFAULT,
            libc::EINVAL,
            libc::EBADF,
        ],
    )?;
    if answer == Ok(0) && request == uapi::MORSE_IOC_GET_STATUS {
        check_status(task.memory.bytes(piece))?;
    }
    Ok(answer)
}

fn check_status(bytes: &[u8]) -> Result<(), String> {
    if bytes.len() < size_of::<uapi::morse_status>() {
        return Err("a status in inaccessible memory".into());
    }
    // SAFETY: There are enough bytes, and every bit pattern is a valid `morse_status`.
    let status: uapi::morse_status =
        unsafe { bytes.as_ptr().cast::<uapi::morse_status>().read_unaligned() };
    let both = status.queued + status.room;
    let state = match status.queued {
        0 => uapi::MORSE_IDLE,
        _ => uapi::MORSE_SENDING,
    };
    let good = (CAPACITY..=CAPACITY + 1).contains(&both)
        && status.room <= CAPACITY
        && status.state == state
        && (1200..=120_000_000).contains(&status.unit_us)
        && status.sent < 1 << 40;
    match good {
        true => Ok(()),
        false => Err(format!("{status:?}")),
    }
}

pub fn read_setting(_: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let name = words::file(random);
    let answer = match std::fs::read(driver::setting(name)) {
        Ok(text) if text.last() != Some(&b'\n') => {
            return Err(format!("{name} reads {text:?}"));
        }
        Ok(text) => Ok(text.len()),
        Err(error) => Err(error.raw_os_error().unwrap_or(0)),
    };
    only(name, answer, &[libc::ENOENT, libc::ENODEV, libc::EINTR])
}

pub fn write_setting(_: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let (name, value) = words::setting(random);
    let mut options = std::fs::OpenOptions::new();
    let answer = match options.write(true).open(driver::setting(name)) {
        // One write(2), possibly of 0 bytes.
        Ok(mut file) => std::io::Write::write(&mut file, &value),
        Err(error) => Err(error),
    };
    only(
        name,
        answer.map_err(|error| error.raw_os_error().unwrap_or(0)),
        &[
            libc::ENOENT,
            libc::ENODEV,
            libc::EINVAL,
            libc::EINTR,
            // EACCES on read-only files without root; root may open them and gets EIO.
            libc::EACCES,
            libc::EIO,
        ],
    )
}

pub fn open_setting(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let name = words::file(random);
    let mut options = std::fs::OpenOptions::new();
    match options.read(true).open(driver::setting(name)) {
        Ok(file) => {
            task.keep(
                random,
                std::os::fd::IntoRawFd::into_raw_fd(file),
                Kind::Setting,
            );
            Ok(Ok(0))
        }
        Err(error) => Ok(Err(error.raw_os_error().unwrap_or(0))),
    }
}

/// Presses or releases the key. After an unbind, writes to a file opened before fail with EIO.
pub fn key(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let level: &[u8] = random.pick::<[u8]>(&[b"0", b"1", b"0\n", b"1\n"]);
    let slot = task.of(random, Kind::Key);
    if slot.fd < 0 || random.one_in(10) {
        return match counters::key() {
            Ok(file) => {
                task.keep(random, std::os::fd::IntoRawFd::into_raw_fd(file), Kind::Key);
                Ok(Ok(0))
            }
            Err(error) => Ok(Err(error.raw_os_error().unwrap_or(0))),
        };
    }
    write_key(slot, level)
}

fn write_key(slot: Slot, bytes: &[u8]) -> Result<Answer, String> {
    // SAFETY: The bytes are there.
    let answer = answer(unsafe { libc::write(slot.fd, bytes.as_ptr().cast(), bytes.len()) } as i64);
    let good = matches!(bytes, [b'0' | b'1'] | [b'0' | b'1', b'\n']);
    match answer {
        Ok(count) if !good || count != bytes.len() => Err(format!("key: {bytes:?} gave {count}")),
        answer => only(
            "key",
            answer,
            &[libc::EINVAL, libc::EIO, libc::EINTR, libc::EBADF],
        ),
    }
}

pub fn key_garbage(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.of(random, Kind::Key);
    if slot.fd < 0 {
        return Ok(Err(libc::EBADF));
    }
    let bytes = words::no_level(random);
    if bytes.is_empty() {
        return Ok(Err(libc::EINVAL));
    }
    write_key(slot, bytes)
}

/// Keys a few elements at a fast speed.
pub fn key_elements(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.of(random, Kind::Key);
    if slot.fd < 0 {
        return Ok(Err(libc::EBADF));
    }
    let unit_us = random.among(&[500, 2000, 6000, 20_000]);
    for _ in 0..random.below(6) {
        for level in [b"1", b"0"] {
            if let Err(errno) = write_key(slot, level)? {
                return Ok(Err(errno));
            }
            sleep_us(unit_us * random.among(&[1, 1, 3, 3, 7]));
        }
    }
    Ok(Ok(0))
}

pub fn nap(_: &mut Task, random: &mut Random) -> Result<Answer, String> {
    sleep_us(random.among(&[0, 10, 100, 1000, 7000]));
    Ok(Ok(0))
}

/// Sleeps until the time is over or a signal comes.
fn sleep_us(us: u32) {
    let time = libc::timespec {
        tv_sec: 0,
        tv_nsec: (us * 1000) as _,
    };
    // SAFETY: The time lives during the call; a null pointer for the remaining time is allowed.
    unsafe { libc::nanosleep(&time, std::ptr::null_mut()) };
}
