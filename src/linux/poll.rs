// SPDX-License-Identifier: GPL-2.0

//! What pollers wait for, which goes without waiting for them.
//!
//! Epoll may still look at a wait queue that has told it of its end, until an RCU grace period has
//! passed. `kernel::sync::poll::PollCondVar` waits for that when it is dropped, 4 to 25 ms of every
//! unloading; a [`PollCondVarBox`] has its memory freed later instead. The kernel crate has it since
//! 7.3, this is the same for 7.2.
//!
//! C header: [`include/linux/poll.h`](srctree/include/linux/poll.h)

use kernel::bindings;

#[cfg(kernel_7_3)]
pub use kernel::sync::poll::PollCondVarBox;

#[cfg(not(kernel_7_3))]
pub use self::before_7_3::PollCondVarBox;

/// What poll(2) reports of a file.
#[derive(Clone, Copy, Default)]
pub struct PollEvents(bindings::__poll_t);

impl PollEvents {
    /// A read would not block.
    pub const IN: Self = Self(bindings::POLLIN | bindings::POLLRDNORM);
    /// A write would not block.
    pub const OUT: Self = Self(bindings::POLLOUT | bindings::POLLWRNORM);
    /// The device is gone: an error and a hangup.
    pub const HUP: Self = Self(bindings::POLLERR | bindings::POLLHUP);

    /// Returns the bits for poll(2).
    pub(super) const fn as_raw(self) -> bindings::__poll_t {
        self.0
    }
}

impl core::ops::BitOrAssign for PollEvents {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(not(kernel_7_3))]
mod before_7_3 {
    use core::{
        mem::{
            align_of,
            size_of,
            ManuallyDrop, //
        },
        ops::Deref,
        pin::Pin, //
    };
    use kernel::{
        alloc::AllocError,
        bindings,
        prelude::*,
        sync::{
            poll::PollCondVar,
            LockClassKey, //
        },
        types::Opaque, //
    };

    #[pin_data]
    #[repr(C)]
    struct Inner {
        #[pin]
        condvar: PollCondVar,
        rcu: Opaque<bindings::callback_head>,
    }

    // SAFETY: The condition variable may be used on any thread, and `rcu` by nobody before the end.
    unsafe impl Send for Inner {}
    // SAFETY: As above.
    unsafe impl Sync for Inner {}

    /// A [`PollCondVar`] that is freed after a grace period, for which nobody waits.
    pub struct PollCondVarBox(ManuallyDrop<Pin<KBox<Inner>>>);

    impl PollCondVarBox {
        /// Makes one.
        pub fn new(
            name: &'static CStr,
            key: Pin<&'static LockClassKey>,
        ) -> core::result::Result<Self, AllocError> {
            let inner = KBox::pin_init(
                pin_init!(Inner {
                    condvar <- PollCondVar::new(name, key),
                    rcu: Opaque::uninit(),
                }),
                GFP_KERNEL,
            )
            .map_err(|_| AllocError)?;
            Ok(Self(ManuallyDrop::new(inner)))
        }
    }

    impl Deref for PollCondVarBox {
        type Target = PollCondVar;

        fn deref(&self) -> &PollCondVar {
            &self.0.condvar
        }
    }

    impl Drop for PollCondVarBox {
        fn drop(&mut self) {
            const {
                assert!(size_of::<PollCondVar>() == size_of::<bindings::wait_queue_head>());
                assert!(align_of::<PollCondVar>() == align_of::<bindings::wait_queue_head>());
            }
            // SAFETY: Not taken before, nor used after this.
            let inner = unsafe { ManuallyDrop::take(&mut self.0) };
            // SAFETY: The value is not moved out of its memory.
            let inner = KBox::into_raw(unsafe { Pin::into_inner_unchecked(inner) });
            // SAFETY: A `PollCondVar` is a wait queue and nothing else, as their sizes say. It is
            // initialised.
            unsafe { bindings::__wake_up_pollfree((&raw mut (*inner).condvar).cast()) };
            // SAFETY: The memory came from kmalloc. Nobody has it any more but epoll, under RCU. The
            // destructor of the condition variable would only have done what is done here.
            unsafe { bindings::kvfree_call_rcu((*inner).rcu.get(), inner.cast()) };
        }
    }
}
