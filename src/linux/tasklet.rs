// SPDX-License-Identifier: GPL-2.0

//! Tasklets that stop with their owner.
//!
//! A tasklet runs in softirq context on the CPU that scheduled it, as an item of a
//! [`Queue<Atomic>`](super::workqueue::Queue) does, and takes the same [`WorkHandler`]. It is the legacy
//! mechanism: new code uses a BH work item, unless it compares the two.
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

// SAFETY: A tasklet may be scheduled and killed on any thread. `handler` points at a `Send + Sync` type, and
// only the trampoline dereferences it.
unsafe impl Send for RawTasklet {}
// SAFETY: As above.
unsafe impl Sync for RawTasklet {}

#[pinned_drop]
impl PinnedDrop for RawTasklet {
    fn drop(self: Pin<&mut Self>) {
        // A handle may have scheduled the tasklet after `Tasklet::drop` had waited for it.
        // SAFETY: The tasklet is initialised. Owners and handles are dropped in process context.
        unsafe { bindings::tasklet_kill(self.tasklet.get()) };
    }
}

/// Owner of a tasklet and of its handler.
///
/// Dropping it waits for a handler that is running or scheduled; after that the handler does not run. It
/// must not be leaked (see [`linux`](super)), nor dropped by its own handler.
///
/// # Examples
///
/// ```ignore
/// struct BottomHalf;
///
/// impl WorkHandler for BottomHalf {
///     type Context = Atomic;
///
///     fn run(&self, _ctx: &Atomic) {
///         pr_info!("bottom half runs\n");
///     }
/// }
///
/// let tasklet = Tasklet::new(ctx, Ok(BottomHalf))?;
/// let handle = tasklet.handle();
/// // In an interrupt handler:
/// handle.schedule();
/// ```
///
/// # Invariants
///
/// `raw.handler` points at `*handler`.
#[must_use = "dropping it stops the tasklet"]
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
        // INVARIANT: `raw.handler` points at `*handler`, which is pinned.
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
    /// Called by the softirq code only, for the `tasklet` of a [`RawTasklet`] that belongs, or belonged, to a
    /// `Tasklet<T>`.
    unsafe extern "C" fn trampoline(tasklet: *mut bindings::tasklet_struct) {
        // SAFETY: By the safety requirements. `RawTasklet::drop` waits for this call.
        let raw =
            unsafe { &*kernel::container_of!(Opaque::cast_from(tasklet), RawTasklet, tasklet) };
        if !raw.owned.load(Relaxed) {
            return;
        }
        // SAFETY: The flag was true, and `Tasklet::drop` clears it before it waits for this call. A run that
        // is scheduled after that wait is ordered behind it by the state bits of the tasklet, and sees
        // the flag cleared. So the handler lives until this call returns.
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

/// Schedules a [`Tasklet`], from any context. Does nothing once the owner has been dropped.
///
/// Dropping the last reference waits for the tasklet, so handles are dropped in process context.
#[derive(Clone)]
pub struct TaskletHandle {
    raw: Arc<RawTasklet>,
}

impl TaskletHandle {
    /// Schedules the tasklet, unless it is already scheduled.
    #[inline]
    pub fn schedule(&self) {
        if self.raw.owned.load(Relaxed) {
            // SAFETY: The tasklet is initialised, and `RawTasklet::drop` waits for it before it is freed.
            unsafe { morse_helper_tasklet_schedule(self.raw.tasklet.get()) };
        }
    }
}
