// SPDX-License-Identifier: GPL-2.0

//! The device and its settings.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::libc::O_NONBLOCK;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};

/// A device, and the directory of its settings.
pub struct Device {
    file: File,
    settings: PathBuf,
}

impl Device {
    /// Opens the device at `path`. Its settings are in `settings`, or where the driver puts them.
    ///
    /// # Errors
    ///
    /// Those of `open(2)`, with the path.
    pub fn open(path: &Path, settings: Option<PathBuf>) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .custom_flags(O_NONBLOCK)
            .open(path)
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("cannot open {}: {error}", path.display()),
                )
            })?;
        let name = path.file_name().unwrap_or_default();
        let settings = settings.unwrap_or_else(|| Path::new("/sys/class/misc").join(name));
        Ok(Self { file, settings })
    }

    /// Adds as much of `text` to the queue as there is room for, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`: `WouldBlock` without room, `InvalidInput` if Morse has no code for the first
    /// character.
    pub fn queue(&self, text: &str) -> io::Result<usize> {
        (&self.file).write(text.as_bytes())
    }

    /// Waits for room in the queue.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn wait_for_room(&self) -> io::Result<()> {
        let mut files = [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)];
        match poll(&mut files, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until all is sent.
    ///
    /// # Errors
    ///
    /// Those of `fsync(2)`.
    pub fn wait_until_sent(&self) -> io::Result<()> {
        loop {
            match self.file.sync_all() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A pipe or terminal in the place of the device sends at once.
                Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(()),
                result => return result,
            }
        }
    }

    /// Drops text that is not sent; the lamp is dark when it returns.
    ///
    /// # Errors
    ///
    /// Those of the ioctl.
    pub fn abort(&self) -> io::Result<()> {
        match morse_use::abort(&self.file) {
            Err(Errno::EINTR) => Ok(()),
            result => Ok(result?),
        }
    }

    /// Gives a setting a value.
    ///
    /// # Errors
    ///
    /// The name of the file and the error.
    pub fn set(&self, name: &str, value: u32) -> Result<(), String> {
        let path = self.settings.join(name);
        // Truncation means nothing to a setting, but all to a file in its place.
        fs::write(&path, format!("{value}\n"))
            .map_err(|error| format!("cannot set {}: {error}", path.display()))
    }
}
