// SPDX-License-Identifier: GPL-2.0

//! The interrupt of a sample, which `echo 1 > /sys/kernel/debug/SAMPLE/trigger` raises.

use crate::linux::{
    context::Sleepable,
    debugfs::{
        self,
        Dir,
        File, //
    },
    irq::IrqHandler,
    irq_sim::SimulatedIrq, //
};
use kernel::{
    prelude::*,
    uaccess::UserSliceReader, //
};

/// Owner of the file and of the interrupt. Dropping it waits for a handler that is running; after that
/// there are no interrupts any more.
pub(crate) struct Trigger<T: IrqHandler> {
    _file: File<Button<T>>,
}

/// The handler of the file.
struct Button<T: IrqHandler>(SimulatedIrq<T>);

impl<T: IrqHandler> Trigger<T> {
    /// Makes `handler` run as a hard interrupt, whenever a 1 is written to the file `trigger` of the
    /// directory `sample`.
    pub(crate) fn new(ctx: &Sleepable, sample: &'static CStr, handler: T) -> Result<Self> {
        let button = Button(SimulatedIrq::register(ctx, sample, Ok(handler))?);
        Ok(Self {
            _file: File::new(ctx, &Dir::new(ctx, sample)?, c"trigger", Ok(button))?,
        })
    }
}

impl<T: IrqHandler> debugfs::FileHandler for Button<T> {
    /// Takes "1", with or without a line feed; anything else is `EINVAL`.
    fn write(&self, from: &mut UserSliceReader, ctx: &Sleepable) -> Result {
        /// One digit and a line feed.
        const BYTES_MAX: usize = 2;

        let mut bytes = [0; BYTES_MAX];
        let text = bytes.get_mut(..from.len()).ok_or(EINVAL)?;
        from.read_slice(text)?;
        match &*text {
            b"1" | b"1\n" => self.0.raise(ctx),
            _ => Err(EINVAL),
        }
    }
}
