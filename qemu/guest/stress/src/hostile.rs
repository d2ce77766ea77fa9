// SPDX-License-Identifier: GPL-2.0

//! Attempts of a hostile user who may open the device.
//!
//! ```text
//! files COUNT          opens COUNT files, and prints the kernel memory that each takes
//! hold NODE COUNT      opens COUNT files and keeps them until it is killed
//! blanks               writes megabytes that send nothing, and is interrupted
//! starve SECONDS       sends all the time; prints the share of the processor left to others
//! wait COUNT           waits for the device with COUNT files until it is killed
//! chatter SECONDS      sends and aborts as many messages as it can
//! bytes                checks that every structure is filled completely and not exceeded
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use morse_use::uapi;
use nix::libc::{self, c_void};

use crate::system::{answer, Memory};
use crate::Result;
use morse_guest::{counters, device};

/// Runs one of the cases.
pub fn run(case: &str, words: &[&str]) -> Result {
    match (case, words) {
        ("files", [count]) => files(count.parse()?),
        ("hold", [node, count]) => hold(node, count.parse()?),
        ("blanks", []) => blanks(),
        ("starve", [seconds]) => starve(Duration::from_secs(seconds.parse()?)),
        ("wait", [count]) => wait(count.parse()?),
        ("chatter", [seconds]) => chatter(Duration::from_secs(seconds.parse()?)),
        ("bytes", []) => bytes(),
        _ => Err("see the head of qemu/guest/stress/src/hostile.rs".into()),
    }
}

fn open(flags: i32) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags)
        .open(device::NODE)
}

/// Raises the limit of open files to `count`, and some more.
fn allow_files(count: u64) -> Result {
    const MORE: u64 = 64;

    let limit = libc::rlimit {
        rlim_cur: (count + MORE) as libc::rlim_t,
        rlim_max: (count + MORE) as libc::rlim_t,
    };
    // SAFETY: The limit is there.
    match unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error().into()),
    }
}

fn hold(node: &str, count: u64) -> Result {
    allow_files(count)?;
    let files: Vec<File> = (0..count)
        .map(|_| OpenOptions::new().read(true).write(true).open(node))
        .collect::<std::io::Result<_>>()?;
    println!("{} held", files.len());
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Prints the kernel memory of a file of the device beyond one of `/dev/null`, in bytes.
fn files(count: u64) -> Result {
    allow_files(count)?;
    let cost = |path: &str| -> Result<u64> {
        let before = counters::kernel_memory_kib()?;
        let files: Vec<File> = (0..count)
            .map(|_| OpenOptions::new().read(true).write(true).open(path))
            .collect::<std::io::Result<_>>()?;
        // An unfinished prosign, which the file has to remember.
        for mut file in &files {
            if path == device::NODE {
                file.write_all(b"<")?;
            }
        }
        let cost = counters::kernel_memory_kib()?.saturating_sub(before) * 1024 / count;
        drop(files);
        Ok(cost)
    };
    // The first run makes the allocations that are made once only.
    cost("/dev/null")?;
    let null = cost("/dev/null")?;
    let morse = cost(device::NODE)?;
    println!("{}", morse.saturating_sub(null));
    Ok(())
}

extern "C" fn nothing(_: libc::c_int) {}

/// Writes blanks. They are no characters, so that the fifo never fills; only a signal ends the write early.
fn blanks() -> Result {
    const PARTS: usize = 1024;
    const SIGNAL_AFTER_US: libc::suseconds_t = 5000;
    const PROMPT: Duration = Duration::from_millis(10);

    let mut memory = Memory::map()?;
    let piece = memory.whole(Memory::LEN);
    memory.bytes(piece).fill(b' ');
    let part = libc::iovec {
        iov_base: piece.address as *mut c_void,
        iov_len: piece.len,
    };
    let parts = [part; PARTS];
    let action = nix::sys::signal::SigAction::new(
        nix::sys::signal::SigHandler::Handler(nothing),
        nix::sys::signal::SaFlags::empty(),
        nix::sys::signal::SigSet::empty(),
    );
    // SAFETY: The handler does nothing, so it is safe at any moment.
    unsafe { nix::sys::signal::sigaction(nix::sys::signal::Signal::SIGALRM, &action) }?;
    let file = open(0)?;
    let timer = libc::itimerval {
        it_interval: libc::timeval {
            tv_sec: 0,
            tv_usec: 0,
        },
        it_value: libc::timeval {
            tv_sec: 0,
            tv_usec: SIGNAL_AFTER_US,
        },
    };
    // SAFETY: The structure lives during the call; the old one is not asked for.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) };
    let start = Instant::now();
    // SAFETY: The parts lie within the mapping.
    let answer =
        answer(unsafe { libc::writev(file.as_raw_fd(), parts.as_ptr(), PARTS as i32) } as i64);
    let took = start.elapsed();
    println!("{answer:?} of {} bytes in {took:?}", PARTS * piece.len);
    match answer {
        Ok(count) if count > 0 && count < PARTS * piece.len && took < PROMPT => Ok(()),
        _ => Err("the signal did not end the write".into()),
    }
}

/// Prints the share of the one processor that a task of the lowest priority gets while another sends
/// without a pause, in percent, and its longest wait for the processor, in us.
fn starve(time: Duration) -> Result {
    // SAFETY: This process has one thread.
    let sender = unsafe { libc::fork() };
    if sender == 0 {
        let mut file = open(0)?;
        // Dots have the most edges.
        let text = "5".repeat(4096);
        loop {
            file.write_all(text.as_bytes())?;
        }
    }
    // SAFETY: There is no memory in this.
    unsafe { libc::nice(19) };
    thread::sleep(Duration::from_millis(100));
    let cpu = || -> Duration {
        let mut now = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: There is room for the time.
        unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    };
    let before = cpu();
    let start = Instant::now();
    let (mut last, mut longest) = (start, Duration::ZERO);
    while last - start < time {
        let now = Instant::now();
        longest = longest.max(now - last);
        last = now;
    }
    let share = (cpu() - before).as_secs_f64() / start.elapsed().as_secs_f64();
    // SAFETY: The sender was not waited for, so that the number is its own.
    unsafe { libc::kill(sender, libc::SIGKILL) };
    println!("{:.2} {}", share * 100.0, longest.as_micros());
    Ok(())
}

/// Waits with `count` files in an epoll set, each for all events.
fn wait(count: u64) -> Result {
    allow_files(count)?;
    // SAFETY: There is no memory in this.
    let epoll = unsafe { libc::epoll_create1(0) };
    let mut files = Vec::new();
    for _ in 0..count {
        let file = open(0)?;
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLET) as u32,
            u64: 0,
        };
        // SAFETY: The event is there.
        let added =
            unsafe { libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, file.as_raw_fd(), &mut event) };
        answer(added).map_err(std::io::Error::from_raw_os_error)?;
        files.push(file);
    }
    println!("{} files wait", files.len());
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Sends messages of one character, and aborts every other one.
fn chatter(time: Duration) -> Result {
    let mut file = open(0)?;
    let start = Instant::now();
    let mut messages = 0_u64;
    while start.elapsed() < time {
        file.write_all(b"E")?;
        match messages % 2 {
            0 => file.sync_all()?,
            _ => morse_use::abort(&file)?,
        }
        messages += 1;
    }
    println!("{messages}");
    Ok(())
}

