// SPDX-License-Identifier: GPL-2.0

//! Tracepoints, each of which costs one no-op instruction while it is disabled.
//!
//! `include/trace/events/morse.h` defines and describes them. The functions may be called in any context.
//!
//! `kernel::declare_trace!` finds only tracepoints in the bindings of the `kernel` crate, that is, those of
//! the kernel itself. The macro below does the same for those of a module.
//!
//! C header: [`include/linux/tracepoint.h`](srctree/include/linux/tracepoint.h)

/// Declares the C symbols of each tracepoint, and a function that calls it if it is enabled.
macro_rules! tracepoints {
    ($(fn $name:ident($($argument:ident: $type:ty),*);)*) => {
        #[cfg(CONFIG_TRACEPOINTS)]
        mod c {
            //! Symbols that `CREATE_TRACE_POINTS` and `CREATE_RUST_TRACE_POINTS` define.

            use kernel::prelude::*;

            // rustc warns that the type is not FFI-safe: without lockdep, it contains an empty struct on
            // x86. Rust accesses only the key.
            #[allow(improper_ctypes)]
            extern "C" {
                $(
                    kernel::macros::paste! {
                        pub(super) static [<__tracepoint_ $name>]: kernel::bindings::tracepoint;
                        pub(super) fn [<rust_do_trace_ $name>]($($argument: $type),*);
                    }
                )*
            }
        }

        mod raw {
            use kernel::prelude::*;

            $(
                /// # Safety
                ///
                /// A pointer argument is valid for reads of the number of bytes in the argument after it.
                #[inline(always)]
                pub(super) unsafe fn $name($($argument: $type),*) {
                    #[cfg(CONFIG_TRACEPOINTS)]
                    kernel::macros::paste! {
                        // SAFETY: `trace.c` defines the tracepoint, and `key` is its static key.
                        let is_enabled = unsafe {
                            kernel::jump_label::static_branch_unlikely!(
                                super::c::[<__tracepoint_ $name>],
                                kernel::bindings::tracepoint,
                                key
                            )
                        };
                        if is_enabled {
                            // SAFETY: By the safety requirements.
                            unsafe { super::c::[<rust_do_trace_ $name>]($($argument),*) };
                        }
                    }
                    #[cfg(not(CONFIG_TRACEPOINTS))]
                    {
                        $( let _ = $argument; )*
                    }
                }
            )*
        }
    };
}

tracepoints! {
    fn morse_edge_received(device: u32, mark: bool, time_ns: u64);
    fn morse_edge_keyed(device: u32, mark: bool, time_ns: u64, planned: bool);
    fn morse_character_received(device: u32, text: *const c_char, length: u32);
    fn morse_read(device: u32, count: usize);
    fn morse_character_sent(device: u32, text: *const c_char, length: u32);
    fn morse_deferral_start(device: u32, mechanism: u32);
    fn morse_deferral_stop(device: u32, mechanism: u32);
}

/// `morse:morse_edge_received`: the bottom half takes an edge of the key, of the time `time_ns`.
#[inline]
pub fn edge_received(device: u32, mark: bool, time_ns: u64) {
    // SAFETY: No argument is a pointer.
    unsafe { raw::morse_edge_received(device, mark, time_ns) };
}

/// `morse:morse_edge_keyed`: the lamp was switched. `time_ns` is the deadline if the edge was `planned`.
#[inline]
pub fn edge_keyed(device: u32, mark: bool, time_ns: u64, planned: bool) {
    // SAFETY: No argument is a pointer.
    unsafe { raw::morse_edge_keyed(device, mark, time_ns, planned) };
}

/// `morse:morse_read`: a read(2) has copied `count` bytes to user space.
#[inline]
pub fn read(device: u32, count: usize) {
    // SAFETY: No argument is a pointer.
    unsafe { raw::morse_read(device, count) };
}

/// `morse:morse_character_received`: a character was decoded.
#[inline]
pub fn character_received(device: u32, utf8: &[u8]) {
    // SAFETY: The slice is valid for reads of its length.
    unsafe { raw::morse_character_received(device, utf8.as_ptr().cast(), utf8.len() as u32) };
}

/// `morse:morse_character_sent`: the last mark of a character has ended.
#[inline]
pub fn character_sent(device: u32, utf8: &[u8]) {
    // SAFETY: The slice is valid for reads of its length.
    unsafe { raw::morse_character_sent(device, utf8.as_ptr().cast(), utf8.len() as u32) };
}

/// The mechanisms that defer work, with the numbers of the header.
#[derive(Clone, Copy)]
pub enum Mechanism {
    /// BH work item, tasklet, or the interrupt's thread.
    Softirq = 0,
    /// Delayed work.
    Gap = 1,
    /// Work item that reads text and wakes readers.
    Deliver = 2,
    /// Work item that keys.
    Keyer = 3,
    /// Timer.
    Ticker = 4,
}

/// Traces the run of a handler from its creation until it is dropped.
#[must_use = "the trace of the run ends when this is dropped"]
pub struct Deferral {
    device: u32,
    mechanism: Mechanism,
}

impl Deferral {
    /// `morse:morse_deferral_start`: the handler is entered.
    #[inline]
    pub fn start(device: u32, mechanism: Mechanism) -> Self {
        // SAFETY: No argument is a pointer.
        unsafe { raw::morse_deferral_start(device, mechanism as u32) };
        Self { device, mechanism }
    }
}

impl Drop for Deferral {
    /// `morse:morse_deferral_stop`: the handler returns.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: No argument is a pointer.
        unsafe { raw::morse_deferral_stop(self.device, self.mechanism as u32) };
    }
}
