// SPDX-License-Identifier: GPL-2.0

//! GPIO consumer: a line that a device owns through its firmware description.
//!
//! C header: [`include/linux/gpio/consumer.h`](srctree/include/linux/gpio/consumer.h)

use super::{context::Sleepable, raw_device};
use core::ptr::NonNull;
use kernel::{
    bindings,
    device::{Bound, Device},
    error::{from_err_ptr, to_result},
    prelude::*,
};

/// An output line, inactive until it is set, and inactive again when it is dropped.
///
/// Levels are logical: the flags of the firmware description (`GPIO_ACTIVE_LOW`, open drain) are
/// applied below. The line may belong to a chip that sleeps, such as an I2C expander, so setting
/// it needs a [`Sleepable`].
///
/// # Invariants
///
/// `desc` is a descriptor that this object has requested and configured as an output.
///
/// # Examples
///
/// ```ignore
/// if let Some(led) = gpio::Output::get_optional(ctx, dev, c"led")? {
///     led.set(ctx, true)?;
/// }
/// ```
pub struct Output {
    desc: NonNull<bindings::gpio_desc>,
}

// SAFETY: A descriptor is not bound to the thread that requested it.
unsafe impl Send for Output {}
// SAFETY: gpiolib allows to set a line from several threads at once.
unsafe impl Sync for Output {}

impl Output {
    /// Requests the line `<con_id>-gpios` of `dev` as an inactive output.
    ///
    /// Returns `None` if the description has no such line.
    ///
    /// # Errors
    ///
    /// `EPROBE_DEFER` if the chip has not come up yet, `EBUSY` if somebody else has the line.
    pub fn get_optional(
        _ctx: &Sleepable,
        dev: &Device<Bound>,
        con_id: &'static CStr,
    ) -> Result<Option<Self>> {
        // SAFETY: `dev` is a valid device and `con_id` a C string that lives for ever.
        let desc = from_err_ptr(unsafe {
            bindings::gpiod_get_optional(
                raw_device(dev),
                con_id.as_char_ptr(),
                bindings::gpiod_flags_GPIOD_OUT_LOW,
            )
        })?;
        // INVARIANT: `GPIOD_OUT_LOW` requested the line and made it an output.
        Ok(NonNull::new(desc).map(|desc| Self { desc }))
    }

    /// Makes the line active or inactive.
    ///
    /// # Errors
    ///
    /// What the chip reports; only chips behind a bus do.
    #[inline]
    pub fn set(&self, _ctx: &Sleepable, active: bool) -> Result {
        // SAFETY: By the type invariant, `desc` is ours. The token says that sleeping is allowed.
        to_result(unsafe { bindings::gpiod_set_value_cansleep(self.desc.as_ptr(), active.into()) })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: By the type invariant, `desc` is ours and is not used after this. Owners of
        // lines live and die in process context: requesting one needs a `Sleepable`, and gpiolib
        // itself warns about releasing it elsewhere. An error has nobody to go to.
        unsafe {
            let _ = bindings::gpiod_set_value_cansleep(self.desc.as_ptr(), 0);
            bindings::gpiod_put(self.desc.as_ptr());
        }
    }
}