/// Reads each structure twice into memory with different fillings: a byte that the driver does not write
/// differs.
fn bytes() -> Result {
    const FILLINGS: [u8; 2] = [0x5a, 0xa5];

    let same = |name: &str, size: usize, read: &mut dyn FnMut(&mut [u8]) -> Result| -> Result {
        let mut both = FILLINGS.map(|filling| vec![filling; size + 16]);
        for bytes in &mut both {
            read(bytes)?;
        }
        for (bytes, filling) in both.iter().zip(FILLINGS) {
            if bytes[size..].iter().any(|byte| *byte != filling) {
                return Err(format!("{name}: more than its {size} bytes are written").into());
            }
        }
        match both[0][..size] == both[1][..size] {
            true => {
                println!("{name}: {:02x?}", &both[0][..size]);
                Ok(())
            }
            false => Err(format!("{name}: not all bytes are written: {both:02x?}").into()),
        }
    };
    let file = open(libc::O_NONBLOCK)?;
    same(
        "morse_status",
        size_of::<uapi::morse_status>(),
        &mut |bytes| counters::ioctl(&file, uapi::MORSE_IOC_GET_STATUS, bytes),
    )?;
    same("lost", size_of::<u64>(), &mut |bytes| {
        counters::ioctl(&file, uapi::MORSE_IOC_GET_LOST, bytes)
    })?;

    // Two files read the same pulses, each into a buffer with another filling.
    let readers = [open(libc::O_NONBLOCK)?, open(libc::O_NONBLOCK)?];
    for reader in &readers {
        counters::ioctl(
            reader,
            uapi::MORSE_IOC_SET_MODE,
            &mut { uapi::MORSE_PULSES }.to_ne_bytes(),
        )?;
    }
    let mut key = counters::key()?;
    for level in [b"1", b"0", b"1", b"0"] {
        key.write_all(level)?;
        thread::sleep(Duration::from_millis(20));
    }
    let size = 2 * size_of::<uapi::morse_pulse>();
    let mut next = readers.iter();
    same("morse_pulse, twice", size, &mut |bytes| {
        let mut reader = next.next().ok_or("there are two")?;
        match reader.read(&mut bytes[..size])? {
            count if count == size => Ok(()),
            count => Err(format!("{count} bytes").into()),
        }
    })?;

    for entry in fs::read_dir("/sys/class/misc/morse")? {
        let path = entry?.path();
        if path.is_file() {
            let mut bytes = Vec::new();
            // Some attributes are write-only.
            if File::open(&path)
                .and_then(|mut file| file.read_to_end(&mut bytes))
                .is_err()
            {
                continue;
            }
            let text = String::from_utf8(bytes)?;
            if !text.ends_with('\n') || text.trim_end().chars().any(|c| c.is_control() && c != '\n')
            {
                return Err(format!("{}: {text:?}", path.display()).into());
            }
        }
    }
    Ok(())
}
