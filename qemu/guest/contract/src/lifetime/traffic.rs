// SPDX-License-Identifier: GPL-2.0

//! Users of the devices, on threads that last as long as the test.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::poll::{poll, PollFd, PollFlags};
use nix::unistd;

use crate::Result;

/// The nodes of the devices.
pub const NODES: [&str; 2] = ["/dev/morse", "/dev/morse1"];
/// The simulated keys. Not every device has one.
const KEYS: [&str; 2] = [
    "/sys/kernel/debug/morse/key",
    "/sys/kernel/debug/morse1/key",
];
const SETTINGS: [&str; 2] = ["/sys/class/misc/morse", "/sys/class/misc/morse1"];
/// Interval between a thread's attempts to open a file.
const REST: Duration = Duration::from_millis(1);
/// Time limit of a poll(2), in milliseconds: longer than any cycle.
const POLL_MS: u16 = 60_000;

/// State shared by all threads.
#[derive(Default)]
struct Shared {
    /// Whether files may be opened.
    open: AtomicBool,
    over: AtomicBool,
    /// Threads that have a file open, or are about to.
    inside: AtomicU32,
    written: AtomicU64,
    reads: AtomicU64,
    presses: AtomicU64,
    attributes: AtomicU64,
}

/// The threads.
pub struct Traffic {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Traffic {
    /// Starts the threads. None may open a file yet.
    pub fn start() -> Self {
        let mut traffic = Traffic {
            shared: Arc::default(),
            threads: Vec::new(),
        };
        for i in 0..NODES.len() {
            traffic.user(move |shared| write(shared, NODES[i]));
            traffic.user(move |shared| read(shared, NODES[i]));
            traffic.user(move |shared| read_when_ready(shared, NODES[i]));
            traffic.user(move |shared| press(shared, KEYS[i]));
            traffic.onlooker(move |shared| look(shared, SETTINGS[i]));
        }
        traffic
    }

    /// Starts a thread that opens a file whenever that is allowed, and keeps it until the hardware is gone.
    fn user(&mut self, visit: impl Fn(&Shared) + Send + 'static) {
        self.onlooker(move |shared| {
            // Count first: wait_home() must not miss a thread that has just seen `open` set.
            shared.inside.fetch_add(1, SeqCst);
            if shared.open.load(SeqCst) {
                visit(shared);
            }
            shared.inside.fetch_sub(1, SeqCst);
        });
    }

    /// Starts a thread that always may open files.
    fn onlooker(&mut self, visit: impl Fn(&Shared) + Send + 'static) {
        let shared = self.shared.clone();
        self.threads.push(thread::spawn(move || {
            while !shared.over.load(SeqCst) {
                visit(&shared);
                thread::sleep(REST);
            }
        }));
    }

    /// Allows opens.
    pub fn let_in(&self) {
        self.shared.open.store(true, SeqCst);
    }

    /// Forbids opens. Open files stay open.
    pub fn keep_out(&self) {
        self.shared.open.store(false, SeqCst);
    }

    /// Waits until no thread has a file open.
    pub fn wait_home(&self, limit: Duration) -> Result {
        let start = Instant::now();
        while self.shared.inside.load(SeqCst) > 0 {
            if start.elapsed() > limit {
                return Err("a thread does not close its file".into());
            }
            thread::sleep(REST);
        }
        Ok(())
    }

    /// Ends the threads, and returns the counts of their calls.
    pub fn stop(self) -> Counts {
        self.shared.over.store(true, SeqCst);
        for thread in self.threads {
            thread.join().expect("a thread that does not panic");
        }
        Counts {
            written: self.shared.written.load(SeqCst),
            reads: self.shared.reads.load(SeqCst),
            presses: self.shared.presses.load(SeqCst),
            attributes: self.shared.attributes.load(SeqCst),
        }
    }
}

/// Counts of the threads' calls.
pub struct Counts {
    written: u64,
    reads: u64,
    presses: u64,
    attributes: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            written,
            reads,
            presses,
            attributes,
        } = self;
        write!(
            f,
            "{written} characters written, {reads} reads, {presses} presses, \
             {attributes} attributes read or written"
        )
    }
}

/// Writes until the hardware is gone; the fifo fills, so that the writer blocks.
fn write(shared: &Shared, node: &str) {
    let Ok(file) = OpenOptions::new().write(true).open(node) else {
        return;
    };
    let text = "PARIS ".repeat(100);
    while let Ok(count) = unistd::write(&file, text.as_bytes()) {
        shared.written.fetch_add(count as u64, SeqCst);
    }
}

/// Reads until the hardware is gone; blocks between letters.
fn read(shared: &Shared, node: &str) {
    let Ok(file) = File::open(node) else {
        return;
    };
    while unistd::read(&file, &mut [0; 64]).is_ok() {
        shared.reads.fetch_add(1, SeqCst);
    }
}

/// Like [`read`], waiting in poll(2).
fn read_when_ready(shared: &Shared, node: &str) {
    let Ok(file) = File::open(node) else {
        return;
    };
    loop {
        let mut files = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
        let ready = poll(&mut files, POLL_MS);
        if ready.is_err() || unistd::read(&file, &mut [0; 64]).is_err() {
            return;
        }
        shared.reads.fetch_add(1, SeqCst);
    }
}

/// Presses and releases the key until it is gone or opens are forbidden.
fn press(shared: &Shared, key: &str) {
    let Ok(file) = OpenOptions::new().write(true).open(key) else {
        return;
    };
    while shared.open.load(SeqCst) {
        for level in [b"1", b"0"] {
            if unistd::write(&file, level).is_err() {
                return;
            }
            // Now and then longer than the driver's debouncing.
            thread::sleep(Duration::from_millis(
                shared.presses.fetch_add(1, SeqCst) % 8,
            ));
        }
    }
}

/// Reads all attributes, and makes some settings.
fn look(shared: &Shared, settings: &str) {
    let Ok(entries) = fs::read_dir(settings) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) && entry.file_name() != "uevent" {
            // The attributes may go at any moment.
            let read = fs::read(entry.path()).is_ok();
            shared.attributes.fetch_add(u64::from(read), SeqCst);
        }
    }
    for (name, value) in [
        ("wpm", "60"),
        ("beacon", "CQ"),
        ("beacon_interval_s", "1"),
        ("ticker_ms", "10"),
        ("debounce_us", "1000"),
        ("receive_wpm", "60"),
    ] {
        let written = fs::write(format!("{settings}/{name}"), value).is_ok();
        shared.attributes.fetch_add(u64::from(written), SeqCst);
    }
}
