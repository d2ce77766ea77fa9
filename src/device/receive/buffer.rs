// SPDX-License-Identifier: GPL-2.0

//! The buffer between the receiver and the readers: text, pulses, and the waiting for them.
//!
//! All open files share one stream of text and one of pulses; each file has a cursor of its own. The receiver
//! never waits for a reader.

use super::state::{
    BufferState,
    Mode,
    Place, //
};
use crate::code::Pulse;
use crate::device::stream::Stream;
use crate::linux::{
    bhlock::SpinLockBh,
    context::Sleepable,
    fasync::Band,
    poll::{
        PollEvents,
        PollQueue, //
    },
    uapi, //
};
use crate::new_spinlock_bh;
use kernel::{
    iov::IovIterDest,
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
            Relaxed, //
        },
        Arc, //
    },
    transmute::AsBytes, //
};

/// The number of bytes of text that are copied to user space at a time.
const CHUNK_BYTES: usize = 256;
const PULSE_BYTES: usize = size_of::<uapi::Pulse>();
/// The number of pulses that are copied to user space at a time, of the same size.
const CHUNK_PULSES: usize = CHUNK_BYTES / PULSE_BYTES;

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct ReadBuffer {
    #[pin]
    state: SpinLockBh<BufferState>,
    /// Whether a file reads pulses. Written under the lock of `state`.
    has_pulse_files: AtomicFlag,
    /// Notified when there is new content, and when the device is removed.
    waiters: Arc<PollQueue>,
}

/// The position of one open file.
#[pin_data]
pub(crate) struct Reader {
    /// Taken under the lock of the buffer.
    #[pin]
    place: SpinLockBh<Place>,
}

/// The items that one read copies. It holds no lock meanwhile, as user space can stall the copy.
struct Claim {
    mode: Mode,
    from: u64,
    end: u64,
}

impl ReadBuffer {
    /// Makes an empty buffer, whose readers are among the `waiters`.
    pub(crate) fn new(waiters: Arc<PollQueue>) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            state <- new_spinlock_bh!(BufferState::new()?, "ReadBuffer::state"),
            has_pulse_files: AtomicFlag::new(false),
            waiters,
        })
    }

    /// Appends text; [`Self::wake`] wakes the readers.
    ///
    /// After [`Self::disconnect`] text is dropped: a reader that got `ENODEV` must not read more.
    pub(crate) fn push_text(&self, utf8: &[u8]) {
        let mut state = self.state.lock();
        if state.gone {
            return;
        }
        for byte in utf8 {
            state.text.push(*byte);
        }
    }

    /// Appends a pulse, as [`Self::push_text`] does with text, if a file reads pulses: no later file needs it.
    pub(crate) fn push_pulse(&self, pulse: Pulse) {
        if !self.has_pulse_files.load(Relaxed) {
            return;
        }
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

    /// Counts pulses that were overwritten before text was read from them.
    pub(crate) fn add_lost(&self, pulses: u64) {
        self.state.lock().lost += pulses;
    }

    /// Wakes the readers after pulses were appended, and text if `has_text`. For pulses alone it does so only if a
    /// file reads pulses.
    pub(crate) fn wake(&self, has_text: bool) {
        if has_text || self.has_pulse_files.load(Relaxed) {
            self.waiters.notify(Band::In);
        }
    }

    /// Marks the device as removed, and wakes all readers.
    pub(crate) fn disconnect(&self) {
        self.state.lock().gone = true;
        self.waiters.notify(Band::HangUp);
    }

    /// Returns the number of items that readers lost, all together.
    pub(crate) fn lost(&self) -> u64 {
        self.state.lock().lost
    }

    /// Makes the position of a new file, which reads text received from now on.
    pub(crate) fn reader(&self) -> impl PinInit<Reader> {
        let place = self.state.lock().start(Mode::Text);
        pin_init!(Reader {
            place <- new_spinlock_bh!(place, "Reader::place"),
        })
    }

    /// Forgets a file that is closed.
    pub(crate) fn close(&self, reader: &Reader) {
        let mut state = self.state.lock();
        let mode = reader.place.lock().mode;
        self.count_pulse_files(&mut state, mode, Mode::Text);
    }

    /// Counts a file that read the stream `from`, and reads `to` now.
    fn count_pulse_files(&self, state: &mut BufferState, from: Mode, to: Mode) {
        state.pulse_files += usize::from(to == Mode::Pulses);
        state.pulse_files -= usize::from(from == Mode::Pulses);
        self.has_pulse_files.store(state.pulse_files > 0, Relaxed);
    }

    /// Performs one read(2) of the file of `reader`. Concurrent reads of one file get different items.
    ///
    /// After the device is removed, the rest of its items can be read; then it fails with `ENODEV`. It fails
    /// with `EINVAL` if `to` has no room for one pulse.
    pub(crate) fn read(
        &self,
        reader: &Reader,
        to: &mut IovIterDest<'_>,
        nonblock: bool,
        _ctx: &Sleepable,
    ) -> Result<usize> {
        let mut total = 0;
        while !to.is_empty() {
            // Items that arrive during the copy are read, too, without waiting for them.
            let claim = match self.claim(reader, to.len(), nonblock || total > 0) {
                Ok(claim) => claim,
                Err(_) if total > 0 => break,
                Err(error) => return Err(error),
            };
            let (copied, bytes) = match claim.mode {
                Mode::Text => (
                    self.copy::<_, CHUNK_BYTES>(&claim, to, |state| &state.text),
                    1,
                ),
                Mode::Pulses => (
                    self.copy::<_, CHUNK_PULSES>(&claim, to, |state| &state.pulses),
                    PULSE_BYTES,
                ),
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

    /// Waits until there are items for `reader`, and claims those that fit into `bytes`.
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
            if self.waiters.wait_interruptible(&mut state) {
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
        self.waiters.wake_up_poll(PollEvents::IN);
    }

    /// Copies the items of a claim, up to `N` at a time, and returns where it stopped: before the end if the rest
    /// was overwritten meanwhile; as `Err` if user space did not take it.
    fn copy<T: AsBytes + Copy + Default, const N: usize>(
        &self,
        claim: &Claim,
        to: &mut IovIterDest<'_>,
        stream: fn(&BufferState) -> &Stream<T>,
    ) -> Result<u64, u64> {
        let mut position = claim.from;
        let mut chunk = [T::default(); N];
        loop {
            let len = self.fetch(&mut chunk, position, claim.end, stream);
            let items = chunk.get(..len).unwrap_or_default();
            // An item of which user space took a part is not counted.
            let copied = to.copy_to_iter(items.as_bytes()) / size_of::<T>();
            position += copied as u64;
            if copied < len {
                return Err(position);
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

    /// Returns the events of the file of `reader`.
    pub(crate) fn poll(&self, reader: &Reader) -> PollEvents {
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

    /// Makes `reader` read the stream `mode`. If it changes, it reads items received from now on.
    pub(crate) fn set_mode(&self, reader: &Reader, mode: Mode) -> Result {
        let mut state = self.state.lock();
        let mut place = reader.place.lock();
        if state.gone {
            return Err(ENODEV);
        }
        if place.mode != mode {
            self.count_pulse_files(&mut state, place.mode, mode);
            *place = state.start(mode);
            drop(place);
            drop(state);
            // A waiting read of the same file has to wait for items of the new stream.
            self.waiters.wake_up_poll(PollEvents::IN);
        }
        Ok(())
    }

    /// Returns the number of items of its stream that `reader` lost.
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
