// SPDX-License-Identifier: GPL-2.0

//! Random system calls on the device, from several processes at once.
//!
//! The random numbers alone choose the calls, never the kernel's answers, so that the same seed makes the
//! same calls; in virtual time the whole run is the same. Signals interrupt blocked calls. Each answer is
//! checked for conditions that hold whichever calls the other processes make. In the end the device must
//! work like a new one: see [`verdict`].

mod calls;
mod checks;
mod table;
mod task;
mod verdict;
mod vfs;
mod words;
mod worker;

use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;

use morse_guest::{device, driver};

use crate::Result;
use morse_guest::random::Random;
use table::CALLS;
use task::Task;
use worker::{Shared, Worker, PROCESSES_MAX};

/// The longest time that a process may take for a call: signals come much more often.
const STALL: Duration = Duration::from_secs(60);
/// Below this number of calls of a kind, all may be refused by chance.
const ENOUGH: u64 = 300;

/// Makes `calls` calls in all from so many processes.
pub fn run(seed: u64, calls: u64, processes: usize, bind: bool) -> Result {
    if !(1..=PROCESSES_MAX).contains(&processes) {
        return Err(format!("1 to {PROCESSES_MAX} processes").into());
    }
    let start = Instant::now();
    let shared = Shared::map()?;
    // Before the first fork: a signal may reach a child before its first instruction.
    Task::survive_signals()?;
    let mut children = Vec::new();
    for number in 0..processes {
        let worker = Worker {
            number,
            seed,
            shared,
        };
        children.push(start_child(|| worker.run(calls / processes as u64))?);
    }
    let binder = match bind {
        true => Some(start_child(|| rebind(seed))?),
        false => None,
    };
    let outcome = watch(&mut children, shared, Random::of(seed, u64::MAX));
    for child in children {
        end(child);
    }
    if let Some(binder) = binder {
        end(binder);
        // The kill may have come between unbinding and binding.
        let _ = driver::bind();
    }
    outcome?;

    let made: u64 = shared.made.iter().map(|made| made.load(Relaxed)).sum();
    tell(shared, made, start.elapsed())?;
    morse_guest::wait_until(Duration::from_secs(2), "the node", || {
        Ok(std::path::Path::new(device::NODE).exists())
    })?;
    verdict::judge()
}

/// Starts a process that does `work` and exits.
fn start_child(work: impl FnOnce() -> std::result::Result<(), String>) -> Result<libc::pid_t> {
    // SAFETY: This process has one thread.
    match unsafe { libc::fork() } {
        0 => {
            let outcome = work();
            if let Err(reason) = &outcome {
                eprintln!("{reason}");
            }
            std::process::exit(i32::from(outcome.is_err()));
        }
        pid @ 1.. => Ok(pid),
        _ => Err(std::io::Error::last_os_error().into()),
    }
}

/// Kills a process and waits for its end.
fn end(child: libc::pid_t) {
    // SAFETY: It was not waited for, so that the number is its own.
    unsafe { libc::kill(child, libc::SIGKILL) };
    let _ = task::wait(child, true);
}

/// Disturbs the children until all have ended by themselves; removes those from `children`.
fn watch(children: &mut Vec<libc::pid_t>, shared: &Shared, mut random: Random) -> Result {
    let mut progress: Vec<(u64, Instant)> = vec![(0, Instant::now()); children.len()];
    let all = children.clone();
    while !children.is_empty() {
        thread::sleep(Duration::from_micros(random.below(20_000)));
        let mut left = Vec::new();
        for &child in children.iter() {
            let mut status = 0;
            // SAFETY: There is room for the status.
            match unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } {
                0 => left.push(child),
                _ if status == 0 => {}
                _ => return Err(format!("a process failed, status {status:#x}").into()),
            }
        }
        *children = left;
        if let Some(&child) = children.get(random.below(children.len() as u64) as usize) {
            disturb(child, &mut random);
        }
        for (number, (made, since)) in progress.iter_mut().enumerate() {
            let now = shared.made[number].load(Relaxed);
            if now != *made || !children.contains(&all[number]) {
                (*made, *since) = (now, Instant::now());
            } else if since.elapsed() > STALL {
                return Err(stalled(number, all[number], shared).into());
            }
        }
    }
    Ok(())
}

/// Sends a signal, or stops the process for a while.
fn disturb(child: libc::pid_t, random: &mut Random) {
    let send = |signal| {
        // SAFETY: The child was not waited for, so that the number is its own.
        unsafe { libc::kill(child, signal) };
    };
    if random.one_in(4) {
        send(libc::SIGSTOP);
        thread::sleep(Duration::from_micros(random.below(5000)));
        send(libc::SIGCONT);
    } else {
        send(libc::SIGUSR1);
    }
}

fn stalled(number: usize, pid: libc::pid_t, shared: &Shared) -> String {
    let kind = shared.making[number].load(Relaxed) as usize;
    let made = shared.made[number].load(Relaxed);
    let stack = std::fs::read_to_string(format!("/proc/{pid}/stack")).unwrap_or_default();
    format!(
        "process {number} is in call {made} ({}) for {STALL:?}:\n{stack}",
        CALLS[kind].0
    )
}

/// Unbinds and binds the driver, for ever.
fn rebind(seed: u64) -> std::result::Result<(), String> {
    let mut random = Random::of(seed, u64::MAX - 1);
    loop {
        thread::sleep(Duration::from_micros(random.below(300_000)));
        driver::unbind().map_err(|error| format!("unbind: {error}"))?;
        thread::sleep(Duration::from_micros(random.below(5000)));
        driver::bind().map_err(|error| format!("bind: {error}"))?;
    }
}

/// Prints the numbers of calls done and refused. Fails if a kind of call is always refused, as it then tests
/// nothing.
fn tell(shared: &Shared, made: u64, took: Duration) -> Result {
    const NEVER_GOOD: [&str; 3] = ["mmap", "seek, pread, pwrite", "key garbage"];

    let mut vain = Vec::new();
    for ((name, ..), answers) in CALLS.iter().zip(&shared.answers) {
        let [done, refused] = answers.each_ref().map(|count| count.load(Relaxed));
        println!("{name:24} {done:8} done {refused:8} refused");
        if done == 0 && refused > ENOUGH && !NEVER_GOOD.contains(name) {
            vain.push(*name);
        }
    }
    println!("{made} calls in {:.1} s", took.as_secs_f64());
    match vain.is_empty() {
        true => Ok(()),
        false => Err(format!("always refused: {vain:?}").into()),
    }
}
