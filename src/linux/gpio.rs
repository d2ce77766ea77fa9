// SPDX-License-Identifier: GPL-2.0

//! GPIO consumer: lines that the firmware description assigns to a device.
//!
//! `kernel::bindings` has the functions of gpiolib only in some configurations, where another header
//! includes theirs. So they are called through C helpers.
//!
//! C header: [`include/linux/gpio/consumer.h`](srctree/include/linux/gpio/consumer.h)

use super::{
    context::Sleepable,
    raw_device,
    time::Ktime, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    device::{
        Bound,
        Device, //
    },
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*, //
};

/// A `struct gpio_desc`, which is opaque to consumers.
#[repr(C)]
struct Desc {
    _opaque: [u8; 0],
}

extern "C" {
    /// `gpiod_get_optional()`, as an inactive output or as an input.
    fn morse_helper_gpiod_get(dev: *mut c_void, con_id: *const c_char, output: bool) -> *mut Desc;
    /// `gpiod_put()`
    fn morse_helper_gpiod_put(desc: *mut Desc);
    /// `gpiod_set_value_cansleep()`
    fn morse_helper_gpiod_set(desc: *mut Desc, active: bool) -> c_int;
    /// Spins until `at`, then calls `gpiod_set_value_cansleep()`. If the chip does not sleep, interrupts are
    /// off for the last `closed_ns`, except on `PREEMPT_RT`.
    fn morse_helper_gpiod_set_at(
        desc: *mut Desc,
        active: bool,
        at: bindings::ktime_t,
        closed_ns: i64,
    ) -> c_int;
    /// `gpiod_set_value()`
    fn morse_helper_gpiod_set_value(desc: *mut Desc, active: bool) -> c_int;
    /// `gpiod_get_value()`
    fn morse_helper_gpiod_value(desc: *mut Desc) -> c_int;
    /// `gpiod_get_value_cansleep()`
    fn morse_helper_gpiod_value_cansleep(desc: *mut Desc) -> c_int;
    /// `gpiod_to_irq()`
    fn morse_helper_gpiod_to_irq(desc: *mut Desc) -> c_int;
    /// `gpiod_cansleep()`
    fn morse_helper_gpiod_cansleep(desc: *mut Desc) -> bool;
}

/// Requests the line `<con_id>-gpios` of `dev`.
fn request(dev: &Device<Bound>, con_id: &'static CStr, output: bool) -> Result<Option<Line>> {
    // SAFETY: `dev` is a valid device, and `con_id` a static C string.
    let desc = from_err_ptr(unsafe {
        morse_helper_gpiod_get(raw_device(dev).cast(), con_id.as_char_ptr(), output)
    })?;
    // INVARIANT: The descriptor was requested above.
    Ok(NonNull::new(desc).map(Line))
}

/// A requested line, which is released when dropped.
///
/// # Invariants
///
/// The descriptor was requested, and only this object releases it.
struct Line(NonNull<Desc>);

// SAFETY: A descriptor may be used and released on any thread.
unsafe impl Send for Line {}
// SAFETY: gpiolib allows concurrent use of a line.
unsafe impl Sync for Line {}

impl Line {
    /// Returns whether the chip sleeps.
    fn sleeps(&self) -> bool {
        // SAFETY: By the type invariant, the line is requested.
        unsafe { morse_helper_gpiod_cansleep(self.0.as_ptr()) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // SAFETY: By the type invariant, the descriptor is requested; it is not used after this. Owners are
        // dropped in process context.
        unsafe { morse_helper_gpiod_put(self.0.as_ptr()) };
    }
}

/// The time for which [`Output::set_at`] disables interrupts, in nanoseconds: longer than the tick takes, and
/// shorter than interrupts are delayed elsewhere in the kernel.
pub const CLOSED_NS: i64 = 10_000;

/// An output line, which is inactive at first and is made inactive when dropped.
///
/// Levels are logical: gpiolib applies the flags of the firmware description (`GPIO_ACTIVE_LOW`, open
/// drain). The line may belong to a chip that sleeps, such as an I2C expander, so setting it needs a
/// [`Sleepable`].
///
/// # Invariants
///
/// The line is an output. `sleeps` tells whether its chip sleeps.
///
/// # Examples
///
/// ```ignore
/// if let Some(led) = gpio::Output::get_optional(ctx, dev, c"led")? {
///     led.set(ctx, true)?;
/// }
/// ```
pub struct Output {
    line: Line,
    sleeps: bool,
}

impl Output {
    /// Requests the line `<con_id>-gpios` of `dev` as an inactive output.
    ///
    /// Returns `None` if the description has no such line.
    ///
    /// # Errors
    ///
    /// `EPROBE_DEFER` if the chip has not been probed yet, `EBUSY` if the line is in use.
    pub fn get_optional(
        _ctx: &Sleepable,
        dev: &Device<Bound>,
        con_id: &'static CStr,
    ) -> Result<Option<Self>> {
        let Some(line) = request(dev, con_id, true)? else {
            return Ok(None);
        };
        let sleeps = line.sleeps();
        // INVARIANT: `request` makes it an output, and the chip was just asked.
        Ok(Some(Self { line, sleeps }))
    }

