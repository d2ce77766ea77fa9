// SPDX-License-Identifier: GPL-2.0

//! An open `/dev/morse`. Failed calls return the errno.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use morse_use::uapi::{morse_pulse, morse_status};
use nix::errno::Errno;
use nix::libc;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};

/// The device's node.
pub const NODE: &str = "/dev/morse";
/// How many characters the fifo holds.
pub const CAPACITY: usize = 4096;

/// The size of a pulse.
pub const PULSE_BYTES: usize = size_of::<morse_pulse>();

/// Parses a pulse.
fn pulse(bytes: &[u8]) -> morse_pulse {
    let field = |from: usize, to: usize| bytes[from..to].to_vec();
    let word = |at: usize| u32::from_ne_bytes(field(at, at + 4).try_into().expect("four bytes"));
    morse_pulse {
        duration_ns: u64::from_ne_bytes(field(0, 8).try_into().expect("eight bytes")),
        mark: word(8),
        reserved: word(12),
    }
}

/// An open device.
pub struct Device(File);

impl Device {
    /// Opens it for writing.
    pub fn open() -> io::Result<Self> {
        Self::open_with(0)
    }

    /// Opens it for writing, with `O_NONBLOCK`.
    pub fn open_nonblock() -> io::Result<Self> {
        Self::open_with(libc::O_NONBLOCK)
    }

    /// Opens it for writing, with further flags.
    pub fn open_with(flags: i32) -> io::Result<Self> {
        OpenOptions::new()
            .write(true)
            .custom_flags(flags)
            .open(NODE)
            .map(Device)
    }

    /// Opens it for reading.
    pub fn reader() -> io::Result<Self> {
        OpenOptions::new().read(true).open(NODE).map(Device)
    }

    /// Opens it for reading, with `O_NONBLOCK`.
    pub fn reader_nonblock() -> io::Result<Self> {
        OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(NODE)
            .map(Device)
    }

    /// Opens it for both.
    pub fn open_both() -> io::Result<Self> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(NODE)
            .map(Device)
    }

    /// The file itself.
    pub fn file(&self) -> &File {
        &self.0
    }

    /// One write(2).
    pub fn write(&self, text: impl AsRef<[u8]>) -> nix::Result<usize> {
        nix::unistd::write(&self.0, text.as_ref())
    }

    /// One read(2) into a buffer.
    pub fn read(&self, buffer: &mut [u8]) -> nix::Result<usize> {
        nix::unistd::read(&self.0, buffer)
    }

    /// One read(2) of text, of so many bytes at most.
    pub fn read_text(&self, limit: usize) -> nix::Result<String> {
        let mut buffer = vec![0; limit];
        let count = self.read(&mut buffer)?;
        buffer.truncate(count);
        String::from_utf8(buffer).map_err(|_| Errno::EILSEQ)
    }

    /// One read(2) of pulses, of so many at most.
    pub fn read_pulses(&self, limit: usize) -> nix::Result<Vec<morse_pulse>> {
        let mut buffer = vec![0; limit * PULSE_BYTES];
        let count = self.read(&mut buffer)?;
        assert_eq!(count % PULSE_BYTES, 0, "whole structures only");
        Ok(buffer[..count]
            .chunks_exact(PULSE_BYTES)
            .map(pulse)
            .collect())
    }

    /// `MORSE_IOC_SET_MODE`
    pub fn set_mode(&self, mode: u32) -> nix::Result<()> {
        morse_use::set_mode(&self.0, mode)
    }

    /// `MORSE_IOC_GET_LOST`
    pub fn lost(&self) -> nix::Result<u64> {
        morse_use::lost(&self.0)
    }

    /// One fsync(2).
    pub fn fsync(&self) -> nix::Result<()> {
        nix::unistd::fsync(&self.0)
    }

    /// `MORSE_IOC_ABORT`
    pub fn abort(&self) -> nix::Result<()> {
        morse_use::abort(&self.0)
    }

    /// `MORSE_IOC_GET_STATUS`
    pub fn status(&self) -> nix::Result<morse_status> {
        morse_use::status(&self.0)
    }

    /// Fills the fifo with dashes. The file must be open with `O_NONBLOCK`.
    ///
    /// Before this returns, the keyer has taken the first character out of the fifo, so that the fifo stays
    /// full until that character is sent.
    pub fn fill(&self) -> crate::Result {
        if self.status()?.queued == 0 {
            assert_eq!(self.write("T"), Ok(1));
        }
        loop {
            let status = self.status()?;
            if (status.queued + status.room) as usize > CAPACITY {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let room = self.status()?.room as usize;
        let text = "T".repeat(room);
        assert_eq!(self.write(&text), Ok(room), "there is room for as many");
        assert_eq!(self.status()?.room, 0);
        Ok(())
    }

    /// Polls for room for a write, for at most `limit`.
    pub fn poll(&self, limit: Duration) -> nix::Result<PollFlags> {
        self.poll_for(PollFlags::POLLOUT, limit)
    }

    /// Polls for `events`, for at most `limit`. Errors are reported even if `events` is empty.
    pub fn poll_for(&self, events: PollFlags, limit: Duration) -> nix::Result<PollFlags> {
        let limit = PollTimeout::try_from(limit).map_err(|_| Errno::EINVAL)?;
        let mut files = [PollFd::new(self.0.as_fd(), events)];
        poll(&mut files, limit)?;
        Ok(files[0].revents().unwrap_or(PollFlags::empty()))
    }

    /// Makes an ioctl with the argument as given.
    pub fn ioctl(&self, request: u32, argument: usize) -> nix::Result<i32> {
        // SAFETY: The requests tried are the device's own and unknown ones. The kernel checks the
        // argument before it uses it as an address, and where it is one, the memory is the
        // caller's.
        Errno::result(unsafe { libc::ioctl(self.0.as_raw_fd(), request.into(), argument) })
    }
}

impl AsFd for Device {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
