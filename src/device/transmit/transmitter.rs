// SPDX-License-Identifier: GPL-2.0

//! The data of the transmit side, shared by open files, sysfs and the keyer.

use super::{
    queue::TxQueue,
    settings::BeaconSettings, //
};
use crate::code::Timing;
use crate::linux::{
    poll::PollQueue,
    uapi, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            AtomicFlag,
            Relaxed, //
        },
        Arc,
        Mutex, //
    },
};

/// Shared by the keyer, the node and all open files. It outlives the hardware while a file is open.
#[pin_data]
pub(crate) struct Transmitter {
    /// The number of the device.
    pub(crate) device: u32,
    /// Symbols to be sent.
    #[pin]
    pub(crate) queue: TxQueue,
    /// Speed and spacing. A change takes effect with the next mark or space.
    #[pin]
    pub(crate) timing: Mutex<Timing>,
    /// The settings of the beacon.
    #[pin]
    pub(crate) beacon: Mutex<BeaconSettings>,
    /// The keyer rests: the lamp is dark, and queued symbols are kept.
    is_resting: AtomicFlag,
    /// The lamp follows the key while nothing is sent.
    is_monitoring: AtomicFlag,
    sent: Atomic<u64>,
    messages: Atomic<u64>,
}

impl Transmitter {
    /// Makes the transmitter of the device with this number, with the default timing and an empty queue, which
    /// notifies the `pollers`.
    pub(crate) fn new(device: u32, pollers: Arc<PollQueue>) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            device,
            queue <- TxQueue::new(pollers),
            timing <- new_mutex!(Timing::default(), "Transmitter::timing"),
            beacon <- new_mutex!(BeaconSettings::new(), "Transmitter::beacon"),
            is_resting: AtomicFlag::new(false),
            is_monitoring: AtomicFlag::new(false),
            sent: Atomic::new(0),
            messages: Atomic::new(0),
        })
    }

    /// Returns the status for user space. `ENODEV` if the device was removed.
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

    /// Makes the keyer stop at any point, or allows it to continue. Queued symbols are kept.
    ///
    /// To continue, the keyer has to be queued.
    pub(crate) fn set_resting(&self, resting: bool) {
        self.is_resting.store(resting, Relaxed);
        self.queue.keyer_wait.wake_up_all();
    }

    /// Returns whether the keyer is to rest, as the system sleeps or is about to.
    pub(crate) fn is_resting(&self) -> bool {
        self.is_resting.load(Relaxed)
    }

    /// Has the lamp follow the key while nothing is sent, or not.
    ///
    /// The caller queues the keyer, which then updates the lamp.
    pub(crate) fn set_monitoring(&self, monitoring: bool) {
        self.is_monitoring.store(monitoring, Relaxed);
    }

    /// Returns whether the lamp is to follow the key.
    pub(crate) fn is_monitoring(&self) -> bool {
        self.is_monitoring.load(Relaxed)
    }

    /// Counts a sent character.
    pub(crate) fn count_character(&self) {
        self.sent.fetch_add(1_u64, Relaxed);
    }

    /// Counts a message that was sent completely.
    pub(crate) fn count_message(&self) {
        self.messages.fetch_add(1_u64, Relaxed);
    }

    /// Returns the number of characters sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// Returns the number of messages sent.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.load(Relaxed)
    }
}
