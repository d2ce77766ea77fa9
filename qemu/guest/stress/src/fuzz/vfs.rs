// SPDX-License-Identifier: GPL-2.0

//! Calls that the kernel's generic file code implements or takes part in.

use nix::libc::{self, c_int, c_void};

use super::checks::{check_read, check_write, only, POISON};
use super::task::{Kind, Task};
use super::words;
use crate::system::{answer, Answer, Piece};
use morse_guest::random::Random;

/// How many parts a vector has at most.
const PARTS_MAX: u64 = 4;
/// The longest part of a vector. A whole vector fits into the memory.
const PART_MAX: usize = 4096;

/// Makes a vector of adjacent parts at the start of the memory; also returns the piece of all parts.
fn vector(task: &Task, random: &mut Random) -> (Vec<libc::iovec>, Piece) {
    let mut len = 0;
    let parts = (0..random.below(PARTS_MAX + 1))
        .map(|_| {
            let part = words::length(random).min(PART_MAX);
            let start = task.memory.whole(len + part).address + len;
            len += part;
            libc::iovec {
                iov_base: start as *mut c_void,
                iov_len: part,
            }
        })
        .collect();
    (parts, task.memory.whole(len))
}

/// Chooses the position and the flags of preadv2(2) and pwritev2(2): mostly none.
fn position_and_flags(random: &mut Random) -> (i64, c_int) {
    match random.below(4) {
        0 => (
            random.among(&[-1, 0, 1, -2, i64::MAX]),
            random.among(&[
                0,
                libc::RWF_NOWAIT,
                libc::RWF_HIPRI,
                libc::RWF_DSYNC,
                libc::RWF_APPEND,
                -1,
            ]),
        ),
        _ => (-1, 0),
    }
}

/// `include/uapi/asm-generic/fcntl.h`; not every C library has it.
const F_SETSIG: c_int = 10;

/// Whether the errno may come from a position or flags that the file does not support.
fn is_odd(answer: Answer) -> bool {
    matches!(
        answer,
        Err(libc::ESPIPE | libc::EINVAL | libc::EOPNOTSUPP | libc::EBADF)
    )
}

pub fn readv(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let (parts, whole) = vector(task, random);
    let (position, flags) = position_and_flags(random);
    task.memory.bytes(whole).fill(POISON);
    // SAFETY: The parts lie within the memory.
    let answer = answer(unsafe {
        libc::preadv64v2(
            slot.fd,
            parts.as_ptr(),
            parts.len() as c_int,
            position,
            flags,
        )
    } as i64);
    match slot.kind {
        Kind::Device if !is_odd(answer) => check_read(task, whole, answer),
        _ => Ok(answer),
    }
}

pub fn writev(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let (parts, whole) = vector(task, random);
    let (position, flags) = position_and_flags(random);
    words::fill_text(random, task.memory.bytes(whole));
    // SAFETY: The parts lie within the memory.
    let answer = answer(unsafe {
        libc::pwritev64v2(
            slot.fd,
            parts.as_ptr(),
            parts.len() as c_int,
            position,
            flags,
        )
    } as i64);
    match is_odd(answer) {
        false => check_write(slot, whole, answer),
        true => Ok(answer),
    }
}

pub fn ioctl(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    const MAGIC: u64 = 0xb9 << 8;

    let slot = task.of(random, Kind::Device);
    let request = match random.below(4) {
        0 => random.next_u64() as u32,
        1 => random.among(&[
            libc::FIONBIO as u32,
            libc::FIONREAD as u32,
            libc::FIOASYNC as u32,
            libc::FIOCLEX as u32,
            libc::FIONCLEX as u32,
            libc::TCGETS as u32,
            libc::TIOCGWINSZ as u32,
        ]),
        // The device's own, of any number, size and direction.
        _ => (MAGIC | random.below(8) | (random.next_u64() & 0xffff_0000)) as u32,
    };
    let known = [
        morse_use::uapi::MORSE_IOC_ABORT,
        morse_use::uapi::MORSE_IOC_GET_STATUS,
        morse_use::uapi::MORSE_IOC_SET_MODE,
        morse_use::uapi::MORSE_IOC_GET_LOST,
    ];
    let piece = task.piece(random);
    // SAFETY: Generic requests take no memory, or write less than the memory holds.
    let answer = answer(unsafe { libc::ioctl(slot.fd, request as _, piece.address) });
    let is_ours = request & 0xff00 == MAGIC as u32;
    match answer {
        Ok(_) if is_ours && !known.contains(&request) => {
            Err(format!("ioctl {request:#x} is known"))
        }
        answer => Ok(answer),
    }
}

