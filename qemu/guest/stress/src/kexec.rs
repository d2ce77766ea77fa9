// SPDX-License-Identifier: GPL-2.0

//! Starts another "kernel" by kexec: a few instructions that power the machine off.

use std::fs;
use std::io;
use std::ptr;

use nix::libc;

use crate::Result;

/// Calls PSCI's `SYSTEM_OFF` as the machine `virt` wants it, and waits: `movz x0, #8`,
/// `movk x0, #0x8400, lsl #16`, `hvc #0`, `b .`.
const POWER_OFF: [u32; 4] = [0xd280_0100, 0xf2b0_8000, 0xd400_0002, 0x1400_0000];

/// From include/uapi/linux/kexec.h.
const KEXEC_ARCH_AARCH64: libc::c_ulong = 183 << 16;

/// Where they go, after the beginning of the memory: no part of the kernel that runs is there.
const OFFSET: usize = 64 << 20;
const PAGE: usize = 4096;

/// `struct kexec_segment` of the same file.
#[repr(C)]
struct Segment {
    buf: *const libc::c_void,
    bufsz: usize,
    mem: usize,
    memsz: usize,
}

/// Leaves the running kernel. Returns an error only.
pub fn run() -> Result {
    if cfg!(not(target_arch = "aarch64")) {
        return Err("the instructions are those of arm64".into());
    }
    let start = ram()? + OFFSET;
    let segment = Segment {
        buf: POWER_OFF.as_ptr().cast(),
        bufsz: size_of_val(&POWER_OFF),
        mem: start,
        memsz: PAGE,
    };
    // SAFETY: The segment and its buffer outlive the call.
    let loaded = unsafe {
        libc::syscall(
            libc::SYS_kexec_load,
            start,
            1_usize,
            &raw const segment,
            KEXEC_ARCH_AARCH64,
        )
    };
    if loaded != 0 {
        return Err(io::Error::last_os_error().into());
    }
    // SAFETY: reboot(2) with this command takes no further argument.
    unsafe {
        libc::syscall(
            libc::SYS_reboot,
            libc::LINUX_REBOOT_MAGIC1,
            libc::LINUX_REBOOT_MAGIC2,
            libc::LINUX_REBOOT_CMD_KEXEC,
            ptr::null::<libc::c_void>(),
        )
    };
    Err(io::Error::last_os_error().into())
}

/// Returns the beginning of the memory.
fn ram() -> Result<usize> {
    let map = fs::read_to_string("/proc/iomem")?;
    let start = map
        .lines()
        .filter(|line| line.ends_with(": System RAM"))
        .find_map(|line| line.split_once('-'))
        .ok_or("no memory in /proc/iomem")?
        .0;
    Ok(usize::from_str_radix(start, 16)?)
}
