// SPDX-License-Identifier: GPL-2.0

//! What readers and the receiver share: the text, the pulses, and the waiting for them.
//!
//! There is one buffer of each, however many files are open, and each file has its place in it. The
//! receiver never waits for a reader.

use super::stream::{
    Cursor,
    Stream, //
};
use crate::code::Pulse;
use crate::linux::{
    bhlock::SpinLockBh,
    context::Sleepable,
    poll::{
        PollCondVarBox,
        PollEvents, //
    },
    uapi, //
};
use crate::new_spinlock_bh;
use kernel::{
    fs,
    iov::IovIterDest,
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
            Relaxed, //
        },
        poll::PollTable,
        Mutex, //
    },
    transmute::AsBytes, //
};

/// How much text is kept for slow readers, in bytes: more than half an hour at 20 WPM.
const TEXT_BYTES: usize = 4096;
/// How many pulses are kept for slow readers.
const PULSES: usize = 2048;

/// How many bytes of text are copied to user space at a time.
const CHUNK_BYTES: usize = 256;
/// How many pulses are copied to user space at a time, for as many bytes.
const CHUNK_PULSES: usize = CHUNK_BYTES / size_of::<uapi::Pulse>();

struct BufferState {
    text: Stream<u8>,
    pulses: Stream<uapi::Pulse>,
    /// Items that any reader lost.
    lost: u64,
    /// The hardware is gone, or going.
    gone: bool,
}

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct ReadBuffer {
    #[pin]
    state: SpinLockBh<BufferState>,
    /// Rung when there is something new, or never will be.
    changed: PollCondVarBox,
}

/// What a reader reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Text.
    Text,
    /// Pulses, as `struct morse_pulse`.
    Pulses,
}

/// The place of one open file.
#[pin_data]
pub(crate) struct Reader {
    /// In the stream that the file reads. Not held while waiting.
    #[pin]
    cursor: Mutex<Cursor>,
    /// Which stream that is. Changes while both the cursor and the buffer are locked, so that it can be
    /// read with either.
    reads_pulses: AtomicFlag,
}

impl Reader {
    fn mode(&self) -> Mode {
        if self.reads_pulses.load(Relaxed) {
            Mode::Pulses
        } else {
            Mode::Text
        }
    }
}

