// SPDX-License-Identifier: GPL-2.0

//! Hands text on to the device, in the order of the requests.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::device::Device;
use crate::request::SPEEDS;
use crate::text::{parts, Part};

/// The speed at the beginning and after a reset, in words per minute.
const DEFAULT_WPM: u32 = 24;
/// The weight then, in percent.
const DEFAULT_WEIGHT: u32 = 50;

/// An answer, and its addressee.
pub type Reply = (Vec<u8>, SocketAddr);

struct Message {
    parts: Vec<Part>,
    reply: Option<Reply>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Message>,
    /// The message that is being handed on has not been sent.
    is_sending: bool,
    /// The answer to its sender.
    reply: Option<Reply>,
    /// Changes with each abort, after which nothing of an older message may reach the device.
    aborts: u64,
    wpm: u32,
    /// An abort has no effect while text is being sent.
    is_word_mode: bool,
}

/// Text on its way to the device.
pub struct Sender {
    device: Device,
    socket: UdpSocket,
    state: Mutex<State>,
    changed: Condvar,
}

impl Sender {
    /// A sender at the default speed, which answers through `socket`.
    pub fn new(device: Device, socket: UdpSocket) -> Self {
        let sender = Self {
            device,
            socket,
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        sender.set_defaults(&mut sender.lock());
        sender
    }

    /// Queues a text.
    pub fn send(&self, text: &str, reply: Option<Reply>) {
        let parts = parts(text);
        self.lock().waiting.push_back(Message { parts, reply });
        self.changed.notify_one();
    }

    /// Sets the speed, from the next mark or space on.
    pub fn set_speed(&self, wpm: u32) {
        self.set_wpm(&mut self.lock(), wpm);
    }

    /// Sets the weight, in percent.
    pub fn set_weight(&self, weight: u32) {
        complain(self.device.set("weight", weight));
    }

    /// Has an abort ignored while text is being sent.
    pub fn set_word_mode(&self) {
        self.lock().is_word_mode = true;
    }

    /// Drops text that is not sent.
    pub fn abort(&self) {
        let mut state = self.lock();
        if !(state.is_word_mode && state.is_sending) {
            self.drop_all(&mut state);
        }
    }

    /// Drops text that is not sent, and returns to the default settings.
    pub fn reset(&self) {
        let mut state = self.lock();
        self.drop_all(&mut state);
        self.set_defaults(&mut state);
    }

    /// Hands text on to the device for ever.
    ///
    /// # Errors
    ///
    /// Those of the device, such as that it is gone.
    pub fn run(&self) -> io::Result<()> {
        loop {
            let mut state = self.lock();
            state.is_sending = false;
            let (message, aborts) = loop {
                if let Some(mut message) = state.waiting.pop_front() {
                    state.is_sending = true;
                    state.reply = message.reply.take();
                    break (message, state.aborts);
                }
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            for part in &message.parts {
                match part {
                    Part::Text(text) => self.hand_on(text, aborts)?,
                    Part::Faster(step) => self.change_speed(*step, aborts)?,
                }
            }
            self.answer(aborts)?;
        }
    }

    /// Queues the text in the device, without the characters that Morse has no code for.
    fn hand_on(&self, mut text: &str, aborts: u64) -> io::Result<()> {
        while let Some(first) = text.chars().next() {
            // With the lock held, so that an abort comes before or after.
            let state = self.lock();
            if state.aborts != aborts {
                return Ok(());
            }
            let result = self.device.queue(text);
            drop(state);
            match result {
                Ok(count) => text = &text[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.device.wait_for_room()?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::InvalidInput => {
                    eprintln!("Morse has no code for {first:?}");
                    text = &text[first.len_utf8()..];
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Changes the speed when the text before is sent.
    fn change_speed(&self, step: i32, aborts: u64) -> io::Result<()> {
        self.device.wait_until_sent()?;
        let mut state = self.lock();
        if state.aborts == aborts {
            let wpm = state.wpm.saturating_add_signed(step);
            self.set_wpm(&mut state, wpm.clamp(*SPEEDS.start(), *SPEEDS.end()));
        }
        Ok(())
    }

    /// Answers when the message is sent.
    fn answer(&self, aborts: u64) -> io::Result<()> {
        let state = self.lock();
        let must_wait = state.reply.is_some() || state.is_word_mode;
        drop(state);
        // Text without an answer is followed by the next one without a pause.
        if must_wait {
            self.device.wait_until_sent()?;
        }
        let mut state = self.lock();
        if state.aborts == aborts {
            self.reply(state.reply.take());
        }
        Ok(())
    }

    fn reply(&self, reply: Option<Reply>) {
        let Some((mut text, client)) = reply else {
            return;
        };
        text.extend(b"\r\n");
        if let Err(error) = self.socket.send_to(&text, client) {
            eprintln!("cannot answer {client}: {error}");
        }
    }

    fn drop_all(&self, state: &mut State) {
        state.aborts += 1;
        state.waiting.clear();
        complain(
            self.device
                .abort()
                .map_err(|error| format!("cannot abort: {error}")),
        );
        // A client that waits for the end of its text has to know.
        if let Some((_, client)) = state.reply.take() {
            self.reply(Some((b"break".to_vec(), client)));
        }
    }

    fn set_defaults(&self, state: &mut State) {
        state.is_word_mode = false;
        self.set_wpm(state, DEFAULT_WPM);
        self.set_weight(DEFAULT_WEIGHT);
    }

    fn set_wpm(&self, state: &mut State, wpm: u32) {
        state.wpm = wpm;
        complain(self.device.set("wpm", wpm));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The log has it; the daemon goes on.
fn complain(result: Result<(), String>) {
    if let Err(fault) = result {
        eprintln!("{fault}");
    }
}
