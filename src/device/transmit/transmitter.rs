// SPDX-License-Identifier: GPL-2.0

//! The transmit side as its users see it: what open files, sysfs and the keyer share.

use super::{
    queue::TxQueue,
    settings::BeaconSettings, //
};
use crate::code::Timing;
use crate::linux::uapi;
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            AtomicFlag,
            Relaxed, //
        },
        Mutex, //
    },
};

/// Shared by the keyer, the node and all open files; outlives the hardware while a file is open.
#[pin_data]
pub(crate) struct Transmitter {
    /// The number of the device.
    pub(crate) device: u32,
    /// What is waiting to be sent.
    #[pin]
    pub(crate) queue: TxQueue,
    /// Speed and spacing. A change holds from the next mark or space on.
    #[pin]
    pub(crate) timing: Mutex<Timing>,
    /// What is sent again and again.
    #[pin]
    pub(crate) beacon: Mutex<BeaconSettings>,
    /// The keyer is to rest, the lamp dark, and to keep what there is to be sent.
    is_resting: AtomicFlag,
    sent: Atomic<u64>,
    messages: Atomic<u64>,
}

impl Transmitter {
    /// Makes the transmitter of the device with this number, with the default timing and nothing to send.
    pub(crate) fn new(device: u32) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            device,
            queue <- TxQueue::new(),
            timing <- new_mutex!(Timing::default(), "Transmitter::timing"),
            beacon <- new_mutex!(BeaconSettings::new(), "Transmitter::beacon"),
            is_resting: AtomicFlag::new(false),
            sent: Atomic::new(0),
            messages: Atomic::new(0),
        })
    }

    /// Returns the state for user space; `ENODEV` if the hardware is gone.
    pub(crate) fn status(&self) -> Result<uapi::Status> {
        let occupancy = self.queue.occupancy()?;
        Ok(uapi::Status {
            sent: self.sent(),
            queued: occupancy.queued as u32,
            room: occupancy.room as u32,
            unit_us: self.timing.lock().unit_us(),
            state: if occupancy.queued > 0 {
                uapi::SENDING
            } else {
                uapi::IDLE
            },
        })
    }

    /// Has the keyer stop wherever it is, or allows it to go on. What is queued is kept.
    ///
    /// To go on, the keyer has to be queued.
    pub(crate) fn set_resting(&self, resting: bool) {
        self.is_resting.store(resting, Relaxed);
        self.queue.keyer_wait.wake_up_all();
    }

    /// Returns whether the keyer is to rest.
    pub(crate) fn is_resting(&self) -> bool {
        self.is_resting.load(Relaxed)
    }

    /// Counts a character that has been sent.
    pub(crate) fn count_character(&self) {
        self.sent.fetch_add(1_u64, Relaxed);
    }

    /// Counts a message that has been sent to its end.
    pub(crate) fn count_message(&self) {
        self.messages.fetch_add(1_u64, Relaxed);
    }

    /// Returns how many characters have been sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// Returns how many messages have been sent.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.load(Relaxed)
    }
}
