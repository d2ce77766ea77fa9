// SPDX-License-Identifier: GPL-2.0

//! An open `/dev/morse`, with the errno of whatever goes wrong.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use morse_use::uapi::morse_status;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};

/// The device's node.
pub const NODE: &str = "/dev/morse";
/// How many characters the fifo holds.
pub const CAPACITY: usize = 4096;

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

    /// The file itself.
    pub fn file(&self) -> &File {
        &self.0
    }

    /// One write(2).
    pub fn write(&self, text: impl AsRef<[u8]>) -> nix::Result<usize> {
        nix::unistd::write(&self.0, text.as_ref())
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

    /// Fills the fifo until it has no room, with dashes; the file must not block.
    ///
    /// The keyer has taken a character out of it when this returns, so that the fifo stays as it is
    /// while that one is sent.
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

    /// What poll(2) says of room for a write, waiting at most that long.
    pub fn poll(&self, limit: Duration) -> nix::Result<PollFlags> {
        self.poll_for(PollFlags::POLLOUT, limit)
    }

    /// What poll(2) says, waiting at most that long for `events`, or for errors if there are none.
    pub fn poll_for(&self, events: PollFlags, limit: Duration) -> nix::Result<PollFlags> {
        let limit = PollTimeout::try_from(limit).map_err(|_| Errno::EINVAL)?;
        let mut files = [PollFd::new(self.0.as_fd(), events)];
        poll(&mut files, limit)?;
        Ok(files[0].revents().unwrap_or(PollFlags::empty()))
    }

    /// Any ioctl, with its argument as it is.
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
