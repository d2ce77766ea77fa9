// SPDX-License-Identifier: GPL-2.0

//! Tasklets that stop with their owner.
//!
//! A tasklet runs in softirq context, on the CPU that scheduled it, as an item of a
//! [`Queue<Atomic>`](super::workqueue::Queue) does, and takes the same [`WorkHandler`]. It is the older of
//! the two mechanisms; new code has no reason to choose it but comparison.
//!
//! C header: [`include/linux/interrupt.h`](srctree/include/linux/interrupt.h)

use super::{
    context::{
        Atomic,
        Context,
        Sleepable, //
    },
    workqueue::WorkHandler, //
};
use core::{
    pin::Pin,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
            Full,
            Relaxed, //
        },
        Arc, //
    },
    types::Opaque, //
};

extern "C" {
    /// `tasklet_schedule()`, which is inline in C.
    fn morse_helper_tasklet_schedule(tasklet: *mut bindings::tasklet_struct);
}

/// The C tasklet.
///
/// # Invariants
///
/// - `tasklet` is initialised; its function is `Tasklet::<T>::trampoline`.
/// - While `owned` is true, `handler` points at the `T` that the one `Tasklet<T>` of this object
///   owns.
#[pin_data(PinnedDrop)]
struct RawTasklet {
    #[pin]
    tasklet: Opaque<bindings::tasklet_struct>,
    handler: NonNull<c_void>,
    owned: AtomicFlag,
}

// SAFETY: A tasklet may be scheduled and killed on any thread; `handler` is used only by the
// trampoline, and points at something that is `Send + Sync`.
unsafe impl Send for RawTasklet {}
// SAFETY: As above.
unsafe impl Sync for RawTasklet {}

#[pinned_drop]
impl PinnedDrop for RawTasklet {
    fn drop(self: Pin<&mut Self>) {
        // A handle may have scheduled it after its owner went.
        // SAFETY: The tasklet is initialised. Owners and handles are dropped in process context.
        unsafe { bindings::tasklet_kill(self.tasklet.get()) };
    }
}

/// Owner of a tasklet and of its handler.
///
/// Dropping it waits for a handler that is running or due; after that it does not run again. Like a
/// [`Work`](super::workqueue::Work) it must not be leaked.
///
/// # Examples
///
/// ```ignore
/// let tasklet = Tasklet::new(ctx, Ok(Drain::new()))?;
/// let handle = tasklet.handle();
/// // In an interrupt handler:
/// handle.schedule();
/// ```
///
/// # Invariants
///
/// `raw.handler` points at `*handler`.
pub struct Tasklet<T: WorkHandler<Context = Atomic>> {
    raw: Arc<RawTasklet>,
    handler: Pin<KBox<T>>,
}

impl<T: WorkHandler<Context = Atomic>> Tasklet<T> {
    /// Creates a tasklet that runs `handler`.
    pub fn new(_ctx: &Sleepable, handler: impl PinInit<T, Error>) -> Result<Self> {
        let handler = KBox::pin_init(handler, GFP_KERNEL)?;
        let target = NonNull::from(&*handler).cast();
        let raw = Arc::pin_init(
            pin_init!(RawTasklet {
                // SAFETY: `slot` is valid and pinned.
                tasklet <- Opaque::ffi_init(|slot| unsafe {
                    bindings::tasklet_setup(slot, Some(Self::trampoline))
                }),
                handler: target,
                owned: AtomicFlag::new(true),
            }),
            GFP_KERNEL,
        )?;
        // INVARIANT: `raw.handler` was just made from `handler`, which is pinned.
        Ok(Self { raw, handler })
    }

    /// Returns a handle that schedules this tasklet.
    pub fn handle(&self) -> TaskletHandle {
        TaskletHandle {
            raw: self.raw.clone(),
        }
    }

    /// # Safety
    ///
    /// Called by the softirq code only, for the `tasklet` of a [`RawTasklet`] that belongs to a
    /// `Tasklet<T>`, or did so.
    unsafe extern "C" fn trampoline(tasklet: *mut bindings::tasklet_struct) {
        // SAFETY: By the safety requirements. `RawTasklet::drop` waits for us.
        let raw =
            unsafe { &*kernel::container_of!(Opaque::cast_from(tasklet), RawTasklet, tasklet) };
        if !raw.owned.load(Relaxed) {
            return;
        }
        // SAFETY: The flag was true, and `Tasklet::drop` clears it before it waits for us. A run that
        // was scheduled after that wait is ordered behind it by the tasklet's state bits, and sees
        // the flag cleared. So the handler is alive until we return.
        let handler = unsafe { raw.handler.cast::<T>().as_ref() };
        // SAFETY: `Atomic` stands for any context.
        let ctx = unsafe { Atomic::enter() };
        handler.run(&ctx);
    }
}

impl<T: WorkHandler<Context = Atomic>> core::ops::Deref for Tasklet<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.handler
    }
}

impl<T: WorkHandler<Context = Atomic>> Drop for Tasklet<T> {
    fn drop(&mut self) {
        self.handler.stop();
        self.raw.owned.xchg(false, Full);
        // SAFETY: The tasklet is initialised. Owners are dropped in process context.
        unsafe { bindings::tasklet_kill(self.raw.tasklet.get()) };
    }
}

/// Schedules a [`Tasklet`], from any context. Does nothing once that is gone.
///
/// The last one may have to wait for the tasklet, so a handle is dropped in process context.
#[derive(Clone)]
pub struct TaskletHandle {
    raw: Arc<RawTasklet>,
}

impl TaskletHandle {
    /// Schedules the tasklet, if it is not scheduled already.
    #[inline]
    pub fn schedule(&self) {
        if self.raw.owned.load(Relaxed) {
            // SAFETY: The tasklet is initialised, and `RawTasklet::drop` waits for it before the memory
            // goes.
            unsafe { morse_helper_tasklet_schedule(self.raw.tasklet.get()) };
        }
    }
}
