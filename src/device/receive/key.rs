// SPDX-License-Identifier: GPL-2.0

//! The interrupt of the key.
//!
//! A key on a GPIO line has an interrupt of its own. A device without a key gets a simulated one, the file
//! `key` in its directory in debugfs: writing 1 presses it, writing 0 releases it. In both cases every
//! change of the level raises a hard interrupt, and the rest of the driver does not distinguish them.

use super::{
    irq::KeyHandler,
    level::Level, //
};
use crate::linux::{
    context::Sleepable,
    debugfs,
    device_irq::DeviceIrq,
    gpio,
    irq_sim::SimulatedIrq,
    platform, //
};
use kernel::{
    device::{
        Bound,
        Device, //
    },
    prelude::*,
    sync::Arc,
    uaccess::UserSliceReader, //
};

/// The name of the interrupt in `/proc/interrupts`.
const IRQ_NAME: &CStr = c"morse-key";

/// A key in the hardware description.
pub(crate) struct WiredKey<'a> {
    /// The line of the key.
    pub(crate) line: gpio::Input,
    /// The device that has the interrupt of the key.
    pub(crate) pdev: &'a platform::Device<Bound>,
    /// The debounce time in milliseconds, if the description has one.
    pub(crate) debounce_ms: Option<u32>,
}

/// A simulated key, which is pressed and released by writing to a file.
pub(crate) struct Button {
    level: Arc<Level>,
    irq: SimulatedIrq<KeyHandler>,
}

impl debugfs::FileHandler for Button {
    /// Takes "1" or "0", with or without a line feed. Other text fails with `EINVAL`.
    fn write(&self, from: &mut UserSliceReader, ctx: &Sleepable) -> Result {
        /// One digit and a line feed.
        const BYTES_MAX: usize = 2;

        let mut bytes = [0; BYTES_MAX];
        let text = bytes.get_mut(..from.len()).ok_or(EINVAL)?;
        from.read_slice(text)?;
        let down = match text.strip_suffix(b"\n").unwrap_or(text) {
            b"1" => true,
            b"0" => false,
            _ => return Err(EINVAL),
        };
        self.level.simulate(down, || self.irq.raise(ctx))
    }
}

/// Owner of the interrupt, and of the file that raises it if the key is simulated.
///
/// Dropping it waits for a running handler.
pub(crate) enum KeyIrq<'a> {
    /// Of a line.
    Wired { _irq: DeviceIrq<'a, KeyHandler> },
    /// Of a file, which owns it.
    Simulated { _file: debugfs::File<Button> },
}

impl<'a> KeyIrq<'a> {
    /// Registers `handler` for the interrupt of `pdev`, or for that of a simulated key in the directory
    /// `name` of debugfs.
    pub(crate) fn new(
        ctx: &Sleepable,
        pdev: Option<&'a platform::Device<Bound>>,
        name: &CStr,
        level: Arc<Level>,
        handler: KeyHandler,
    ) -> Result<Self> {
        if let (Some(pdev), Some(line)) = (pdev, level.line()) {
            let dev: &Device<Bound> = pdev.as_ref();
            let irq = DeviceIrq::new(ctx, pdev, line, IRQ_NAME, Ok(handler)).map_err(|error| {
                platform::dev_err_probe(dev, error, c"cannot get the interrupt of the key")
            })?;
            return Ok(Self::Wired { _irq: irq });
        }
        let button = Button {
            level,
            irq: SimulatedIrq::register(ctx, IRQ_NAME, Ok(handler))?,
        };
        let dir = debugfs::Dir::new(ctx, name)?;
        let file = debugfs::File::new(ctx, &dir, c"key", Ok(button))?;
        Ok(Self::Simulated { _file: file })
    }
}
