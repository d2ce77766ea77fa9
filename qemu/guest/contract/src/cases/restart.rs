// SPDX-License-Identifier: GPL-2.0

//! fsync(2) and ABORT that signals interrupt, or that run beside another ABORT.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{kill, SaFlags, Signal};
use nix::sys::wait::waitpid;
use nix::unistd::{fork, ForkResult};

use crate::lamp::Lamp;
use crate::task::{self, Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    a_restarted_fsync_waits_for_nothing_later,
    an_fsync_again_after_eintr_waits_for_nothing_later,
    threads_that_share_a_file_wait_for_nothing_later,
    an_fsync_after_a_write_waits_for_that,
    a_stopped_fsync_waits_for_nothing_later,
    an_abort_is_eintr_and_touches_nothing_later,
    fsync_beside_an_abort_returns_in_the_dark,
    abort_beside_an_abort_returns_in_the_dark,
    abort_wants_a_file_for_writing,
];

const SIGNAL: Signal = Signal::SIGUSR1;
const FAST_WPM: &str = "100";
/// E and the gap after it, of 4 units of 12 ms.
const FAST_E: Duration = Duration::from_millis(4 * 12);

/// Keeps the device busy with text that comes later than that of a case.
struct Talker {
    over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Talker {
    fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let theirs = over.clone();
        let thread = thread::spawn(move || {
            let device = Device::open().expect("it opens");
            while !theirs.load(Relaxed) {
                if device.status().expect("a status").queued < 5 {
                    device.write("E").expect("there is room");
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        let thread = Some(thread);
        Talker { over, thread }
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        self.thread.take().map(thread::JoinHandle::join);
    }
}

/// Interrupts a call that waits for text, while text is written that it must not wait for.
fn waits_for_nothing_later(flags: SaFlags, call: fn(&Device) -> nix::Result<()>) -> Result {
    task::handle(SIGNAL, flags)?;
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open()?;
    device.write("EEEEE")?;
    let start = Instant::now();
    let waiter = Blocked::in_call(move || call(&device));
    let _talker = Talker::start();
    while start.elapsed() < 5 * FAST_E {
        waiter.signal(SIGNAL)?;
        thread::sleep(Duration::from_millis(7));
    }
    assert_eq!(waiter.within(PROMPT)?, Ok(()));
    Ok(())
}

fn a_restarted_fsync_waits_for_nothing_later() -> Result {
    waits_for_nothing_later(SaFlags::SA_RESTART, Device::fsync)
}

/// Restarts fsync() after EINTR, as Python does.
fn an_fsync_again_after_eintr_waits_for_nothing_later() -> Result {
    waits_for_nothing_later(SaFlags::empty(), |device| loop {
        match device.fsync() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    })
}

/// Four threads are interrupted at different positions, and go on when all of them have been.
fn threads_that_share_a_file_wait_for_nothing_later() -> Result {
    const THREADS: usize = 4;
    task::handle(SIGNAL, SaFlags::empty())?;
    driver::set("wpm", FAST_WPM)?;
    let device = Arc::new(Device::open()?);
    let other = Device::open()?;
    let barrier = Arc::new(Barrier::new(THREADS));
    let mut waiters = Vec::new();
    for _ in 0..THREADS {
        other.write("EEEEE")?;
        let (device, barrier) = (device.clone(), barrier.clone());
        waiters.push(Blocked::in_call(move || {
            assert_eq!(device.fsync(), Err(Errno::EINTR));
            barrier.wait();
            device.fsync()
        }));
    }
    other.write("T".repeat(100))?;
    for waiter in &waiters {
        waiter.signal(SIGNAL)?;
        thread::sleep(Duration::from_millis(5));
    }
    for waiter in waiters {
        assert_eq!(waiter.within(5 * FAST_E + PROMPT)?, Ok(()));
    }
    other.abort()?;
    Ok(())
}

fn an_fsync_after_a_write_waits_for_that() -> Result {
    task::handle(SIGNAL, SaFlags::empty())?;
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open()?;
    device.write("EEEEE")?;
    let waiter = Blocked::in_call(move || {
        assert_eq!(device.fsync(), Err(Errno::EINTR));
        device.write("EEEEE")?;
        device.fsync()?;
        Ok::<u32, Errno>(device.status()?.queued)
    });
    waiter.signal(SIGNAL)?;
    assert_eq!(waiter.within(11 * FAST_E)?, Ok(0));
    Ok(())
}

fn a_stopped_fsync_waits_for_nothing_later() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open()?;
    device.write("EEEEE")?;
    // SAFETY: The child makes two system calls.
    let child = match unsafe { fork() }? {
        ForkResult::Child => {
            let result = device.fsync();
            // SAFETY: Leaves all cleanup to the parent.
            unsafe { libc::_exit(result.is_err().into()) };
        }
        ForkResult::Parent { child } => child,
    };
    let _talker = Talker::start();
    let start = Instant::now();
    while start.elapsed() < 6 * FAST_E {
        kill(child, Signal::SIGSTOP)?;
        thread::sleep(Duration::from_millis(3));
        kill(child, Signal::SIGCONT)?;
        thread::sleep(Duration::from_millis(7));
    }
    let end = Blocked::start(move || waitpid(child, None));
    assert!(matches!(
        end.within(PROMPT)??,
        nix::sys::wait::WaitStatus::Exited(_, 0)
    ));
    Ok(())
}

/// Real-time tasks that keep the keyer from running.
struct Hogs(Arc<AtomicBool>);

impl Hogs {
    /// Above the keyer, which has the lowest of these priorities while it sends.
    const PRIORITY: i32 = 70;
    const ABOVE: i32 = 80;

    fn start() -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        for processor in 0..thread::available_parallelism()?.get() {
            let theirs = over.clone();
            thread::spawn(move || {
                task::run_on(processor);
                task::set_fifo(Self::PRIORITY);
                while !theirs.load(Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        thread::sleep(Duration::from_millis(10));
        Ok(Hogs(over))
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Starts a call of a task with a higher priority than the hogs.
fn in_call_above<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> Blocked<T> {
    Blocked::start(move || {
        task::set_fifo(Hogs::ABOVE);
        call()
    })
}

/// Sends a text, and stops the keyer in its first mark.
fn in_a_mark() -> Result<(Device, Lamp, Hogs)> {
    driver::set("wpm", "20")?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    device.write("0")?;
    lamp.wait_on()?;
    task::set_fifo(Hogs::ABOVE + 1);
    Ok((device, lamp, Hogs::start()?))
}

fn an_abort_is_eintr_and_touches_nothing_later() -> Result {
    for flags in [SaFlags::empty(), SaFlags::SA_RESTART] {
        task::handle(SIGNAL, flags)?;
        let (device, _lamp, hogs) = in_a_mark()?;
        let before = device.status()?.sent;
        let aborter = in_call_above(|| Device::open().unwrap().abort());
        thread::sleep(Duration::from_millis(10));
        // The abort waits for the keyer; this is written after it.
        assert_eq!(device.write("E"), Ok(1));
        aborter.signal(SIGNAL)?;
        assert_eq!(aborter.within(PROMPT)?, Err(Errno::EINTR), "{flags:?}");
        drop(hogs);
        device.fsync()?;
        assert_eq!(device.status()?.sent, before + 1, "{flags:?}");
    }
    Ok(())
}

fn returns_in_the_dark(call: fn(&Device) -> nix::Result<()>) -> Result {
    let (device, lamp, hogs) = in_a_mark()?;
    let waiter = in_call_above(move || call(&Device::open().unwrap()));
    thread::sleep(Duration::from_millis(10));
    assert_eq!(device.write("E"), Ok(1));
    let aborter = in_call_above(|| Device::open().unwrap().abort());
    assert!(lamp.is_on()?);
    assert!(waiter.is_blocked_for(Duration::from_millis(10)));
    drop(hogs);
    assert_eq!(waiter.within(PROMPT)?, Ok(()));
    assert!(!lamp.is_on()?);
    assert_eq!(aborter.within(PROMPT)?, Ok(()));
    Ok(())
}

fn fsync_beside_an_abort_returns_in_the_dark() -> Result {
    returns_in_the_dark(Device::fsync)
}

fn abort_beside_an_abort_returns_in_the_dark() -> Result {
    returns_in_the_dark(Device::abort)
}

fn abort_wants_a_file_for_writing() -> Result {
    driver::set("wpm", "1")?;
    let device = Device::open()?;
    device.write("SOS")?;
    assert_eq!(Device::reader()?.abort(), Err(Errno::EBADF));
    assert_eq!(device.status()?.queued, 3);
    assert_eq!(Device::open_both()?.abort(), Ok(()));
    thread::sleep(SETTLE);
    assert_eq!(device.status()?.queued, 0);
    Ok(())
}
