// SPDX-License-Identifier: GPL-2.0

//! Kernel timers (`timer_list`) that stop with their owner, and that do not drift.
//!
//! A timer runs its handler in softirq context after a number of jiffies, never early. The handler says
//! when to run again, counted from the time at which it *should* have run: lateness is not added up.
//! If the machine was away for several periods, the missed ones are left out, not made up for.
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
/// When a timer runs next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Not before it is started again.
    Never,
    /// So many milliseconds after the time that was set this time. At least a jiffy.
    AfterMs(Msecs),
}

/// What a timer does.
pub trait TimerHandler: Send + Sync + 'static {
    /// Runs when the time has come, in softirq context, never twice at the same time.
    fn expired(&self, ctx: &Atomic) -> Next;
}

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
/// Dropping it stops the timer for good and waits for a handler that is running.
///
/// # Examples
///
/// ```ignore
/// impl timer::TimerHandler for Ticker {
///     fn expired(&self, _ctx: &Atomic) -> Next {
///         pr_info!("tick\n");
///         Next::AfterMs(1000)
///     }
/// }
///
/// let ticker = new_timer!(ctx, "Ticker", Ok(Ticker))?;
/// ticker.start_ms(1000);
/// ```
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
                // SAFETY: `slot` is valid and pinned, `name` and `key` live for ever.
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

    /// Runs the handler after `delay_ms` milliseconds, whatever was set before. From any context.
    ///
    /// While the handler runs, what it returns is set after this and counts instead.
    pub fn start_ms(&self, delay_ms: Msecs) {
        let delay = msecs_to_jiffies(delay_ms);
        // SAFETY: The timer is initialised, and shut down before it goes.
        unsafe { arm(self.inner.timer.get(), now().wrapping_add(delay)) };
    }

    /// # Safety
    ///
    /// Called by the timer code only, for the `timer` of an [`Inner<T>`].
    unsafe extern "C" fn trampoline(timer: *mut bindings::timer_list) {
        // SAFETY: By the safety requirements.
        let inner = unsafe { kernel::container_of!(Opaque::cast_from(timer), Inner<T>, timer) };
        // SAFETY: `Timer::drop` waits for us, so the timer and its handler are alive until we return.
        let handler = unsafe { &(*inner).handler };
        // SAFETY: The timer is valid, and its expiry a word. `arm` may write it at the same time; that is as
        // good a base as what was there before.
        let expires = unsafe { core::ptr::read_volatile(&raw const (*timer).expires) };
        // SAFETY: `Atomic` stands for any context.
        let ctx = unsafe { Atomic::enter() };
        if let Next::AfterMs(period_ms) = handler.expired(&ctx) {
            let period = msecs_to_jiffies(period_ms).max(1);
            // Jiffies wrap, on 32 bits five minutes after boot. A time just set may lie ahead.
            let late = (now().wrapping_sub(expires) as isize).max(0) as Jiffies;
            let delay = (late / period + 1).wrapping_mul(period);
            // SAFETY: The timer is initialised. If it is being shut down, this does nothing.
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
        // SAFETY: The timer is initialised. Owners are dropped in process context. After this it is
        // not armed, cannot be any more, and its handler does not run.
        unsafe { bindings::timer_shutdown_sync(self.inner.timer.get()) };
    }
}

/// Returns the current time in jiffies.
fn now() -> Jiffies {
    // SAFETY: The counter is only ever read here, and in one piece.
    unsafe { core::ptr::read_volatile(&raw const bindings::jiffies) }
}

/// # Safety
///
/// `timer` is initialised.
unsafe fn arm(timer: *mut bindings::timer_list, expires: Jiffies) {
    // SAFETY: By the safety requirements.
    unsafe { bindings::mod_timer(timer, expires) };
}
