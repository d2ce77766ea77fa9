// SPDX-License-Identifier: GPL-2.0

//! The lamp and the key, through QEMU's qtest protocol: from outside the guest, independent of it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::lamp::Edge;

/// How long QEMU has to answer; it does so between two instructions of the guest.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// The watched lamp. Clones watch the same lamp.
#[derive(Clone)]
pub struct Lamp {
    shared: Arc<(Mutex<Vec<Edge>>, Condvar)>,
    start: Instant,
}

impl Lamp {
    fn new() -> Self {
        Lamp {
            shared: Arc::default(),
            start: Instant::now(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Edge>> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, on: bool, at: Instant) {
        let at_ns = nanoseconds(at.saturating_duration_since(self.start));
        self.lock().push(Edge { at_ns, on });
        self.shared.1.notify_all();
    }

    /// The time on the clock of the edges: ns of the host's monotonic clock.
    pub fn now_ns(&self) -> u64 {
        nanoseconds(self.start.elapsed())
    }

    /// How many edges there were so far; to be given to [`Lamp::edges_since`].
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// All edges but the first `count`.
    pub fn edges_since(&self, count: usize) -> Vec<Edge> {
        self.lock().get(count..).unwrap_or_default().to_vec()
    }

    /// Whether it is on now.
    pub fn is_on(&self) -> bool {
        self.lock().last().is_some_and(|edge| edge.on)
    }

    /// Waits for an edge besides the first `count`; false when none came in time.
    pub fn wait_edge(&self, count: usize, limit: Duration) -> bool {
        let edges = self.lock();
        let (edges, _) = self
            .shared
            .1
            .wait_timeout_while(edges, limit, |edges| edges.len() <= count)
            .unwrap_or_else(PoisonError::into_inner);
        edges.len() > count
    }

    /// Waits until the lamp has been on at least once besides the first `count` edges, and then
    /// dark for `dark`. Returns the edges.
    ///
    /// # Errors
    ///
    /// [`Error::Lamp`] when it did not go on at all, or did not stay dark, within `limit`.
    pub fn wait_message(&self, count: usize, dark: Duration, limit: Duration) -> Result<Vec<Edge>> {
        let deadline = Instant::now() + limit;
        loop {
            let seen = self.count();
            let edges = self.edges_since(count);
            let until = match edges.last() {
                Some(last) if !last.on => {
                    let over = self.start + Duration::from_nanos(last.at_ns) + dark;
                    if Instant::now() >= over {
                        return Ok(edges);
                    }
                    over.min(deadline)
                }
                _ => deadline,
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() && until == deadline {
                let problem = match edges.last() {
                    None => format!("did not go on within {limit:?}"),
                    Some(edge) if edge.on => format!("was still on after {limit:?}"),
                    Some(_) => format!("was still blinking after {limit:?}"),
                };
                return Err(Error::Lamp { problem });
            }
            self.wait_edge(seen, left);
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The qtest channel.
pub(crate) struct Qtest {
    port: UnixStream,
    answers: Receiver<String>,
    lamp: Lamp,
}

impl Qtest {
    /// Starts to listen; edges of output `lamp_line` of the intercepted device are the lamp's.
    pub(crate) fn new(port: UnixStream, lamp_line: u32) -> Result<Self> {
        let input = port
            .try_clone()
            .map_err(Error::io("cannot share a socket"))?;
        let lamp = Lamp::new();
        let recorder = lamp.clone();
        let (sender, answers) = mpsc::channel();
        thread::Builder::new()
            .name("qtest".into())
            .spawn(move || {
                for line in BufReader::new(input).lines() {
                    let now = Instant::now();
                    let Ok(line) = line else { break };
                    match parse_edge(&line) {
                        Some((line, on)) if line == lamp_line => recorder.record(on, now),
                        Some(_) => {}
                        None if sender.send(line).is_err() => break,
                        None => {}
                    }
                }
            })
            .map_err(Error::io("cannot start a thread"))?;
        Ok(Qtest {
            port,
            answers,
            lamp,
        })
    }

    pub(crate) fn lamp(&self) -> &Lamp {
        &self.lamp
    }

    /// Starts to report the edges of a device's outputs.
    pub(crate) fn intercept_outputs(&mut self, device: &str) -> Result<()> {
        self.command(&format!("irq_intercept_out {device}"))
    }

    /// Drives an input of a device.
    pub(crate) fn set_input(&mut self, device: &str, line: u32, high: bool) -> Result<()> {
        self.command(&format!(
            "set_irq_in {device} unnamed-gpio-in {line} {}",
            u8::from(high)
        ))
    }

    /// Writes a word to the guest's memory, or to a register there.
    pub(crate) fn write(&mut self, address: u64, value: u32) -> Result<()> {
        self.command(&format!("writel {address:#x} {value:#x}"))
    }

    /// Waits until the lamp has recorded every edge up to now.
    ///
    /// Edges and answers come one after the other through the same socket, so an answer to anything
    /// follows all edges before it.
    pub(crate) fn catch_up(&mut self) -> Result<()> {
        self.command("endianness")
    }

    fn command(&mut self, command: &str) -> Result<()> {
        self.port
            .write_all(format!("{command}\n").as_bytes())
            .map_err(Error::io("qtest"))?;
        match self.answers.recv_timeout(ANSWER_LIMIT) {
            Ok(answer) if answer == "OK" || answer.starts_with("OK ") => Ok(()),
            Ok(answer) => Err(Error::Protocol {
                peer: "qtest",
                answer: format!("{command}: {answer}"),
            }),
            Err(_) => Err(Error::Protocol {
                peer: "qtest",
                answer: format!("{command}: no answer"),
            }),
        }
    }
}

/// Reads `IRQ raise N` and `IRQ lower N`.
fn parse_edge(line: &str) -> Option<(u32, bool)> {
    let (verb, number) = line.strip_prefix("IRQ ")?.split_once(' ')?;
    let on = match verb {
        "raise" => true,
        "lower" => false,
        _ => return None,
    };
    Some((number.trim_end().parse().ok()?, on))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A qtest channel whose other end is the test.
    fn channel() -> (Qtest, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Qtest::new(ours, 0).unwrap(), theirs)
    }

    const LIMIT: Duration = Duration::from_secs(5);

    #[test]
    fn edges_of_the_lamp_are_recorded() {
        let (qtest, mut qemu) = channel();
        qemu.write_all(b"IRQ raise 3\nIRQ raise 0\nIRQ lower 3\nIRQ lower 0\n")
            .unwrap();
        let lamp = qtest.lamp();
        assert!(lamp.wait_edge(1, LIMIT));
        let on: Vec<bool> = lamp.edges_since(0).iter().map(|edge| edge.on).collect();
        assert_eq!(on, [true, false]);
        assert!(!lamp.is_on());
        assert!(lamp.edges_since(2).is_empty());
        assert!(lamp.edges_since(3).is_empty());
    }

    #[test]
    fn answers_are_told_from_edges() {
        let (mut qtest, mut qemu) = channel();
        qemu.write_all(b"IRQ raise 0\nOK\nFAIL Unknown device\n")
            .unwrap();
        qtest.set_input("/machine/x", 5, true).unwrap();
        let error = qtest
            .intercept_outputs("/machine/x")
            .unwrap_err()
            .to_string();
        assert!(error.contains("Unknown device"), "{error}");
        assert!(qtest.lamp().is_on());
        drop(qemu);
        assert!(qtest.set_input("/machine/x", 5, true).is_err());
    }

    #[test]
    fn the_lamp_is_caught_up_with() {
        let (mut qtest, mut qemu) = channel();
        let answering = thread::spawn(move || {
            let mut question = String::new();
            BufReader::new(qemu.try_clone().unwrap())
                .read_line(&mut question)
                .unwrap();
            qemu.write_all("IRQ raise 0\nIRQ lower 0\n".repeat(1000).as_bytes())
                .unwrap();
            qemu.write_all(b"OK little\n").unwrap();
            question
        });
        qtest.catch_up().unwrap();
        assert_eq!(qtest.lamp().count(), 2000);
        assert_eq!(answering.join().unwrap(), "endianness\n");
        assert!(qtest.catch_up().is_err(), "QEMU is gone");
    }

    #[test]
    fn a_message_ends_with_darkness() {
        let (qtest, mut qemu) = channel();
        let writer = thread::spawn(move || {
            for line in [
                "IRQ raise 0\n",
                "IRQ lower 0\n",
                "IRQ raise 0\n",
                "IRQ lower 0\n",
            ] {
                qemu.write_all(line.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(20));
            }
            qemu
        });
        let edges = qtest
            .lamp()
            .wait_message(0, Duration::from_millis(300), LIMIT)
            .unwrap();
        assert_eq!(edges.len(), 4);
        writer.join().unwrap();
    }

    #[test]
    fn a_lamp_that_stays_dark_or_lit_is_told() {
        let (qtest, mut qemu) = channel();
        let short = Duration::from_millis(20);
        let error = qtest
            .lamp()
            .wait_message(0, short, short)
            .unwrap_err()
            .to_string();
        assert!(error.contains("did not go on"), "{error}");
        qemu.write_all(b"IRQ raise 0\n").unwrap();
        assert!(qtest.lamp().wait_edge(0, LIMIT));
        let error = qtest
            .lamp()
            .wait_message(0, short, short)
            .unwrap_err()
            .to_string();
        assert!(error.contains("still on"), "{error}");
    }
}
