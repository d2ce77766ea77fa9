// SPDX-License-Identifier: GPL-2.0

//! Notification of system sleep, shutdown and reboot.
//!
//! The kernel calls PM notifiers before it freezes tasks and suspends the first device, and after it has
//! resumed the last one. It calls reboot notifiers before it shuts devices down, for halt, power off, reboot
//! and kexec. So a [`SleepHandler`] runs before its suppliers (the GPIO controller, LEDs of other drivers)
//! are suspended, and works for devices of any bus, including those without `dev_pm_ops`.
//!
//! A panic and an emergency reboot call no notifier.
//!
//! C headers: [`include/linux/suspend.h`](srctree/include/linux/suspend.h),
//! [`include/linux/reboot.h`](srctree/include/linux/reboot.h)

use super::context::{
    Context,
    Sleepable, //
};
use core::pin::Pin;
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    types::Opaque, //
};

extern "C" {
    /// `register_pm_notifier()`, which is inline without `CONFIG_PM_SLEEP`.
    fn morse_helper_register_pm_notifier(nb: *mut bindings::notifier_block) -> c_int;
    /// `unregister_pm_notifier()`, which is inline without `CONFIG_PM_SLEEP`.
    fn morse_helper_unregister_pm_notifier(nb: *mut bindings::notifier_block) -> c_int;
    /// `register_reboot_notifier()`, whose header the bindings may leave out.
    fn morse_helper_register_reboot_notifier(nb: *mut bindings::notifier_block) -> c_int;
    /// `unregister_reboot_notifier()`, whose header the bindings may leave out.
    fn morse_helper_unregister_reboot_notifier(nb: *mut bindings::notifier_block) -> c_int;
}

/// The functions of a device for system sleep.
pub trait SleepHandler: Send + Sync + 'static {
    /// Stops the device without delay: the system is about to sleep, hibernate or shut down.
    ///
    /// Tasks still run until they are frozen, and may use the device. It stays stopped until
    /// [`resume`](Self::resume), which is not called after a shutdown.
    fn suspend(&self, ctx: &Sleepable);

    /// Starts the device again: the system has resumed, or suspending has failed.
    fn resume(&self, ctx: &Sleepable);
}

/// A registered [`SleepHandler`].
///
/// Dropping it waits for a running call. It must not be leaked (see [`linux`](super)).
///
/// # Examples
///
/// ```ignore
/// struct Power;
///
/// impl SleepHandler for Power {
///     fn suspend(&self, _ctx: &Sleepable) {
///         pr_info!("at rest\n");
///     }
///
///     fn resume(&self, _ctx: &Sleepable) {
///         pr_info!("at work\n");
///     }
/// }
///
/// let notifier = KBox::pin_init(SleepNotifier::register(ctx, Power), GFP_KERNEL)?;
/// ```
///
/// # Invariants
///
/// `sleep` and `reboot` are registered, with `Self::slept` and `Self::rebooted` as their functions.
#[pin_data(PinnedDrop)]
pub struct SleepNotifier<T: SleepHandler> {
    #[pin]
    sleep: Opaque<bindings::notifier_block>,
    #[pin]
    reboot: Opaque<bindings::notifier_block>,
    handler: T,
}

// SAFETY: Notifiers may be registered and unregistered on any thread; the handler is `Send`.
unsafe impl<T: SleepHandler> Send for SleepNotifier<T> {}
// SAFETY: The notifier chains have their own locking; the handler is `Sync`.
unsafe impl<T: SleepHandler> Sync for SleepNotifier<T> {}

/// Returns an initialiser of a notifier that calls `function`.
fn block(
    function: unsafe extern "C" fn(*mut bindings::notifier_block, c_ulong, *mut c_void) -> c_int,
) -> impl PinInit<Opaque<bindings::notifier_block>> {
    Opaque::ffi_init(move |slot: *mut bindings::notifier_block| {
        // SAFETY: `slot` is valid for writes.
        unsafe {
            slot.write(bindings::notifier_block {
                notifier_call: Some(function),
                next: core::ptr::null_mut(),
                priority: 0,
            })
        };
    })
}

impl<T: SleepHandler> SleepNotifier<T> {
    /// Registers `handler`.
    pub fn register(_ctx: &Sleepable, handler: T) -> impl PinInit<Self, Error> {
        try_pin_init!(&this in Self {
            handler,
            sleep <- block(Self::slept),
            reboot <- block(Self::rebooted),
            _: {
                // SAFETY: `this` is pinned and all its fields are initialised.
                let (sleep, reboot) = unsafe {
                    ((*this.as_ptr()).sleep.get(), (*this.as_ptr()).reboot.get())
                };
                // INVARIANT: On success both are registered, otherwise neither is.
                // SAFETY: The block is initialised, and unregistered before it is freed.
                to_result(unsafe { morse_helper_register_pm_notifier(sleep) })?;
                // SAFETY: As above.
                if let Err(error) = to_result(unsafe { morse_helper_register_reboot_notifier(reboot) }) {
                    // SAFETY: It was registered above.
                    unsafe { morse_helper_unregister_pm_notifier(sleep) };
                    return Err(error);
                }
            },
        })
    }

    /// # Safety
    ///
    /// Called by the PM core only, for the `sleep` of a `SleepNotifier<T>`.
    unsafe extern "C" fn slept(
        block: *mut bindings::notifier_block,
        event: c_ulong,
        _data: *mut c_void,
    ) -> c_int {
        // SAFETY: By the safety requirements. The chain is locked during the call, and unregistering takes
        // the same lock.
        let this = unsafe { &*kernel::container_of!(Opaque::cast_from(block), Self, sleep) };
        // SAFETY: Both chains are blocking notifier chains, which are called in process context.
        let ctx = unsafe { Sleepable::enter() };
        match event as u32 {
            bindings::PM_SUSPEND_PREPARE
            | bindings::PM_HIBERNATION_PREPARE
            | bindings::PM_RESTORE_PREPARE => this.handler.suspend(&ctx),
            bindings::PM_POST_SUSPEND
            | bindings::PM_POST_HIBERNATION
            | bindings::PM_POST_RESTORE => this.handler.resume(&ctx),
            _ => {}
        }
        bindings::NOTIFY_DONE as c_int
    }

    /// # Safety
    ///
    /// Called by the reboot code only, for the `reboot` of a `SleepNotifier<T>`.
    unsafe extern "C" fn rebooted(
        block: *mut bindings::notifier_block,
        _event: c_ulong,
        _data: *mut c_void,
    ) -> c_int {
        // SAFETY: As above.
        let this = unsafe { &*kernel::container_of!(Opaque::cast_from(block), Self, reboot) };
        // SAFETY: As above.
        let ctx = unsafe { Sleepable::enter() };
        this.handler.suspend(&ctx);
        bindings::NOTIFY_DONE as c_int
    }
}

#[pinned_drop]
impl<T: SleepHandler> PinnedDrop for SleepNotifier<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariant both are registered. Owners are dropped in process context.
        unsafe {
            morse_helper_unregister_reboot_notifier(self.reboot.get());
            morse_helper_unregister_pm_notifier(self.sleep.get());
        }
    }
}
