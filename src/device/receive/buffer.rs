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
    fasync::{
        Band,
        FasyncRequest, //
    },
    poll::{
        PollEvents,
        PollQueue, //
    },
    uapi, //
};
use crate::new_spinlock_bh;
use kernel::{
    fs,
    iov::IovIterDest,
    prelude::*,
    sync::poll::PollTable,
    transmute::AsBytes, //
};

/// How much text is kept for slow readers, in bytes: more than half an hour at 20 WPM.
const TEXT_BYTES: usize = 4096;
/// How many pulses are kept for slow readers.
const PULSES: usize = 2048;

/// How many bytes of text are copied to user space at a time.
const CHUNK_BYTES: usize = 256;
const PULSE_BYTES: usize = size_of::<uapi::Pulse>();
/// How many pulses are copied to user space at a time, for as many bytes.
const CHUNK_PULSES: usize = CHUNK_BYTES / PULSE_BYTES;

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
    /// Notified when there is new content, and when the device is removed.
    changed: PollQueue,
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
    /// Taken under the lock of the buffer.
    #[pin]
    place: SpinLockBh<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    /// The stream that the file reads.
    mode: Mode,
    cursor: Cursor,
}

/// The items that one read copies. It holds no lock meanwhile, as user space can stall the copy.
struct Claim {
    mode: Mode,
    from: u64,
    end: u64,
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
            changed: PollQueue::new(c"ReadBuffer::changed", kernel::static_lock_class!())?,
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
        self.changed.notify(Band::In);
    }

    /// Marks the device as gone, and wakes everybody.
    pub(crate) fn disconnect(&self) {
        self.state.lock().gone = true;
        self.changed.notify(Band::HangUp);
    }

    /// Returns how many items readers lost, all together.
    pub(crate) fn lost(&self) -> u64 {
        self.state.lock().lost
    }

    /// Makes the place of a new file: it reads the text that comes from now on.
    pub(crate) fn reader(&self) -> impl PinInit<Reader> {
        let place = self.state.lock().start(Mode::Text);
        pin_init!(Reader {
            place <- new_spinlock_bh!(place, "Reader::place"),
        })
    }

    /// One read(2) of `reader`'s file.
    ///
    /// What came before the device went is read to its end; then it is `ENODEV`. `EINVAL` if there is no
    /// room for a single pulse. Reads of one file at once get different parts of what there is.
    pub(crate) fn read(
        &self,
        reader: &Reader,
        to: &mut IovIterDest<'_>,
        nonblock: bool,
        _ctx: &Sleepable,
    ) -> Result<usize> {
        let mut total = 0;
        while !to.is_empty() {
            // Also what came while the rest was copied, but it does not wait for that.
            let claim = match self.claim(reader, to.len(), nonblock || total > 0) {
                Ok(claim) => claim,
                Err(_) if total > 0 => break,
                Err(error) => return Err(error),
            };
            let (copied, bytes) = match claim.mode {
                Mode::Text => (self.copy_text(&claim, to), 1),
                Mode::Pulses => (self.copy_pulses(&claim, to), PULSE_BYTES),
            };
            let (Ok(end) | Err(end)) = copied;
            total += (end - claim.from) as usize * bytes;
            if end < claim.end {
                self.give_back(reader, &claim, end);
            }
            if copied.is_err() {
                return if total > 0 { Ok(total) } else { Err(EFAULT) };
            }
            if total > 0 && kernel::current!().signal_pending() {
                break;
            }
        }
        Ok(total)
    }

    /// Waits until there is something for `reader`, and takes what fits into `bytes`.
    fn claim(&self, reader: &Reader, bytes: usize, nonblock: bool) -> Result<Claim> {
        let mut state = self.state.lock();
        loop {
            let mut place = reader.place.lock();
            let mode = place.mode;
            let room = match mode {
                Mode::Text => bytes,
                Mode::Pulses => bytes / PULSE_BYTES,
            };
            if room == 0 {
                return Err(EINVAL);
            }
            state.catch_up(&mut place);
            let from = place.cursor.position;
            let end = state.end(mode).min(from.saturating_add(room as u64));
            if end > from {
                place.cursor.position = end;
                return Ok(Claim { mode, from, end });
            }
            drop(place);
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

    /// Returns the rest of `claim`, from `end` on, to the file. The rest is lost if another read of the
    /// file has gone on from there, or if the mode has changed.
    fn give_back(&self, reader: &Reader, claim: &Claim, end: u64) {
        let mut state = self.state.lock();
        let mut place = reader.place.lock();
        if place.mode == claim.mode && place.cursor.position == claim.end {
            place.cursor.position = end;
        } else {
            let lost = claim.end - end;
            state.lost += lost;
            if place.mode == claim.mode {
                place.cursor.lost += lost;
            }
        }
        drop(place);
        drop(state);
        self.changed.notify_all();
    }

    /// Copies the text of a claim, and returns where it stopped: not at the end if the rest has been
    /// overwritten meanwhile. As an error if user space did not take it.
    fn copy_text(&self, claim: &Claim, to: &mut IovIterDest<'_>) -> Result<u64, u64> {
        let mut position = claim.from;
        let mut chunk = [0; CHUNK_BYTES];
        loop {
            let len = self.fetch(&mut chunk, position, claim.end, |state| &state.text);
            let copied = to.copy_to_iter(chunk.get(..len).unwrap_or_default());
            position += copied as u64;
            if copied < len {
                return Err(position);
            }
            if len == 0 || position == claim.end {
                return Ok(position);
            }
        }
    }

    /// Copies the pulses of a claim, as [`Self::copy_text`] does with text.
    fn copy_pulses(&self, claim: &Claim, to: &mut IovIterDest<'_>) -> Result<u64, u64> {
        let mut position = claim.from;
        let mut chunk = [uapi::Pulse::default(); CHUNK_PULSES];
        loop {
            let len = self.fetch(&mut chunk, position, claim.end, |state| &state.pulses);
            for pulse in chunk.iter().take(len) {
                if to.copy_to_iter(pulse.as_bytes()) < PULSE_BYTES {
                    return Err(position);
                }
                position += 1;
            }
            if len == 0 || position == claim.end {
                return Ok(position);
            }
        }
    }

    /// Fills `chunk` with items from `position` up to `end`, and returns how many.
    fn fetch<T: Copy>(
        &self,
        chunk: &mut [T],
        position: u64,
        end: u64,
        stream: fn(&BufferState) -> &Stream<T>,
    ) -> usize {
        let state = self.state.lock();
        let mut len = 0;
        for (slot, position) in chunk.iter_mut().zip(position..end) {
            let Some(item) = stream(&state).get(position) else {
                break;
            };
            *slot = item;
            len += 1;
        }
        len
    }

    /// Returns what `reader`'s file is ready for.
    pub(crate) fn poll(
        &self,
        reader: &Reader,
        file: &fs::File,
        table: &PollTable<'_>,
    ) -> PollEvents {
        self.changed.register(table, file);
        let state = self.state.lock();
        let place = reader.place.lock();
        let mut ready = PollEvents::default();
        if state.end(place.mode) > place.cursor.position {
            ready |= PollEvents::IN;
        }
        if state.gone {
            ready |= PollEvents::HUP;
        }
        ready
    }

    /// Has a file get `SIGIO` when there is something to read, or no longer.
    pub(crate) fn fasync(&self, request: &FasyncRequest) -> Result {
        self.changed.fasync(request)
    }

    /// Makes `reader` read the stream `mode`; if that is another one, what comes from now on.
    pub(crate) fn set_mode(&self, reader: &Reader, mode: Mode) -> Result {
        let state = self.state.lock();
        let mut place = reader.place.lock();
        if state.gone {
            return Err(ENODEV);
        }
        if place.mode != mode {
            *place = state.start(mode);
            drop(place);
            drop(state);
            // A read of the same file that waits is to wait for something else.
            self.changed.notify_all();
        }
        Ok(())
    }

    /// Returns how many items of its stream `reader` lost.
    pub(crate) fn reader_lost(&self, reader: &Reader) -> Result<u64> {
        let mut state = self.state.lock();
        let mut place = reader.place.lock();
        if state.gone {
            return Err(ENODEV);
        }
        state.catch_up(&mut place);
        Ok(place.cursor.lost)
    }
}

impl BufferState {
    fn end(&self, mode: Mode) -> u64 {
        match mode {
            Mode::Text => self.text.end(),
            Mode::Pulses => self.pulses.end(),
        }
    }

    fn start(&self, mode: Mode) -> Place {
        let cursor = Cursor {
            position: self.end(mode),
            lost: 0,
        };
        Place { mode, cursor }
    }

    /// Moves `place` on if what it points at is gone. It does not begin in the middle of a character.
    fn catch_up(&mut self, place: &mut Place) {
        let Place { mode, cursor } = place;
        let lost = match mode {
            Mode::Text => self.text.catch_up(cursor),
            Mode::Pulses => self.pulses.catch_up(cursor),
        };
        self.lost += lost;
        if lost == 0 || *mode == Mode::Pulses {
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
