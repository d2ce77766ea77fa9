// SPDX-License-Identifier: GPL-2.0

//! An open `/dev/morse`.

use crate::code::Parser;
use crate::device::receive::{
    buffer::{
        Mode,
        Reader, //
    },
    receiver::Receiver, //
};
use crate::device::transmit::transmitter::Transmitter;
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWorkHandle,
    miscdev::{
        self,
        Ioctl, //
    },
    poll::PollEvents,
    trace,
    uapi,
    workqueue::WorkHandle, //
};
use core::pin::Pin;
use kernel::{
    alloc::flags::GFP_KERNEL_ACCOUNT,
    fs,
    iov::{
        IovIterDest,
        IovIterSource, //
    },
    new_mutex,
    prelude::*,
    sync::{
        poll::PollTable,
        Arc,
        Mutex, //
    },
};

/// What a file needs of the device. It may outlive the hardware: transmitter and receiver then say so,
/// and the keyer does nothing.
#[derive(Clone)]
pub(crate) struct DeviceData {
    /// The transmit side.
    pub(crate) transmitter: Arc<Transmitter>,
    /// The receive side.
    pub(crate) receiver: Arc<Receiver>,
    /// Starts the keyer.
    pub(crate) keyer: WorkHandle<Sleepable>,
    /// Makes the beacon look at its settings.
    pub(crate) beacon: DelayedWorkHandle,
}

/// The state of one open file.
#[pin_data]
pub(crate) struct OpenFile {
    data: DeviceData,
    /// Sequences may be split over writes, but not over files.
    #[pin]
    parser: Mutex<Parser>,
    #[pin]
    reader: Reader,
}

impl miscdev::FileOperations for OpenFile {
    type Device = DeviceData;

    fn open(device: &DeviceData, _ctx: &Sleepable) -> Result<Pin<KBox<Self>>> {
        KBox::pin_init(
            pin_init!(Self {
                data: device.clone(),
                parser <- new_mutex!(Parser::new(), "OpenFile::parser"),
                reader <- device.receiver.buffer.reader(),
            }),
            // On the account of whoever opens it: how many files there are is up to user space.
            GFP_KERNEL_ACCOUNT,
        )
    }

    fn read(&self, to: &mut IovIterDest<'_>, nonblock: bool, ctx: &Sleepable) -> Result<usize> {
        let Receiver { buffer, device, .. } = &*self.data.receiver;
        let count = buffer.read(&self.reader, to, nonblock, ctx)?;
        trace::read(*device, count);
        Ok(count)
    }

    fn write(
        &self,
        from: &mut IovIterSource<'_>,
        nonblock: bool,
        ctx: &Sleepable,
    ) -> Result<usize> {
        let DeviceData {
            transmitter, keyer, ..
        } = &self.data;
        transmitter
            .queue
            .write(&self.parser, keyer, from, nonblock, ctx)
    }

    fn poll(&self, file: &fs::File, table: &PollTable<'_>) -> PollEvents {
        let mut ready = self.data.transmitter.queue.poll(file, table);
        ready |= self.data.receiver.buffer.poll(&self.reader, file, table);
        ready
    }

    fn fsync(&self, ctx: &Sleepable) -> Result {
        self.data.transmitter.queue.wait_until_sent(ctx)
    }

    fn ioctl(&self, request: &Ioctl, ctx: &Sleepable) -> Result {
        match request.command {
            uapi::IOC_ABORT => self.data.transmitter.queue.abort(ctx),
            uapi::IOC_GET_STATUS => {
                let status = self.data.transmitter.status()?;
                request.user_slice().writer().write(&status)
            }
            uapi::IOC_SET_MODE => {
                let mode = match request.user_slice().reader().read::<u32>()? {
                    uapi::TEXT => Mode::Text,
                    uapi::PULSES => Mode::Pulses,
                    _ => return Err(EINVAL),
                };
                self.data.receiver.buffer.set_mode(&self.reader, mode)
            }
            uapi::IOC_GET_LOST => {
                let lost = self.data.receiver.buffer.reader_lost(&self.reader)?;
                request.user_slice().writer().write(&lost)
            }
            _ => Err(ENOTTY),
        }
    }
}
