// SPDX-License-Identifier: GPL-2.0

//! An open `/dev/morse`.

use crate::device::receive::{
    buffer::Reader,
    receiver::Receiver,
    state::Mode, //
};
use crate::device::transmit::{
    transmitter::Transmitter,
    writer::Writer, //
};
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWorkHandle,
    fasync::FasyncRequest,
    file::{
        FileOperations,
        Ioctl,
        WriteFlags, //
    },
    poll::{
        PollEvents,
        PollQueue, //
    },
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
    prelude::*,
    sync::{
        poll::PollTable,
        Arc, //
    },
};

/// The data of the device that files and attributes use.
///
/// It may outlive the hardware: operations of transmitter and receiver then fail with `ENODEV`, and the
/// handles do nothing.
#[derive(Clone)]
pub(crate) struct DeviceData {
    /// The transmit side.
    pub(crate) transmitter: Arc<Transmitter>,
    /// The receive side.
    pub(crate) receiver: Arc<Receiver>,
    /// Queues the keyer.
    pub(crate) keyer: WorkHandle<Sleepable>,
    /// Makes the beacon read its settings again.
    pub(crate) beacon: DelayedWorkHandle,
    /// Makes the receiver take the time.
    pub(crate) gap: DelayedWorkHandle,
    /// The tasks that wait for any event of a file. It is one queue, as `IOCB_CMD_POLL` of io_submit(2)
    /// takes no file with two.
    pub(crate) waiters: Arc<PollQueue>,
}

/// The state of one open file.
#[pin_data(PinnedDrop)]
pub(crate) struct OpenFile {
    data: DeviceData,
    #[pin]
    writer: Writer,
    #[pin]
    reader: Reader,
}

#[pinned_drop]
impl PinnedDrop for OpenFile {
    fn drop(self: Pin<&mut Self>) {
        self.data.receiver.buffer.close(&self.reader);
    }
}

impl FileOperations for OpenFile {
    type Device = DeviceData;

    fn open(device: &DeviceData, _ctx: &Sleepable) -> Result<Pin<KBox<Self>>> {
        KBox::pin_init(
            pin_init!(Self {
                data: device.clone(),
                writer <- Writer::new(),
                reader <- device.receiver.buffer.reader(),
            }),
            // Charged to the opener, as user space decides how many files there are.
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
        flags: WriteFlags,
        ctx: &Sleepable,
    ) -> Result<usize> {
        let DeviceData {
            transmitter, keyer, ..
        } = &self.data;
        transmitter
            .queue
            .write(&self.writer, keyer, from, flags, ctx)
    }

    fn poll(&self, file: &fs::File, table: &PollTable<'_>) -> PollEvents {
        self.data.waiters.register(table, file);
        let mut ready = self.data.transmitter.queue.poll();
        ready |= self.data.receiver.buffer.poll(&self.reader);
        ready
    }

    fn fasync(&self, request: &FasyncRequest, _ctx: &Sleepable) -> Result {
        self.data.waiters.fasync(request)
    }

    fn fsync(&self, ctx: &Sleepable) -> Result {
        self.data.transmitter.queue.fsync(&self.writer, ctx)
    }

    fn ioctl(&self, request: &Ioctl, ctx: &Sleepable) -> Result {
        match request.command {
            uapi::IOC_ABORT if !request.is_writable => Err(EBADF),
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
