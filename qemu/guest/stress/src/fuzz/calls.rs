// SPDX-License-Identifier: GPL-2.0

//! The calls that the device answers itself, each with what must hold of its answer.

use nix::libc::{self, c_void};

use morse_use::uapi;

use super::task::{Kind, Slot, Task};
use super::{vfs, words};
use crate::system::{answer, Answer, Piece};
use morse_guest::random::Random;
use morse_guest::{counters, device, driver};

/// How many characters the fifo holds.
const CAPACITY: u32 = device::CAPACITY as u32;

/// Makes a call; tells what the kernel answered, or what is wrong with that.
pub type Call = fn(&mut Task, &mut Random) -> Result<Answer, String>;

/// All calls, each with how often it is made in a thousand.
pub const CALLS: &[(&str, u64, Call)] = &[
    ("open", 50, open),
    ("close", 40, close),
    ("read", 90, read),
    ("write", 110, write),
    ("readv", 20, vfs::readv),
    ("writev", 20, vfs::writev),
    ("ioctl of the device", 90, ioctl),
    ("ioctl of anybody", 30, vfs::ioctl),
    ("poll", 40, vfs::poll),
    ("epoll", 25, vfs::epoll),
    ("fsync", 20, fsync),
    ("mmap", 10, vfs::mmap),
    ("seek, pread, pwrite", 25, vfs::seek),
    ("pipe", 8, vfs::pipe),
    ("splice, tee, sendfile", 25, vfs::splice),
    ("dup", 20, vfs::dup),
    ("fcntl", 30, vfs::fcntl),
    ("what is for other files", 20, vfs::misplaced),
    ("fork", 2, vfs::fork),
    ("read a setting", 45, read_setting),
    ("write a setting", 60, write_setting),
    ("open a setting", 10, open_setting),
    ("key", 170, key),
    ("key garbage", 10, key_garbage),
    ("key elements", 10, key_elements),
    ("proc", 3, vfs::proc),
    ("nap", 40, nap),
];

/// Fails unless an error is one of `allowed`.
pub fn only(name: &str, answer: Answer, allowed: &[i32]) -> Result<Answer, String> {
    match answer {
        Err(errno) if !allowed.contains(&errno) => Err(format!(
            "{name}: {}",
            std::io::Error::from_raw_os_error(errno)
        )),
        answer => Ok(answer),
    }
}

/// Fails unless a call on the device gave at most what is there of `piece`, and something of it.
pub fn at_most(name: &str, answer: Answer, piece: Piece) -> Result<Answer, String> {
    match answer {
        Ok(0) if piece.len > 0 => Err(format!("{name} of {} bytes returned 0", piece.len)),
        Ok(count) if count > piece.valid => {
            Err(format!("{name} of {} bytes returned {count}", piece.valid))
        }
        answer => Ok(answer),
    }
}

