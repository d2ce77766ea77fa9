// SPDX-License-Identifier: GPL-2.0

//! Tasks beside the test's own: threads that block in a system call, and processes to kill.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use nix::libc;
use nix::sched::{sched_setaffinity, CpuSet};
use nix::sys::pthread::{pthread_kill, pthread_self, Pthread};
use nix::sys::signal::{sigaction, SaFlags, SigAction, SigHandler, SigSet, Signal};
use nix::unistd::Pid;

use crate::Result;
use morse_guest::device::Device;

/// Long enough that a task which has not come back by then is blocked.
pub const SETTLE: Duration = Duration::from_millis(50);
/// The bound for a woken task to return.
pub const PROMPT: Duration = Duration::from_millis(100);

/// A thread that makes one call and sends its result back.
pub struct Blocked<T> {
    thread: Pthread,
    result: Receiver<T>,
}

impl<T: Send + 'static> Blocked<T> {
    /// Starts the thread.
    pub fn start(call: impl FnOnce() -> T + Send + 'static) -> Self {
        let (started, thread) = mpsc::channel();
        let (done, result) = mpsc::channel();
        thread::spawn(move || {
            // The receiver may be gone: the test may have failed meanwhile.
            let _ = started.send(pthread_self());
            let _ = done.send(call());
        });
        let thread = thread.recv().expect("the thread sends its id");
        Blocked { thread, result }
    }

    /// Starts the thread and checks that its call blocks.
    pub fn in_call(call: impl FnOnce() -> T + Send + 'static) -> Self {
        let blocked = Self::start(call);
        assert!(
            blocked.is_blocked_for(SETTLE),
            "the call should block, but came back"
        );
        blocked
    }

    /// Whether the call stays blocked for `time`. If it returns, its result is lost.
    pub fn is_blocked_for(&self, time: Duration) -> bool {
        matches!(
            self.result.recv_timeout(time),
            Err(RecvTimeoutError::Timeout)
        )
    }

    /// Returns the result of the call, which must return within `time`.
    pub fn within(self, time: Duration) -> Result<T> {
        self.result
            .recv_timeout(time)
            .map_err(|_| format!("the call did not come back within {time:?}").into())
    }

    /// Sends the thread a signal.
    pub fn signal(&self, signal: Signal) -> Result {
        Ok(pthread_kill(self.thread, signal)?)
    }
}

/// Gives the calling thread a real-time priority.
pub fn set_fifo(priority: i32) {
    let parameter = libc::sched_param {
        sched_priority: priority,
    };
    // SAFETY: The structure lives during the call.
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &parameter) };
    assert_eq!(result, 0, "root may have any priority");
}

/// Has the calling thread run on this processor alone.
pub fn run_on(processor: usize) {
    let mut set = CpuSet::new();
    set.set(processor).expect("there is this processor");
    sched_setaffinity(Pid::from_raw(0), &set).expect("it may run there");
}

extern "C" fn nothing(_: libc::c_int) {}

/// Installs a handler that does nothing.
pub fn handle(signal: Signal, flags: SaFlags) -> Result {
    let action = SigAction::new(SigHandler::Handler(nothing), flags, SigSet::empty());
    // SAFETY: The handler does nothing, so it is safe at any moment.
    unsafe { sigaction(signal, &action) }?;
    Ok(())
}

/// Starts a process that writes to the device until it is killed.
pub fn start_flood() -> Result<Child> {
    Ok(Command::new("/proc/self/exe")
        .arg("flood")
        .stderr(Stdio::null())
        .spawn()?)
}

/// Writes to the device for ever.
pub fn flood() -> Result {
    let device = Device::open()?;
    let text = "T".repeat(256);
    loop {
        device.write(&text)?;
    }
}

/// Starts a process that reads from the device until it is killed.
pub fn start_listener() -> Result<Child> {
    Ok(Command::new("/proc/self/exe")
        .arg("listen")
        .stderr(Stdio::null())
        .spawn()?)
}

/// Reads from the device for ever.
pub fn listen() -> Result {
    let device = Device::reader()?;
    loop {
        device.read_text(256)?;
    }
}
