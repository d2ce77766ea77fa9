// SPDX-License-Identifier: GPL-2.0

//! The behaviour common to character devices: opening, sharing, and calls that a stream does not support.

use std::fs::OpenOptions;
use std::io::IoSlice;
use std::num::NonZeroUsize;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc;
use nix::sys::mman::{mmap, mmap_anonymous, mprotect, MapFlags, ProtFlags};
use nix::sys::uio::{pread, pwrite, writev};
use nix::unistd::{dup, lseek, Whence};

use crate::Result;
use morse_guest::device::{Device, CAPACITY, NODE};

super::cases![
    it_opens_in_every_way_that_writes,
    there_is_no_position,
    a_file_for_writing_does_not_read,
    a_file_for_reading_does_not_write,
    it_cannot_be_mapped,
    writev_is_one_write,
    a_bad_address_is_efault,
    what_comes_before_a_bad_address_is_taken,
    duplicates_share_what_is_unfinished,
    many_files_at_once,
];

fn it_opens_in_every_way_that_writes() -> Result {
    for flags in [
        0,
        libc::O_APPEND,
        libc::O_TRUNC,
        libc::O_CREAT,
        libc::O_SYNC,
        libc::O_CLOEXEC,
        libc::O_NOCTTY,
    ] {
        let device = Device::open_with(flags)?;
        assert_eq!(device.write("E"), Ok(1), "{flags:#o}");
        device.abort()?;
    }
    OpenOptions::new().read(true).write(true).open(NODE)?;
    let exclusive = Device::open_with(libc::O_CREAT | libc::O_EXCL);
    assert!(
        exclusive.is_err_and(|error| error.raw_os_error() == Some(libc::EEXIST)),
        "O_EXCL"
    );
    Ok(())
}

fn there_is_no_position() -> Result {
    let device = Device::open()?;
    for whence in [Whence::SeekSet, Whence::SeekCur, Whence::SeekEnd] {
        assert_eq!(lseek(&device, 0, whence), Err(Errno::ESPIPE));
    }
    assert_eq!(pwrite(&device, b"E", 0), Err(Errno::ESPIPE));
    let both = OpenOptions::new().read(true).write(true).open(NODE)?;
    assert_eq!(pread(&both, &mut [0], 0), Err(Errno::ESPIPE));
    assert_eq!(device.status()?.queued, 0);
    Ok(())
}

fn a_file_for_writing_does_not_read() -> Result {
    let device = Device::open()?;
    assert_eq!(nix::unistd::read(&device, &mut [0; 16]), Err(Errno::EBADF));
    Ok(())
}

fn a_file_for_reading_does_not_write() -> Result {
    let file = OpenOptions::new().read(true).open(NODE)?;
    assert_eq!(nix::unistd::write(&file, b"E"), Err(Errno::EBADF));
    Ok(())
}

fn it_cannot_be_mapped() -> Result {
    let file = OpenOptions::new().read(true).write(true).open(NODE)?;
    let length = NonZeroUsize::new(4096).ok_or("not zero")?;
    // SAFETY: A new mapping at an address of the kernel's choice; the call must fail.
    let mapped = unsafe {
        mmap(
            None,
            length,
            ProtFlags::PROT_READ,
            MapFlags::MAP_SHARED,
            &file,
            0,
        )
    };
    assert_eq!(mapped, Err(Errno::ENODEV));
    Ok(())
}

fn writev_is_one_write() -> Result {
    let device = Device::open()?;
    let parts = [&b"E<A"[..], b"", b"R>\xc3", b"\xa9~", b"E"];
    let slices: Vec<IoSlice> = parts.iter().map(|part| IoSlice::new(part)).collect();
    // The write ends before the unencodable `~`. E is one character in the fifo, <AR> two, é one.
    assert_eq!(writev(&device, &slices), Ok(7));
    assert_eq!(device.status()?.queued, 4);
    Ok(())
}

/// One raw write(2).
fn write_at(device: &Device, address: *const u8, count: usize) -> nix::Result<usize> {
    // SAFETY: The kernel checks the address; the callers test this check.
    let count = unsafe { libc::write(device.file().as_raw_fd(), address.cast(), count) };
    Errno::result(count).map(|count| count as usize)
}

fn a_bad_address_is_efault() -> Result {
    let device = Device::open()?;
    for address in [8, usize::MAX / 2, usize::MAX - 64] {
        assert_eq!(
            write_at(&device, std::ptr::without_provenance(address), 16),
            Err(Errno::EFAULT),
            "{address:#x}"
        );
    }
    assert_eq!(device.status()?.queued, 0);
    // The device works as before.
    assert_eq!(device.write("E"), Ok(1));
    Ok(())
}

fn what_comes_before_a_bad_address_is_taken() -> Result {
    const PAGE: usize = 4096;
    const BEFORE: usize = 600;
    let length = NonZeroUsize::new(2 * PAGE).ok_or("not zero")?;
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: A new mapping at an address of the kernel's choice.
    let memory: NonNull<u8> =
        unsafe { mmap_anonymous(None, length, access, MapFlags::MAP_PRIVATE) }?.cast();
    // SAFETY: Both pages are ours, and nothing refers to them.
    let start = unsafe {
        memory.write_bytes(b'E', 2 * PAGE);
        mprotect(memory.add(PAGE).cast(), PAGE, ProtFlags::PROT_NONE)?;
        memory.add(PAGE - BEFORE)
    };
    let device = Device::open_nonblock()?;
    let taken = write_at(&device, start.as_ptr(), 2 * BEFORE)?;
    // 32-bit ARM copies in blocks, and does not count a block that it could not copy whole.
    let block = if cfg!(target_arch = "arm") { 32 } else { 1 };
    assert!((BEFORE - block + 1..=BEFORE).contains(&taken), "{taken}");
    assert_eq!(device.status()?.queued as usize, taken);
    Ok(())
}

fn duplicates_share_what_is_unfinished() -> Result {
    let device = Device::open()?;
    let duplicate = dup(&device)?;
    assert_eq!(device.write(b"\xc3"), Ok(1));
    assert_eq!(nix::unistd::write(&duplicate, b"\xa9"), Ok(1));
    // A child's files are duplicates too.
    assert_eq!(device.write(b"\xc3"), Ok(1));
    let status = std::process::Command::new("/bin/busybox")
        .args(["printf", "\\251"])
        .stdout(duplicate)
        .status()?;
    assert!(status.success());
    assert_eq!(device.status()?.queued, 2, "two é");
    Ok(())
}

fn many_files_at_once() -> Result {
    let files = (0..200)
        .map(|_| Device::open())
        .collect::<std::io::Result<Vec<_>>>()?;
    for device in &files {
        assert_eq!(device.write("E"), Ok(1));
    }
    assert_eq!(files[0].status()?.queued, 200);
    files[0].abort()?;
    drop(files);
    assert_eq!(Device::open()?.status()?.room as usize, CAPACITY);
    Ok(())
}
