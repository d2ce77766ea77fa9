// SPDX-License-Identifier: GPL-2.0

//! Checks of the answers of the device.

use morse_use::uapi;
use nix::libc;

use super::task::{Kind, Slot, Task};
use crate::system::{Answer, Piece};

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

/// Fails if a count is 0, or more than the accessible bytes of `piece`.
pub fn at_most(name: &str, answer: Answer, piece: Piece) -> Result<Answer, String> {
    match answer {
        Ok(0) if piece.len > 0 => Err(format!("{name} of {} bytes returned 0", piece.len)),
        Ok(count) if count > piece.valid => {
            Err(format!("{name} of {} bytes returned {count}", piece.valid))
        }
        answer => Ok(answer),
    }
}

/// The filling of memory before a read.
pub const POISON: u8 = 0xa5;

/// Checks a read from the device: it wrote as many bytes as it returned, all text or all pulses.
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
        // The kernel copies the accessible part of a pulse that is cut by the end of the memory, and does
        // not count it.
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

/// Whether `bytes` are UTF-8 without control characters but newlines. Characters at both ends may be cut.
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

/// Whether `bytes` are whole pulses, with zeros in all reserved bits.
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

/// Checks a write to the device: it took at least one byte, and only accessible ones.
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
