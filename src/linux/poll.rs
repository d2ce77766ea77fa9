// SPDX-License-Identifier: GPL-2.0

//! The events of poll(2), and a condition variable for it that is freed without waiting.
//!
//! epoll may access a wait queue until an RCU grace period after `wake_up_pollfree()`. The destructor of
//! `kernel::sync::poll::PollCondVar` blocks for that period, 4 to 25 ms of each unloading. A
//! [`PollCondVarBox`] frees its memory after the grace period instead (`kvfree_rcu()`). The `kernel` crate
//! has it since 7.3; this file provides the same for 7.2.
//!
//! C header: [`include/linux/poll.h`](srctree/include/linux/poll.h)

use super::fasync::{
    Band,
    FasyncList,
    FasyncRequest, //
};
use core::{
    ops::Deref,
    pin::Pin,
    ptr, //
};
use kernel::{
    bindings, fs,
    prelude::*,
    sync::{
        poll::{
            PollCondVar,
            PollTable, //
        },
        LockClassKey, //
    },
};

#[cfg(kernel_7_3)]
pub use kernel::sync::poll::PollCondVarBox;

#[cfg(not(kernel_7_3))]
pub use self::before_7_3::PollCondVarBox;

/// Events that poll(2) reports, in the groups in which drivers set them (see `evdev_poll()`).
#[derive(Clone, Copy, Default)]
pub struct PollEvents(bindings::__poll_t);

impl PollEvents {
    /// `EPOLLIN | EPOLLRDNORM`: a read would not block.
    pub const IN: Self = Self(bindings::POLLIN | bindings::POLLRDNORM);
    /// `EPOLLOUT | EPOLLWRNORM`: a write would not block.
    pub const OUT: Self = Self(bindings::POLLOUT | bindings::POLLWRNORM);
    /// `EPOLLHUP | EPOLLERR`: the device is gone.
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

/// A wait queue for changes of a file's readiness: of poll(2), epoll(7) and io_uring(7), and of the
/// owners of files with `O_ASYNC`, which get `SIGIO`.
///
/// An edge-triggered epoll and a multishot poll report an event for each notification of the events that they
/// wait for, if it finds the file ready. So notify of changes only.
pub struct PollQueue {
    condvar: PollCondVarBox,
    fasync: FasyncList,
}

impl PollQueue {
    /// Makes an empty queue.
    pub fn new(name: &'static CStr, key: Pin<&'static LockClassKey>) -> Result<Self> {
        Ok(Self {
            condvar: PollCondVarBox::new(name, key)?,
            fasync: FasyncList::default(),
        })
    }

    /// Registers the queue with `table`.
    pub fn register(&self, table: &PollTable<'_>, file: &fs::File) {
        table.register_wait(file, &self.condvar);
    }

    /// Adds a file to the list of those that get `SIGIO`, or removes it.
    pub fn fasync(&self, request: &FasyncRequest) -> Result {
        self.fasync.update(request)
    }

    /// Wakes all tasks that wait for the condition variable, and those that poll for `events`.
    pub fn wake_up_poll(&self, events: PollEvents) {
        const {
            assert!(size_of::<PollCondVar>() == size_of::<bindings::wait_queue_head>());
            assert!(align_of::<PollCondVar>() == align_of::<bindings::wait_queue_head>());
        }
        let condvar: &PollCondVar = &self.condvar;
        let queue = ptr::from_ref(condvar).cast_mut().cast();
        // SAFETY: A `PollCondVar` consists of a wait queue only, as asserted above, and is initialised. The key is
        // that of `poll_to_key()`.
        unsafe {
            bindings::__wake_up(
                queue,
                bindings::TASK_NORMAL,
                0,
                ptr::without_provenance_mut(events.0 as usize),
            );
        }
    }

    /// Wakes waiters as [`Self::wake_up_poll`] does, and sends `SIGIO`.
    pub fn notify(&self, band: Band) {
        self.wake_up_poll(match band {
            Band::In => PollEvents::IN,
            Band::Out => PollEvents::OUT,
            Band::HangUp => PollEvents::HUP,
        });
        self.fasync.kill(band);
    }
}

impl Deref for PollQueue {
    type Target = PollCondVar;

    fn deref(&self) -> &PollCondVar {
        &self.condvar
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

    // SAFETY: The condition variable may be used on any thread. `rcu` is used by the destructor only.
    unsafe impl Send for Inner {}
    // SAFETY: As above.
    unsafe impl Sync for Inner {}

    /// A [`PollCondVar`] that is freed after an RCU grace period instead of blocking in its destructor.
    pub struct PollCondVarBox(ManuallyDrop<Pin<KBox<Inner>>>);

    impl PollCondVarBox {
        /// Creates a condition variable; `key` is its lock class.
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
            // SAFETY: `self.0` is taken here only, and not used after this.
            let inner = unsafe { ManuallyDrop::take(&mut self.0) };
            // SAFETY: The value stays in its memory.
            let inner = KBox::into_raw(unsafe { Pin::into_inner_unchecked(inner) });
            // SAFETY: A `PollCondVar` consists of a wait queue only, as asserted above, and is initialised.
            unsafe { bindings::__wake_up_pollfree((&raw mut (*inner).condvar).cast()) };
            // SAFETY: The memory came from kmalloc, and only epoll still accesses it, under RCU. The
            // destructor of `PollCondVar` would do the same, but block.
            unsafe { bindings::kvfree_call_rcu((*inner).rcu.get(), inner.cast()) };
        }
    }
}
