// SPDX-License-Identifier: GPL-2.0

//! The transmit side: from written text to the edges of the lamp.

pub(super) mod beacon;
mod deadline;
mod fifo;
pub(super) mod keyer;
pub(super) mod lamp;
mod log;
pub(super) mod monitor;
pub(super) mod queue;
mod settings;
mod state;
pub(super) mod transmitter;
