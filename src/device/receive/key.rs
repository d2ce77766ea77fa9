// SPDX-License-Identifier: GPL-2.0

//! The key: where its level is read, and what makes its interrupts.
//!
//! A key on a GPIO line has an interrupt of its own. A device without one gets a simulated key, the
//! file `key` in its directory of debugfs: writing 1 presses it, writing 0 releases it. Either way
//! every change is a hard interrupt, and from there on nothing knows which of the two it was.

use super::{irq::TopHalf, receiver::Receiver};
use crate::linux::{
    context::Sleepable,
    debugfs,
    device_irq::DeviceIrq,
    gpio,
    irq::SimulatedIrq,
    platform,
    softirq::SoftirqHandle, //
};
use kernel::{
    device::{Bound, Device},
    prelude::*,
    sync::{
        atomic::{AtomicFlag, Relaxed},
        Arc,
    },
    uaccess::UserSliceReader,
};

/// The interrupt's name in `/proc/interrupts`.
const IRQ_NAME: &CStr = c"morse-key";

/// A key that the hardware description has.
pub struct WiredKey<'a> {
    /// Its line.
    pub line: gpio::Input,
    /// The device that has its interrupt.
    pub pdev: &'a platform::Device<Bound>,
}

/// Where the level of the key is read, in any context.
pub(crate) enum Level {
    /// On a line.
    Line(gpio::Input),
    /// In memory.
    Simulated(AtomicFlag),
}

impl Level {
    /// Returns whether the key is down. A line that cannot be read is taken for one that is not.
    #[inline]
    pub(crate) fn is_down(&self) -> bool {
        match self {
            Self::Line(line) => line.get().unwrap_or(false),
            Self::Simulated(level) => level.load(Relaxed),
        }
    }
}

/// A key that somebody presses by writing to a file.
struct Button {
    level: Arc<Level>,
    irq: SimulatedIrq<TopHalf>,
}

impl debugfs::FileHandler for Button {
    /// Takes "1" or "0", with or without a line feed; anything else is `EINVAL`.
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
        if let Level::Simulated(level) = &*self.level {
            level.store(down, Relaxed);
        }
        self.irq.raise(ctx)
    }
}

/// Owner of the interrupt, and of the file that raises it if there is no hardware to do so. Dropping
/// it waits for a handler that is running.
pub(crate) struct KeyIrq<'a> {
    _wired: Option<DeviceIrq<'a, TopHalf>>,
    /// The file, which owns its interrupt.
    _simulated: Option<debugfs::File<Button>>,
}

/// Where the level is read, for [`KeyIrq::new`] once the softirq that reads it is there.
pub(crate) fn level(line: Option<gpio::Input>) -> Result<Arc<Level>> {
    let level = match line {
        Some(line) => Level::Line(line),
        None => Level::Simulated(AtomicFlag::new(false)),
    };
    Ok(Arc::new(level, GFP_KERNEL)?)
}

impl<'a> KeyIrq<'a> {
    /// Lets the interrupts begin: those of `pdev`, or of a simulated key in the
    /// directory `name` of debugfs.
    pub(crate) fn new(
        ctx: &Sleepable,
        pdev: Option<&'a platform::Device<Bound>>,
        name: &CStr,
        level: Arc<Level>,
        receiver: Arc<Receiver>,
        softirq: SoftirqHandle,
    ) -> Result<Self> {
        let top_half = TopHalf::new(level.clone(), receiver, softirq);
        if let Some(pdev) = pdev {
            let dev: &Device<Bound> = pdev.as_ref();
            let irq = DeviceIrq::new(ctx, pdev, IRQ_NAME, Ok(top_half)).map_err(|error| {
                platform::dev_err_probe(dev, error, c"cannot get the interrupt of the key")
            })?;
            return Ok(Self {
                _wired: Some(irq),
                _simulated: None,
            });
        }
        let button = Button {
            level,
            irq: SimulatedIrq::register(ctx, IRQ_NAME, Ok(top_half))?,
        };
        Ok(Self {
            _wired: None,
            _simulated: Some(debugfs::File::new(
                ctx,
                &debugfs::Dir::new(ctx, name)?,
                c"key",
                Ok(button),
            )?),
        })
    }
}