    /// Returns whether the chip sleeps.
    pub fn sleeps(&self) -> bool {
        self.sleeps
    }

    /// Makes the line active or inactive.
    ///
    /// # Errors
    ///
    /// The error of the chip, which chips behind a bus report.
    #[inline]
    pub fn set(&self, _ctx: &Sleepable, active: bool) -> Result {
        self.set_level(active)
    }

    /// Makes the line active or inactive. From softirqs and tasks: on `PREEMPT_RT` the lock of the chip may
    /// be one that sleeps.
    ///
    /// # Errors
    ///
    /// `EINVAL` if the chip sleeps.
    #[inline]
    pub fn set_nosleep(&self, active: bool) -> Result {
        if self.sleeps {
            return Err(EINVAL);
        }
        // SAFETY: By the type invariant, the line is requested, and its chip does not sleep.
        to_result(unsafe { morse_helper_gpiod_set_value(self.line.0.as_ptr(), active) })
    }

    /// Spins until `at`, then makes the line active or inactive.
    ///
    /// If the chip does not sleep, interrupts are disabled for the last [`CLOSED_NS`], as one that comes
    /// then would delay the change by its length.
    ///
    /// # Errors
    ///
    /// As [`Self::set`].
    #[inline]
    pub fn set_at(&self, _ctx: &Sleepable, active: bool, at: Ktime) -> Result {
        // SAFETY: The line is requested. The token allows sleeping.
        to_result(unsafe {
            morse_helper_gpiod_set_at(self.line.0.as_ptr(), active, at.as_raw(), CLOSED_NS)
        })
    }

    fn set_level(&self, active: bool) -> Result {
        // SAFETY: The line is requested. The callers are in process context.
        to_result(unsafe { morse_helper_gpiod_set(self.line.0.as_ptr(), active) })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Owners are dropped in process context. A destructor cannot report an error.
        let _ = self.set_level(false);
    }
}

/// An input line.
///
/// A chip on a bus sleeps when it is asked. On `PREEMPT_RT` any chip may: [`Self::get`] takes its lock,
/// which only few drivers make one that a hard interrupt handler may take
/// (`Documentation/driver-api/gpio/driver.rst`), and the chip does not tell.
///
/// # Invariants
///
/// The line is an input. `sleeps` tells whether its chip sleeps.
///
/// # Examples
///
/// ```ignore
/// if let Some(key) = gpio::Input::get_optional(ctx, dev, c"key")? {
///     let pressed = key.get_cansleep(ctx)?;
/// }
/// ```
pub struct Input {
    line: Line,
    sleeps: bool,
}

impl Input {
    /// Requests the line `<con_id>-gpios` of `dev` as an input.
    ///
    /// Returns `None` if the description has no such line.
    ///
    /// # Errors
    ///
    /// `EPROBE_DEFER` if the chip has not been probed yet, `EBUSY` if the line is in use.
    pub fn get_optional(
        _ctx: &Sleepable,
        dev: &Device<Bound>,
        con_id: &'static CStr,
    ) -> Result<Option<Self>> {
        let Some(line) = request(dev, con_id, false)? else {
            return Ok(None);
        };
        let sleeps = line.sleeps();
        // INVARIANT: `request` makes it an input, and the chip was just asked.
        Ok(Some(Self { line, sleeps }))
    }

    /// Returns whether the chip sleeps.
    pub fn sleeps(&self) -> bool {
        self.sleeps
    }

    /// Returns whether the line is active. From any context, but on `PREEMPT_RT` only if the lock of the chip is
    /// a raw one.
    ///
    /// # Errors
    ///
    /// `EINVAL` if the chip sleeps. Errors of the chip.
    #[inline]
    pub fn get(&self) -> Result<bool> {
        if self.sleeps {
            return Err(EINVAL);
        }
        // SAFETY: By the type invariant, the line is requested, and its chip does not sleep.
        Self::level(unsafe { morse_helper_gpiod_value(self.line.0.as_ptr()) })
    }

    /// Returns whether the line is active, also of a chip that sleeps.
    ///
    /// # Errors
    ///
    /// Errors of the chip.
    pub fn get_cansleep(&self, _ctx: &Sleepable) -> Result<bool> {
        // SAFETY: By the type invariant, the line is requested. The token allows sleeping.
        Self::level(unsafe { morse_helper_gpiod_value_cansleep(self.line.0.as_ptr()) })
    }

    #[inline]
    fn level(value: c_int) -> Result<bool> {
        if value < 0 {
            return Err(Error::from_errno(value));
        }
        Ok(value > 0)
    }

    /// Returns the number of the interrupt of the line.
    ///
    /// # Errors
    ///
    /// `ENXIO` if it has none, `EPROBE_DEFER` if its controller has not been probed yet.
    pub(super) fn irq(&self, _ctx: &Sleepable) -> Result<c_uint> {
        // SAFETY: By the type invariant, the line is requested.
        let irq = unsafe { morse_helper_gpiod_to_irq(self.line.0.as_ptr()) };
        to_result(irq.min(0))?;
        Ok(irq as c_uint)
    }
}