pub fn poll(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slots = [task.file(random), task.file(random), task.file(random)];
    let asked = random.next_u64() as i16;
    let mut files = slots.map(|slot| libc::pollfd {
        fd: slot.fd,
        events: asked,
        revents: 0,
    });
    let limit_ms = random.among(&[0, 0, 1, 10]);
    // SAFETY: The files are there.
    let answer =
        answer(unsafe { libc::poll(files.as_mut_ptr(), files.len() as libc::nfds_t, limit_ms) });
    let all = libc::POLLIN
        | libc::POLLOUT
        | libc::POLLRDNORM
        | libc::POLLWRNORM
        | libc::POLLERR
        | libc::POLLHUP
        | libc::POLLNVAL;
    for (slot, file) in slots.iter().zip(files) {
        let asked = asked | libc::POLLERR | libc::POLLHUP | libc::POLLNVAL;
        if slot.kind == Kind::Device && file.revents & !(all & asked) != 0 {
            return Err(format!("poll says {:#x}", file.revents));
        }
    }
    Ok(answer)
}

pub fn epoll(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let epoll = task.of(random, Kind::Epoll);
    if epoll.fd < 0 || random.one_in(20) {
        // SAFETY: There is no memory in this.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd >= 0 {
            task.keep(random, fd, Kind::Epoll);
        }
        return Ok(answer(fd));
    }
    let mut events = [libc::epoll_event { events: 0, u64: 0 }; 4];
    if random.one_in(3) {
        // SAFETY: The events are there.
        let count = unsafe { libc::epoll_wait(epoll.fd, events.as_mut_ptr(), 4, 1) };
        return Ok(answer(count));
    }
    let slot = task.file(random);
    let operation = random.among(&[
        libc::EPOLL_CTL_ADD,
        libc::EPOLL_CTL_ADD,
        libc::EPOLL_CTL_MOD,
        libc::EPOLL_CTL_DEL,
    ]);
    let flags = random.among(&[0, libc::EPOLLET, libc::EPOLLONESHOT, libc::EPOLLEXCLUSIVE]) as u32;
    events[0].events = (random.next_u64() as u32 & 0x1f) | flags;
    // SAFETY: The event is there.
    Ok(answer(unsafe {
        libc::epoll_ctl(epoll.fd, operation, slot.fd, events.as_mut_ptr())
    }))
}

pub fn mmap(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.of(random, Kind::Device);
    let len = random.among(&[0, 1, 4096, 65536, usize::MAX]);
    let protection = random.among(&[libc::PROT_READ, libc::PROT_WRITE, libc::PROT_EXEC]);
    let flags = random.among(&[libc::MAP_SHARED, libc::MAP_PRIVATE]);
    let offset = random.among(&[0, 1, 4096, 1 << 40]);
    // SAFETY: The kernel chooses the place, if it does it at all.
    let start = unsafe {
        libc::mmap64(
            std::ptr::null_mut(),
            len,
            protection,
            flags,
            slot.fd,
            offset,
        )
    };
    match start {
        libc::MAP_FAILED => Ok(answer(-1)),
        _ => Err("the device was mapped".into()),
    }
}

pub fn seek(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let piece = task.piece(random);
    let position = random.among(&[0, 1, -1, 4096, i64::MAX]);
    // SAFETY: Inaccessible bytes of the piece make the calls fail.
    let answer = answer(unsafe {
        match random.below(3) {
            0 => libc::lseek64(slot.fd, position, random.below(6) as c_int),
            1 => libc::pread64(slot.fd, piece.address as *mut c_void, piece.len, position) as i64,
            _ => {
                libc::pwrite64(slot.fd, piece.address as *const c_void, piece.len, position) as i64
            }
        }
    });
    match slot.kind {
        Kind::Device => match answer {
            Ok(_) => Err("the device has a position".into()),
            answer => only("seek", answer, &[libc::ESPIPE, libc::EINVAL, libc::EBADF]),
        },
        _ => Ok(answer),
    }
}

pub fn pipe(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let mut ends = [0; 2];
    // SAFETY: There is room for both.
    let made = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) };
    if made == 0 {
        for end in ends {
            task.keep(random, end, Kind::Pipe);
        }
    }
    Ok(answer(made))
}