impl ReadBuffer {
    /// Makes an empty buffer.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            state <- new_spinlock_bh!(BufferState {
                text: Stream::new(TEXT_BYTES, 0)?,
                pulses: Stream::new(PULSES, uapi::Pulse::default())?,
                lost: 0,
                gone: false,
            }, "ReadBuffer::state"),
            changed: PollCondVarBox::new(c"ReadBuffer::changed", kernel::static_lock_class!())?,
        })
    }

    /// Adds text. The readers hear of it by [`Self::wake`].
    ///
    /// What comes after [`Self::disconnect`] is dropped: whoever was told `ENODEV` is not to read more.
    pub(crate) fn push_text(&self, utf8: &[u8]) {
        let mut state = self.state.lock();
        if state.gone {
            return;
        }
        for byte in utf8 {
            state.text.push(*byte);
        }
    }

    /// Adds a pulse, as [`Self::push_text`] does with text.
    pub(crate) fn push_pulse(&self, pulse: Pulse) {
        let mut state = self.state.lock();
        if state.gone {
            return;
        }
        state.pulses.push(uapi::Pulse {
            duration_ns: pulse.duration_ns,
            mark: u32::from(pulse.mark),
            reserved: 0,
        });
    }

    /// Wakes the readers.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
    }

    /// Marks the device as gone, and wakes everybody.
    pub(crate) fn disconnect(&self) {
        self.state.lock().gone = true;
        self.wake();
    }

    /// Returns how many items readers lost, all together.
    pub(crate) fn lost(&self) -> u64 {
        self.state.lock().lost
    }

    /// Makes the place of a new file: it reads the text that comes from now on.
    pub(crate) fn reader(&self) -> impl PinInit<Reader> {
        let cursor = self.state.lock().start(Mode::Text);
        pin_init!(Reader {
            cursor <- new_mutex!(cursor, "Reader::cursor"),
            reads_pulses: AtomicFlag::new(false),
        })
    }

    /// One read(2) of `reader`'s file.
    ///
    /// What came before the device went is read to its end; then it is `ENODEV`.
    pub(crate) fn read(
        &self,
        reader: &Reader,
        to: &mut IovIterDest<'_>,
        nonblock: bool,
        ctx: &Sleepable,
    ) -> Result<usize> {
        if to.is_empty() {
            return Ok(0);
        }
        loop {
            let (mode, position) = {
                let mut cursor = reader.cursor.lock();
                let mode = reader.mode();
                let count = match mode {
                    Mode::Text => self.read_text(&mut cursor, to)?,
                    Mode::Pulses => self.read_pulses(&mut cursor, to)?,
                };
                if count > 0 {
                    return Ok(count);
                }
                (mode, cursor.position)
            };
            self.wait(reader, mode, position, nonblock, ctx)?;
        }
    }

    /// Waits until there is something at `position`, or `reader` reads something else than `mode`.
    fn wait(
        &self,
        reader: &Reader,
        mode: Mode,
        position: u64,
        nonblock: bool,
        _ctx: &Sleepable,
    ) -> Result {
        let mut state = self.state.lock();
        loop {
            if state.end(mode) > position || reader.mode() != mode {
                return Ok(());
            }
            if state.gone {
                return Err(ENODEV);
            }
            if nonblock {
                return Err(EAGAIN);
            }
            if self.changed.wait_interruptible(&mut state) {
                return Err(ERESTARTSYS);
            }
        }
    }

    fn read_text(&self, cursor: &mut Cursor, to: &mut IovIterDest<'_>) -> Result<usize> {
        let mut chunk = [0; CHUNK_BYTES];
        let mut total = 0;
        while !to.is_empty() {
            let room = to.len().min(CHUNK_BYTES);
            let mut len = 0;
            {
                let mut state = self.state.lock();
                state.catch_up(Mode::Text, cursor);
                for slot in chunk.iter_mut().take(room) {
                    let Some(byte) = state.text.get(cursor.position + len as u64) else {
                        break;
                    };
                    *slot = byte;
                    len += 1;
                }
            }
            if len == 0 {
                break;
            }
            let copied = to.copy_to_iter(chunk.get(..len).unwrap_or_default());
            cursor.position += copied as u64;
            total += copied;
            if copied < len {
                return if total > 0 { Ok(total) } else { Err(EFAULT) };
            }
        }
        Ok(total)
    }

    /// `EINVAL` if there is no room for a single pulse.
    fn read_pulses(&self, cursor: &mut Cursor, to: &mut IovIterDest<'_>) -> Result<usize> {
        const SIZE: usize = size_of::<uapi::Pulse>();

        if to.len() < SIZE {
            return Err(EINVAL);
        }
        let mut total = 0;
        while to.len() >= SIZE {
            let room = (to.len() / SIZE).min(CHUNK_PULSES);
            let mut chunk = [uapi::Pulse::default(); CHUNK_PULSES];
            let mut len = 0;
            {
                let mut state = self.state.lock();
                state.catch_up(Mode::Pulses, cursor);
                for slot in chunk.iter_mut().take(room) {
                    let Some(pulse) = state.pulses.get(cursor.position + len as u64) else {
                        break;
                    };
                    *slot = pulse;
                    len += 1;
                }
            }
            if len == 0 {
                break;
            }
            for pulse in chunk.iter().take(len) {
                if to.copy_to_iter(pulse.as_bytes()) < SIZE {
                    return if total > 0 { Ok(total) } else { Err(EFAULT) };
                }
                cursor.position += 1;
                total += SIZE;
            }
        }
        Ok(total)
    }

    /// Returns what `reader`'s file is ready for.
    pub(crate) fn poll(
        &self,
        reader: &Reader,
        file: &fs::File,
        table: &PollTable<'_>,
    ) -> PollEvents {
        table.register_wait(file, &self.changed);
        let cursor = reader.cursor.lock();
        let state = self.state.lock();
        let mut ready = PollEvents::default();
        if state.end(reader.mode()) > cursor.position {
            ready |= PollEvents::IN;
        }
        if state.gone {
            ready |= PollEvents::HUP;
        }
        ready
    }

    /// Makes `reader` read the stream `mode`; if that is another one, what comes from now on.
    pub(crate) fn set_mode(&self, reader: &Reader, mode: Mode) -> Result {
        let mut cursor = reader.cursor.lock();
        let state = self.state.lock();
        if state.gone {
            return Err(ENODEV);
        }
        if reader.mode() != mode {
            *cursor = state.start(mode);
            reader.reads_pulses.store(mode == Mode::Pulses, Relaxed);
            drop(state);
            // Whoever waits in a read of the same file is to wait for something else.
            self.wake();
        }
        Ok(())
    }

    /// Returns how many items of its stream `reader` lost.
    pub(crate) fn reader_lost(&self, reader: &Reader) -> Result<u64> {
        let mut cursor = reader.cursor.lock();
        let mut state = self.state.lock();
        if state.gone {
            return Err(ENODEV);
        }
        state.catch_up(reader.mode(), &mut cursor);
        Ok(cursor.lost)
    }
}

impl BufferState {
    fn end(&self, mode: Mode) -> u64 {
        match mode {
            Mode::Text => self.text.end(),
            Mode::Pulses => self.pulses.end(),
        }
    }

    fn start(&self, mode: Mode) -> Cursor {
        Cursor {
            position: self.end(mode),
            lost: 0,
        }
    }

    /// Moves `cursor` on if what it points at is gone. It does not begin in the middle of a character.
    fn catch_up(&mut self, mode: Mode, cursor: &mut Cursor) {
        let lost = match mode {
            Mode::Text => self.text.catch_up(cursor),
            Mode::Pulses => self.pulses.catch_up(cursor),
        };
        self.lost += lost;
        if lost == 0 || mode == Mode::Pulses {
            return;
        }
        while self
            .text
            .get(cursor.position)
            .is_some_and(continues_character)
        {
            cursor.position += 1;
            cursor.lost += 1;
            self.lost += 1;
        }
    }
}

/// Whether `byte` is not the first one of a character in UTF-8.
fn continues_character(byte: u8) -> bool {
    /// The upper two bits, and how they are then.
    const MASK: u8 = 0b1100_0000;
    const CONTINUATION: u8 = 0b1000_0000;

    byte & MASK == CONTINUATION
}
