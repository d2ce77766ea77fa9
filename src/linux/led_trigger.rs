// SPDX-License-Identifier: GPL-2.0

//! An LED trigger, which switches all LEDs that are attached to it.
//!
//! `echo NAME > /sys/class/leds/LED/trigger` attaches an LED, at any time.
//!
//! C header: [`include/linux/leds.h`](srctree/include/linux/leds.h)

use super::context::Sleepable;
use core::pin::Pin;
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    str::CString,
    types::Opaque, //
};

extern "C" {
    /// Lights the LED at its user's brightness, or at its maximum, while the trigger is on.
    fn morse_helper_led_activate(led: *mut c_void) -> c_int;
    /// Switches all LEDs of the trigger, each to its own brightness.
    fn morse_helper_led_show(trigger: *mut c_void, on: bool);
}

/// A registered trigger, which is unregistered when dropped. It must not be leaked (see [`linux`](super)).
///
/// # Invariants
///
/// `raw` is registered, and `name` is its name.
///
/// # Examples
///
/// ```ignore
/// let name = CString::try_from_fmt(fmt!("morse"))?;
/// let trigger = KBox::pin_init(Trigger::register(ctx, name), GFP_KERNEL)?;
/// trigger.show(true);
/// ```
#[pin_data(PinnedDrop)]
pub struct Trigger {
    #[pin]
    raw: Opaque<bindings::led_trigger>,
    name: CString,
}

// SAFETY: A trigger may be used and unregistered on any thread.
unsafe impl Send for Trigger {}
// SAFETY: The LED core has its own locking.
unsafe impl Sync for Trigger {}

impl Trigger {
    /// Whether the kernel has LED triggers.
    pub const IS_AVAILABLE: bool = true;

    /// Registers a trigger.
    ///
    /// # Errors
    ///
    /// `EEXIST` if a trigger of this name exists.
    pub fn register(_ctx: &Sleepable, name: CString) -> impl PinInit<Self, Error> + '_ {
        try_pin_init!(&this in Self {
            name,
            raw <- Opaque::new(pin_init::zeroed()),
            _: {
                // SAFETY: `this` is pinned and its fields are initialised, so the name does not move before
                // the trigger is unregistered.
                let raw = unsafe {
                    let raw = (*this.as_ptr()).raw.get();
                    (*raw).name = (*this.as_ptr()).name.as_char_ptr();
                    (*raw).activate = Some(Self::activate);
                    raw
                };
                // INVARIANT: On success the trigger is registered.
                // SAFETY: All fields of `raw` but these are zero, as the function expects.
                to_result(unsafe { bindings::led_trigger_register(raw) })?;
            },
        })
    }

    /// # Safety
    ///
    /// Called by the LED core only, for an LED that is being attached.
    unsafe extern "C" fn activate(led: *mut bindings::led_classdev) -> c_int {
        // SAFETY: By the safety requirements.
        unsafe { morse_helper_led_activate(led.cast()) }
    }

    /// Switches all attached LEDs on or off.
    ///
    /// On is the brightness that the user has set, before attaching the LED or since, or else the
    /// highest that it has. Does not sleep: the LED core sets LEDs whose driver sleeps from a work item.
    /// LEDs may be attached and detached concurrently.
    #[inline]
    pub fn show(&self, on: bool) {
        // SAFETY: By the type invariant the trigger is registered.
        unsafe { morse_helper_led_show(self.raw.get().cast(), on) };
    }
}

#[pinned_drop]
impl PinnedDrop for Trigger {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariant the trigger is registered. Attached LEDs are turned off
        // and detached.
        unsafe { bindings::led_trigger_unregister(self.raw.get()) };
    }
}