pub fn splice(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let (from, to) = (task.file(random), task.file(random));
    let pipe = task.of(random, Kind::Pipe);
    let piece = task.piece(random);
    let (len, null) = (piece.len, std::ptr::null_mut());
    let flags = random.below(16) as libc::c_uint | libc::SPLICE_F_NONBLOCK;
    // SAFETY: Inaccessible bytes of the piece make the calls fail.
    Ok(answer(unsafe {
        match random.below(7) {
            0 => libc::splice(from.fd, null, pipe.fd, null, len, flags),
            1 => libc::splice(pipe.fd, null, to.fd, null, len, flags),
            2 => libc::tee(from.fd, to.fd, len, flags),
            3 => libc::sendfile(to.fd, from.fd, std::ptr::null_mut(), len),
            4 => libc::copy_file_range(from.fd, null, to.fd, null, len, 0),
            5 => libc::write(pipe.fd, piece.address as *const c_void, piece.len.min(64)),
            _ => {
                let part = libc::iovec {
                    iov_base: piece.address as *mut c_void,
                    iov_len: piece.len.min(64),
                };
                libc::vmsplice(pipe.fd, &part, 1, flags)
            }
        }
    } as i64))
}

pub fn dup(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let (from, to) = (task.file(random), task.file(random));
    // SAFETY: Both are files of the task, whose books are kept right.
    let fd = unsafe {
        match random.below(3) {
            0 => libc::dup(from.fd),
            1 => libc::fcntl(from.fd, libc::F_DUPFD_CLOEXEC, 0),
            _ => {
                let fd = libc::dup2(from.fd, to.fd);
                if fd >= 0 {
                    task.replaced(fd, from.kind);
                }
                return Ok(answer(fd));
            }
        }
    };
    if fd >= 0 {
        task.keep(random, fd, from.kind);
    }
    Ok(answer(fd))
}

pub fn fcntl(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.file(random);
    let flags = random.among(&[
        0,
        libc::O_NONBLOCK,
        libc::O_ASYNC,
        libc::O_NONBLOCK | libc::O_ASYNC,
        libc::O_APPEND,
        libc::O_DIRECT,
    ]);
    // SAFETY: None of these takes memory.
    Ok(answer(unsafe {
        match random.below(8) {
            0..4 => libc::fcntl(slot.fd, libc::F_SETFL, flags),
            4 => libc::fcntl(slot.fd, libc::F_GETFL),
            5 => libc::fcntl(slot.fd, libc::F_SETOWN, libc::getpid()),
            6 => libc::fcntl(slot.fd, F_SETSIG, libc::SIGUSR1),
            _ => libc::fcntl(slot.fd, libc::F_SETLEASE, libc::F_WRLCK),
        }
    }))
}

/// Makes calls for regular files, sockets and the like. Any answer is allowed.
pub fn misplaced(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.of(random, Kind::Device);
    let (address, len) = {
        let piece = task.piece(random);
        (piece.address as *mut c_void, piece.len)
    };
    // SAFETY: These calls take no memory, or fail on inaccessible memory.
    Ok(answer(unsafe {
        match random.below(9) {
            0 => i64::from(libc::ftruncate(slot.fd, 0)),
            1 => i64::from(libc::fallocate(slot.fd, 0, 0, 4096)),
            2 => i64::from(libc::posix_fadvise(
                slot.fd,
                0,
                0,
                libc::POSIX_FADV_DONTNEED,
            )),
            3 => i64::from(libc::flock(slot.fd, libc::LOCK_EX | libc::LOCK_NB)),
            4 => i64::from(libc::flock(slot.fd, libc::LOCK_UN)),
            5 => i64::from(libc::sync_file_range(slot.fd, 0, 4096, 0)),
            6 => i64::from(libc::fchdir(slot.fd)),
            7 => libc::recv(slot.fd, address, len, libc::MSG_DONTWAIT) as i64,
            _ => i64::from(libc::isatty(slot.fd)),
        }
    }))
}

pub fn proc(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    let slot = task.of(random, Kind::Device);
    let path = match random.below(3) {
        0 => format!("/proc/self/fdinfo/{}", slot.fd),
        1 => "/proc/interrupts".to_owned(),
        _ => "/sys/kernel/debug/gpio".to_owned(),
    };
    Ok(match std::fs::read(path) {
        Ok(text) => Ok(text.len()),
        Err(error) => Err(error.raw_os_error().unwrap_or(0)),
    })
}
