// SPDX-License-Identifier: GPL-2.0

//! The monitor: the lamp follows the key while nothing is sent.
//!
//! The bottom half sets the lamp. A softirq must not sleep, so the keyer, a work item, sets a lamp that
//! sleeps. The lamp shows the level of the line itself, bounces included: no debouncing delays it.
//!
//! Keyer and bottom half share the lamp by [`SharedLamp`]. While a message is sent it belongs to the keyer,
//! which sets it without a lock.

use super::{
    lamp::Lamp,
    transmitter::Transmitter, //
};
use crate::linux::{
    bhlock::SpinLockBh,
    context::Sleepable,
    workqueue::WorkHandle, //
};
use crate::new_spinlock_bh;
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
            Full,
            Relaxed, //
        },
        Arc, //
    },
};

/// The use of the lamp.
struct State {
    /// The keyer has taken it.
    is_taken: bool,
    /// The monitor has lit it.
    is_lit: bool,
}

/// A lamp that belongs to the keyer or to the monitor.
#[pin_data]
pub(crate) struct SharedLamp {
    lamp: Lamp,
    transmitter: Arc<Transmitter>,
    /// The level of the key.
    is_down: AtomicFlag,
    #[pin]
    state: SpinLockBh<State>,
}

impl SharedLamp {
    /// Makes a dark lamp that belongs to the monitor.
    pub(crate) fn new(lamp: Lamp, transmitter: Arc<Transmitter>) -> impl PinInit<Self> {
        pin_init!(Self {
            lamp,
            transmitter,
            is_down: AtomicFlag::new(false),
            state <- new_spinlock_bh!(
                State {
                    is_taken: false,
                    is_lit: false,
                },
                "SharedLamp::state"
            ),
        })
    }

    /// Takes the lamp for the keyer, and puts it out if the monitor has lit it.
    pub(crate) fn take(&self, ctx: &Sleepable) -> &Lamp {
        let was_lit = {
            let mut state = self.state.lock();
            state.is_taken = true;
            core::mem::take(&mut state.is_lit)
        };
        if was_lit {
            self.lamp.set(ctx, false);
        }
        &self.lamp
    }

    /// Gives the lamp, which is dark, back to the monitor if the keyer has it, and has it show the level it is to
    /// show now. For the keyer only.
    pub(crate) fn give_back(&self, ctx: &Sleepable) {
        let mut state = self.state.lock();
        state.is_taken = false;
        if !self.lamp.sleeps() {
            self.update(&mut state);
            return;
        }
        // The keyer alone sets a lamp that sleeps, so no lock is needed for that.
        let lit = self.is_to_be_lit();
        let was_lit = core::mem::replace(&mut state.is_lit, lit);
        drop(state);
        if lit != was_lit {
            self.lamp.set(ctx, lit);
        }
    }

    fn is_to_be_lit(&self) -> bool {
        self.is_down.load(Relaxed)
            && self.transmitter.is_monitoring()
            && !self.transmitter.is_resting()
    }

    fn update(&self, state: &mut State) {
        let lit = self.is_to_be_lit();
        if !state.is_taken && lit != state.is_lit {
            state.is_lit = lit;
            self.lamp.set_nosleep(lit);
        }
    }
}

/// The monitor's end of the lamp.
pub(crate) struct Monitor {
    lamp: Arc<SharedLamp>,
    keyer: WorkHandle<Sleepable>,
}

impl Monitor {
    /// Makes a monitor with this lamp, whose handler `keyer` queues.
    pub(crate) fn new(lamp: Arc<SharedLamp>, keyer: WorkHandle<Sleepable>) -> Self {
        Self { lamp, keyer }
    }

    /// Takes the level of the key. Calls must not be concurrent: the later level counts.
    pub(crate) fn follow(&self, down: bool) {
        let lamp = &self.lamp;
        // Ordered before the load of the setting: a change of that queues the keyer, which then sees this level.
        let was_down = lamp.is_down.xchg(down, Full);
        if !lamp.transmitter.is_monitoring() {
            return;
        }
        if !lamp.lamp.sleeps() {
            lamp.update(&mut lamp.state.lock());
        } else if down != was_down {
            self.keyer.queue();
        }
    }
}
