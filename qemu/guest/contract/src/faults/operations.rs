// SPDX-License-Identifier: GPL-2.0

//! The operations, from loading the driver to unloading it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, IntoRawFd};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use morse_use::uapi;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::kmod::{delete_module, finit_module, DeleteModuleFlags, ModuleInitFlags};
use nix::libc;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use nix::sys::stat::{makedev, mknod, Mode, SFlag};
use nix::unistd;

use super::inject::Range;
use super::{Choice, Operation};
use crate::Result;
use morse_guest::device::NODE;
use morse_guest::driver::{self, Driver};

const MODULE: &str = "/root/morse.ko";
const PLATFORM_DRIVER: &str = "/sys/bus/platform/drivers/morse";
const DEVICE: &str = "morse";
const KEY: &str = "/sys/kernel/debug/morse/key";
/// A number, and a text for which the driver allocates memory. The same code makes the other attributes.
const ATTRIBUTES: [&str; 2] = ["wpm", "beacon"];
/// More than twice as long as the driver's copy buffer.
const LONG_TEXT_BYTES: usize = 700;
/// Longer than the driver's debouncing, for keying by hand.
const UNIT: Duration = Duration::from_millis(60);
/// Longer than a session of such marks lasts without one.
const SESSION_END: Duration = Duration::from_secs(7);
/// The bound for decoding a keyed letter.
const DECODE_LIMIT_MS: u16 = 5000;

/// Loads with the device for machines without hardware, and unloads.
pub fn load(choice: Choice) -> Result {
    Driver::unload()?;
    Operation::new(
        "load",
        Range::initialisation()?,
        || Ok(File::open(MODULE)?),
        |file| finit_module(&*file, c"", ModuleInitFlags::empty()).map(|()| 0),
        |_| {
            is_usable()?;
            Driver::unload()
        },
    )
    // All that faux_device_create() says is that there is no device, and module_add_driver() of a directory
    // in sysfs for which there was no memory that something was invalid.
    .or(&[Errno::ENODEV, Errno::EINVAL])
    .sweep(choice)?;
    Operation::new(
        "unload",
        Range::ALL,
        Driver::load,
        |()| delete_module(c"morse", DeleteModuleFlags::O_NONBLOCK).map(|()| 0),
        |()| match Path::new("/sys/module/morse").exists() {
            true => Err("it is still there".into()),
            false => Ok(()),
        },
    )
    .sweep(choice)
}

/// Binds the device of the device tree, and unbinds it.
pub fn bind(choice: Choice) -> Result {
    Driver::load()?;
    let is_bound = || Path::new(PLATFORM_DRIVER).join(DEVICE).exists();
    let tell = |verb: &str| {
        let file = OpenOptions::new()
            .write(true)
            .open(Path::new(PLATFORM_DRIVER).join(verb));
        unistd::write(file.map_err(errno)?, DEVICE.as_bytes())
    };
    let quietly = |verb: &str| -> Result {
        tell(verb)?;
        Ok(())
    };
    Operation::new(
        "bind",
        Range::ALL,
        || match is_bound() {
            true => quietly("unbind"),
            false => Ok(()),
        },
        |()| tell("bind"),
        |()| {
            is_usable()?;
            quietly("unbind")
        },
    )
    .sweep(choice)?;
    Operation::new(
        "unbind",
        Range::ALL,
        || match is_bound() {
            true => Ok(()),
            false => quietly("bind"),
        },
        |()| tell("unbind"),
        |()| match is_bound() || Path::new("/sys/class/misc/morse").exists() {
            true => Err("it is still there".into()),
            false => Ok(()),
        },
    )
    .sweep(choice)?;
    Driver::unload()
}

