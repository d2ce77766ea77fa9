// SPDX-License-Identifier: GPL-2.0

//! An open `/dev/morse`.

use super::transmitter::Transmitter;
use crate::code::Parser;
use crate::linux::{
    context::Sleepable,
    delayed::Alarm,
    miscdev::{self, Ioctl, Ready},
    uapi,
    workqueue::Kick,
};
use core::pin::Pin;
use kernel::{
    fs,
    iov::{IovIterDest, IovIterSource},
    new_mutex,
    prelude::*,
    sync::{poll::PollTable, Arc, Mutex}, //
};

/// What a file needs of the device. It may outlive the hardware: the transmitter then says so, and
/// the kick does nothing.
#[derive(Clone)]
pub(super) struct Port {
    /// The transmit side.
    pub(super) transmitter: Arc<Transmitter>,
    /// Starts the keyer.
    pub(super) kick: Kick<Sleepable>,
    /// Makes the beacon look at its settings.
    pub(super) beacon: Alarm,
}

/// The state of one open file.
#[pin_data]
pub(super) struct OpenFile {
    port: Port,
    /// Sequences may be split over writes, but not over files.
    #[pin]
    parser: Mutex<Parser>,
}

impl miscdev::File for OpenFile {
    type Device = Port;

    fn open(device: &Port, _ctx: &Sleepable) -> Result<Pin<KBox<Self>>> {
        KBox::pin_init(
            pin_init!(Self {
                port: device.clone(),
                parser <- new_mutex!(Parser::new(), "OpenFile::parser"),
            }),
            GFP_KERNEL,
        )
    }

    fn read(&self, _to: &mut IovIterDest<'_>, _nonblock: bool, _ctx: &Sleepable) -> Result<usize> {
        Err(EINVAL)
    }

    fn write(
        &self,
        from: &mut IovIterSource<'_>,
        nonblock: bool,
        ctx: &Sleepable,
    ) -> Result<usize> {
        let Port {
            transmitter, kick, ..
        } = &self.port;
        transmitter
            .outbox
            .write(&self.parser, kick, from, nonblock, ctx)
    }

    fn poll(&self, file: &fs::File, table: &PollTable<'_>) -> Ready {
        self.port.transmitter.outbox.poll(file, table)
    }

    fn fsync(&self, ctx: &Sleepable) -> Result {
        self.port.transmitter.outbox.drain(ctx)
    }

    fn ioctl(&self, request: &Ioctl, ctx: &Sleepable) -> Result {
        match request.command {
            uapi::IOC_ABORT => self.port.transmitter.outbox.abort(ctx),
            uapi::IOC_GET_STATUS => {
                let status = self.port.transmitter.status()?;
                request.user_slice().writer().write(&status)
            }
            _ => Err(ENOTTY),
        }
    }
}
