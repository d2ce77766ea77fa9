// SPDX-License-Identifier: GPL-2.0

//! Kernel timers (`timer_list`) that stop with their owner and do not drift.
//!
//! A timer runs its handler in softirq context after a number of jiffies, never early. The handler returns
//! the time until the next run, which is counted from the time at which this one was due, so lateness does
//! not add up. Periods that have passed entirely, for instance while the machine was stopped, are skipped.
//!
//! C header: [`include/linux/timer.h`](srctree/include/linux/timer.h)

use super::context::{
    Atomic,
    Context,
    Sleepable, //
};
use core::pin::Pin;
use kernel::{
    bindings,
    prelude::*,
    sync::LockClassKey,
    time::{
        msecs_to_jiffies,
        Jiffies,
        Msecs, //
    },
    types::Opaque, //
};

/// Creates a [`Timer`] with a newly-created lock class.
#[macro_export]
macro_rules! new_timer {
    ($ctx:expr, $name:literal, $handler:expr $(,)?) => {
        $crate::linux::timer::Timer::new(
            $ctx,
            ::kernel::optional_name!($name),
            ::kernel::static_lock_class!(),
            $handler,
        )
    };
}
/// The next run of a timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// None, until the timer is started again.
    Never,
    /// The number of milliseconds after the time at which this run was due; at least a jiffy.
    AfterMs(Msecs),
}

/// The function of a timer.
pub trait TimerHandler: Send + Sync + 'static {
    /// Runs when the timer expires, in softirq context, never concurrently with itself.
    fn expired(&self, ctx: &Atomic) -> Next;
}

/// The C timer and its handler.
///
/// # Invariants
///
/// `timer` is initialised; its function is `Timer::<T>::trampoline`.
#[pin_data]
struct Inner<T> {
    #[pin]
    timer: Opaque<bindings::timer_list>,
    #[pin]
    handler: T,
}

// SAFETY: A timer may be armed and shut down on any thread; the handler is `Send`.
unsafe impl<T: Send> Send for Inner<T> {}
// SAFETY: The timer code has its own locking; the handler is `Sync`.
unsafe impl<T: Sync> Sync for Inner<T> {}

/// Owner of a timer and of its handler.
///
/// Dropping it shuts the timer down and waits for a running handler. It must not be leaked (see
/// [`linux`](super)), nor dropped by its own handler.
///
/// # Examples
///
/// ```ignore
/// struct Ticker;
///
/// impl TimerHandler for Ticker {
///     fn expired(&self, _ctx: &Atomic) -> Next {
///         pr_info!("tick\n");
///         Next::AfterMs(1000)
///     }
/// }
///
/// let ticker = new_timer!(ctx, "Ticker", Ok(Ticker))?;
/// ticker.start_ms(1000);
/// ```
#[must_use = "dropping it stops the timer"]
pub struct Timer<T: TimerHandler> {
    inner: Pin<KBox<Inner<T>>>,
}

impl<T: TimerHandler> Timer<T> {
    /// Creates a timer that is not armed; see [`new_timer!`].
    pub fn new(
        _ctx: &Sleepable,
        name: &'static CStr,
        key: Pin<&'static LockClassKey>,
        handler: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let inner = KBox::try_pin_init(
            try_pin_init!(Inner {
                // SAFETY: `slot` is valid and pinned; `name` and `key` are static.
                timer <- Opaque::ffi_init(|slot| unsafe {
                    bindings::timer_init_key(
                        slot,
                        Some(Self::trampoline),
                        0,
                        name.as_char_ptr(),
                        key.as_ptr(),
                    )
                }),
                handler <- handler,
            }),
            GFP_KERNEL,
        )?;
        Ok(Self { inner })
    }

    /// Runs the handler after `delay_ms` milliseconds, in place of any time set before. From any context.
    ///
    /// If the handler is running, its return value takes effect later and replaces this.
    pub fn start_ms(&self, delay_ms: Msecs) {
        let delay = msecs_to_jiffies(delay_ms);
        // SAFETY: The timer is initialised, and shut down before it is freed.
        unsafe { arm(self.inner.timer.get(), now().wrapping_add(delay)) };
    }

    /// # Safety
    ///
    /// Called by the timer code only, for the `timer` of an [`Inner<T>`].
    unsafe extern "C" fn trampoline(timer: *mut bindings::timer_list) {
        // SAFETY: By the safety requirements.
        let inner = unsafe { kernel::container_of!(Opaque::cast_from(timer), Inner<T>, timer) };
        // SAFETY: `Timer::drop` waits for this call, so timer and handler live until it returns.
        let handler = unsafe { &(*inner).handler };
        // SAFETY: The timer is valid, and its expiry is one word. A concurrent `arm()` may write it; either
        // value is a valid base.
        let expires = unsafe { core::ptr::read_volatile(&raw const (*timer).expires) };
        // SAFETY: `Atomic` stands for any context.
        let ctx = unsafe { Atomic::enter() };
        if let Next::AfterMs(period_ms) = handler.expired(&ctx) {
            let period = msecs_to_jiffies(period_ms).max(1);
            // Jiffies wrap, on 32 bits five minutes after boot. An expiry just set by `start_ms()` may lie ahead.
            let late = (now().wrapping_sub(expires) as isize).max(0) as Jiffies;
            let delay = (late / period + 1).wrapping_mul(period);
            // SAFETY: The timer is initialised. This has no effect on a timer that is being shut down.
            unsafe { arm(timer, expires.wrapping_add(delay)) };
        }
    }
}

impl<T: TimerHandler> core::ops::Deref for Timer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner.handler
    }
}

impl<T: TimerHandler> Drop for Timer<T> {
    fn drop(&mut self) {
        // SAFETY: The timer is initialised. Owners are dropped in process context. After this the timer is
        // not armed and cannot be, and its handler does not run.
        unsafe { bindings::timer_shutdown_sync(self.inner.timer.get()) };
    }
}

/// Returns the current time in jiffies.
fn now() -> Jiffies {
    // SAFETY: `jiffies` is one word, and only read here.
    unsafe { core::ptr::read_volatile(&raw const bindings::jiffies) }
}

/// Sets the time at which `timer` expires, in jiffies.
///
/// # Safety
///
/// `timer` is initialised.
unsafe fn arm(timer: *mut bindings::timer_list, expires: Jiffies) {
    // SAFETY: By the safety requirements.
    unsafe { bindings::mod_timer(timer, expires) };
}