/// Makes all calls of a program on a device with a simulated key.
pub fn use_all(choice: Choice) -> Result {
    Driver::load()?;
    // Keeps the messages short that fsync() waits for.
    driver::set("wpm", "200")?;
    let all = Range::ALL;
    let open = || open(OFlag::O_NONBLOCK);
    let kept = |_| Ok(());
    Operation::new("open", all, || Ok(()), |()| open().map(|_| 0), kept).sweep(choice)?;
    Operation::new(
        "close",
        all,
        || Ok(Some(open()?)),
        |file: &mut Option<File>| {
            let file = file.take().ok_or(Errno::EBADF)?;
            unistd::close(file.into_raw_fd()).map(|()| 0)
        },
        kept_option,
    )
    .sweep(choice)?;
    let text = "E".repeat(LONG_TEXT_BYTES);
    Operation::new(
        "write",
        all,
        || Ok(open()?),
        |file| unistd::write(&*file, text.as_bytes()),
        |file| Ok(morse_use::abort(&file)?),
    )
    .sweep(choice)?;
    Operation::new(
        "fsync",
        all,
        || {
            let file = open()?;
            unistd::write(&file, b"E")?;
            Ok(file)
        },
        |file| unistd::fsync(&*file).map(|()| 0),
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "abort",
        all,
        || Ok(open()?),
        |file| morse_use::abort(&*file).map(|()| 0),
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "read",
        all,
        || {
            // Between two sessions, so that nothing comes between a failed attempt and the next.
            thread::sleep(SESSION_END);
            let file = open()?;
            key_letter()?;
            wait_readable(&file)?;
            thread::sleep(SESSION_END);
            Ok(file)
        },
        |file| unistd::read(&*file, &mut [0; 64]),
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "status",
        all,
        || Ok(open()?),
        |file| morse_use::status(&*file).map(|_| 0),
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "mode and lost",
        all,
        || Ok(open()?),
        |file| {
            let mut mode: u32 = uapi::MORSE_PULSES;
            let mut lost: u64 = 0;
            ioctl(file, uapi::MORSE_IOC_SET_MODE, (&raw mut mode).cast())?;
            ioctl(file, uapi::MORSE_IOC_GET_LOST, (&raw mut lost).cast())
        },
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "poll",
        all,
        || Ok(open()?),
        |file| {
            let mut files = [PollFd::new(file.as_fd(), PollFlags::POLLOUT)];
            poll(&mut files, PollTimeout::ZERO)
                .and_then(|count| usize::try_from(count).map_err(|_| Errno::EINVAL))
        },
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "epoll",
        all,
        || Ok(open()?),
        |file| {
            let epoll = Epoll::new(EpollCreateFlags::empty())?;
            epoll
                .add(&*file, EpollEvent::new(EpollFlags::EPOLLIN, 0))
                .map(|()| 0)
        },
        kept_file,
    )
    .sweep(choice)?;
    Operation::new(
        "read attributes",
        all,
        || Ok(ATTRIBUTES.map(driver::setting)),
        |files| {
            for file in files {
                fs::read(file).map_err(errno)?;
            }
            Ok(0)
        },
        |_| Ok(()),
    )
    .sweep(choice)?;
    Operation::new(
        "write attributes",
        all,
        || Ok(()),
        |()| {
            for (name, value) in ATTRIBUTES.iter().zip(["200", "BEACON"]) {
                driver::set(name, value).map_err(errno)?;
            }
            Ok(0)
        },
        |()| Ok(driver::set("beacon", "")?),
    )
    .sweep(choice)?;
    Operation::new(
        "press the key",
        all,
        || Ok(()),
        |()| press(false).map_err(errno).map(|()| 0),
        |()| Ok(()),
    )
    .sweep(choice)?;
    Driver::unload()
}

fn kept_file(_: File) -> Result {
    Ok(())
}

fn kept_option(_: Option<File>) -> Result {
    Ok(())
}

/// Opens the device for reading and writing.
pub fn open(flags: OFlag) -> nix::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits())
        .open(NODE)
        .map_err(errno)
}

/// The errno of an error of the standard library.
pub fn errno(error: io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO))
}

/// Makes one of the device's ioctls, with an argument of the size encoded in the request.
fn ioctl(file: &File, request: u32, argument: *mut libc::c_void) -> nix::Result<usize> {
    use std::os::fd::AsRawFd;
    // SAFETY: The file is open, and the argument has the size encoded in the request.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), request.into(), argument) };
    Errno::result(result).map(|_| 0)
}

/// Presses or releases the simulated key.
pub fn press(down: bool) -> io::Result<()> {
    fs::write(KEY, if down { "1" } else { "0" })
}

/// Keys one mark: an E or a T, depending on the estimate of the speed.
pub fn key_letter() -> Result {
    press(true)?;
    thread::sleep(UNIT);
    press(false)?;
    Ok(())
}

/// Waits until there is something to read.
pub fn wait_readable(file: &File) -> Result {
    let mut files = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
    match poll(&mut files, DECODE_LIMIT_MS)? {
        0 => Err("nothing to read".into()),
        _ => Ok(()),
    }
}

/// The files of the device's settings and counters that can be read.
pub fn attributes() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir("/sys/class/misc/morse")? {
        let entry = entry?;
        let can_be_read = entry.metadata()?.permissions().mode() & 0o444 != 0;
        if entry.file_type()?.is_file() && can_be_read && entry.file_name() != "uevent" {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Checks that the device can be used.
///
/// devtmpfs is silent if it has no memory for the node. mknod(2) makes it then.
fn is_usable() -> Result {
    let by_hand = driver::wait_for_node(true).is_err();
    if by_hand {
        let number = fs::read_to_string("/sys/class/misc/morse/dev")?;
        let (major, minor) = number.trim().split_once(':').ok_or("no number")?;
        let number = makedev(major.parse()?, minor.parse()?);
        mknod(NODE, SFlag::S_IFCHR, Mode::S_IRUSR | Mode::S_IWUSR, number)?;
    }
    let file = open(OFlag::O_NONBLOCK)?;
    morse_use::status(&file)?;
    if by_hand {
        // devtmpfs does not remove a node that it did not make.
        fs::remove_file(NODE)?;
    }
    Ok(())
}