fn open(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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
    // Never O_CREAT: while there is no device that would make a file in its place.
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

fn close(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    only("close", answer(task.close_some(random)), &[libc::EBADF])
}

/// Bytes that were not written to by a read.
const POISON: u8 = 0xa5;

fn read(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let piece = task.piece(random);
    task.memory.bytes(piece).fill(POISON);
    // SAFETY: What of the piece is not there makes the call fail, and what is there is ours.
    let answer =
        answer(unsafe { libc::read(slot.fd, piece.address as *mut c_void, piece.len) } as i64);
    if slot.kind != Kind::Device {
        return Ok(answer);
    }
    check_read(task, piece, answer)
}

/// What holds of a read of the device: as many bytes as it says, and those are text or pulses.
pub fn check_read(task: &mut Task, piece: Piece, answer: Answer) -> Result<Answer, String> {
    let answer = only(
        "read",
        at_most("read", answer, piece)?,
        &[
            libc::EAGAIN,
            libc::EINTR,
            libc::ENODEV,
            libc::EINVAL,
            libc::EFAULT,
            libc::EBADF,
        ],
    )?;
    if let Ok(count) = answer {
        let (read, rest) = task.memory.bytes(piece).split_at(count);
        // A pulse that reaches into memory that is not there is copied as far as that, as copies of the
        // kernel are, and not counted.
        let is_cut = piece.valid < piece.len;
        if !is_cut && rest.iter().any(|byte| *byte != POISON) {
            return Err(format!("read returned {count} and wrote beyond"));
        }
        if !is_text(read) && !is_pulses(read) {
            return Err(format!("read neither text nor pulses: {read:02x?}"));
        }
    }
    Ok(answer)
}

/// Whether `bytes` are a part of a text in UTF-8 with nothing unprintable; the ends may be cut.
fn is_text(bytes: &[u8]) -> bool {
    const CONTINUATION_MAX: usize = 3;

    let is_continuation = |byte: &u8| byte & 0xc0 == 0x80;
    let head = bytes
        .iter()
        .take(CONTINUATION_MAX)
        .take_while(|byte| is_continuation(byte))
        .count();
    let bytes = &bytes[head..];
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // The last character is incomplete.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars().all(|c| c == '\n' || !c.is_control())
}

/// Whether `bytes` are whole pulses, each with nothing where nothing is to be.
fn is_pulses(bytes: &[u8]) -> bool {
    let mut pulses = bytes.chunks_exact(size_of::<uapi::morse_pulse>());
    let good = pulses.all(|pulse| {
        let word = |at: usize| {
            pulse[at..at + 4]
                .iter()
                .rev()
                .fold(0, |n, b| (n << 8) | u32::from(*b))
        };
        let big = cfg!(target_endian = "big");
        big || (word(8) <= 1 && word(12) == 0)
    });
    good && bytes.len() % size_of::<uapi::morse_pulse>() == 0
}

fn write(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let piece = task.piece(random);
    words::fill_text(random, task.memory.bytes(piece));
    // SAFETY: What of the piece is not there makes the call fail.
    let answer =
        answer(unsafe { libc::write(slot.fd, piece.address as *const c_void, piece.len) } as i64);
    check_write(slot, piece, answer)
}

/// What holds of a write to the device: it took at most what there is, and never nothing.
pub fn check_write(slot: Slot, piece: Piece, answer: Answer) -> Result<Answer, String> {
    if slot.kind != Kind::Device {
        return Ok(answer);
    }
    only(
        "write",
        at_most("write", answer, piece)?,
        &[
            libc::EAGAIN,
            libc::EINTR,
            libc::ENODEV,
            libc::EINVAL,
            libc::EILSEQ,
            libc::EFAULT,
            libc::EBADF,
        ],
    )
}

fn fsync(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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

/// What a `morse_status` and all around it is filled with before.
const STATUS_POISON: u8 = 0x5a;

fn ioctl(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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
        // At any address: an ioctl need not find its argument aligned.
        _ => task.memory.cut(size, size + random.below(9) as usize),
    };
    task.memory.bytes(piece).fill(STATUS_POISON);
    if request == uapi::MORSE_IOC_SET_MODE && piece.valid >= 4 {
        let mode = match random.below(8) {
            0 => random.next() as u32,
            1..3 => uapi::MORSE_PULSES,
            _ => uapi::MORSE_TEXT,
        };
        task.memory.bytes(piece)[..4].copy_from_slice(&mode.to_ne_bytes());
    }
    // SAFETY: The driver writes at most a `morse_status`, to memory that is ours or not there.
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
        return Err("a status in memory that is not there".into());
    }
    // SAFETY: There are enough bytes, any of which are a `morse_status`.
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

fn read_setting(_: &mut Task, random: &mut Random) -> Result<Answer, String> {
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

fn write_setting(_: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let (name, value) = words::setting(random);
    let mut options = std::fs::OpenOptions::new();
    let answer = match options.write(true).open(driver::setting(name)) {
        // One write(2), also of nothing.
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
            // Files that are for reading, to whoever is not root. Root may open them.
            libc::EACCES,
            libc::EIO,
        ],
    )
}

fn open_setting(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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

/// Presses or releases the key. Without hardware the file goes, and with it what it has open: EIO.
fn key(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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

fn key_garbage(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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

/// Keys a few elements as a hand would, fast.
fn key_elements(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
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

fn nap(_: &mut Task, random: &mut Random) -> Result<Answer, String> {
    sleep_us(random.among(&[0, 10, 100, 1000, 7000]));
    Ok(Ok(0))
}

/// Sleeps, or not so long if a signal comes.
fn sleep_us(us: u32) {
    let time = libc::timespec {
        tv_sec: 0,
        tv_nsec: (us * 1000) as _,
    };
    // SAFETY: The time is there, and what is left of it is not asked for.
    unsafe { libc::nanosleep(&time, std::ptr::null_mut()) };
}
