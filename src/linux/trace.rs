// SPDX-License-Identifier: GPL-2.0

//! Tracepoints that cost one no-op instruction each while nobody traces.
//!
//! What they tell is described where C defines them, in `include/trace/events/morse.h`. Any of them
//! may be called in any context.
//!
//! `kernel::declare_trace!` is for tracepoints of the kernel itself: it looks for them in the bindings
//! of the kernel crate. This does the same for those of a module.
//!
//! C header: [`include/linux/tracepoint.h`](srctree/include/linux/tracepoint.h)

/// Defines functions that call the tracepoints of the same name, and what C has of them.
macro_rules! tracepoints {
    ($(fn $name:ident($($argument:ident: $type:ty),*);)*) => {
        #[cfg(CONFIG_TRACEPOINTS)]
        mod c {
            //! What `CREATE_TRACE_POINTS` and `CREATE_RUST_TRACE_POINTS` make of the header.

            use kernel::prelude::*;

            // Rust only looks at the key. On x86 the type refers to one that C has nothing in without
            // lockdep, and rustc takes every empty struct for a mistake.
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
                /// A pointer among the arguments points at as many bytes as the length after it says.
                #[inline(always)]
                pub(super) unsafe fn $name($($argument: $type),*) {
                    #[cfg(CONFIG_TRACEPOINTS)]
                    kernel::macros::paste! {
                        // SAFETY: This is the key of a tracepoint that C defines.
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

/// `morse:morse_edge_received`: an edge of the key is taken by the bottom half.
#[inline]
pub fn edge_received(device: u32, mark: bool, time_ns: u64) {
    // SAFETY: There is no pointer.
    unsafe { raw::morse_edge_received(device, mark, time_ns) };
}

/// `morse:morse_edge_keyed`: the lamp was lit or put out.
#[inline]
pub fn edge_keyed(device: u32, mark: bool, time_ns: u64, planned: bool) {
    // SAFETY: There is no pointer.
    unsafe { raw::morse_edge_keyed(device, mark, time_ns, planned) };
}

/// `morse:morse_read`: a read(2) has copied `count` bytes to its reader.
#[inline]
pub fn read(device: u32, count: usize) {
    // SAFETY: There is no pointer.
    unsafe { raw::morse_read(device, count) };
}

/// `morse:morse_character_received`: a character has been decoded.
#[inline]
pub fn character_received(device: u32, utf8: &[u8]) {
    // SAFETY: The slice is as long as it says.
    unsafe { raw::morse_character_received(device, utf8.as_ptr().cast(), utf8.len() as u32) };
}

/// `morse:morse_character_sent`: the last mark of a character is over.
#[inline]
pub fn character_sent(device: u32, utf8: &[u8]) {
    // SAFETY: The slice is as long as it says.
    unsafe { raw::morse_character_sent(device, utf8.as_ptr().cast(), utf8.len() as u32) };
}

/// The mechanisms that defer work, by the numbers that the header gives them.
#[derive(Clone, Copy)]
pub enum Mechanism {
    /// BH work item or tasklet.
    Softirq = 0,
    /// Delayed work.
    Gap = 1,
    /// Work item that wakes readers.
    Deliver = 2,
    /// Work item that keys.
    Keyer = 3,
    /// Timer.
    Ticker = 4,
}

/// A stretch of deferred work, which lasts as long as this exists.
#[must_use = "the work is over when this is dropped"]
pub struct Deferral {
    device: u32,
    mechanism: Mechanism,
}

impl Deferral {
    /// `morse:morse_deferral_start`: the handler was entered.
    #[inline]
    pub fn start(device: u32, mechanism: Mechanism) -> Self {
        // SAFETY: There is no pointer.
        unsafe { raw::morse_deferral_start(device, mechanism as u32) };
        Self { device, mechanism }
    }
}

impl Drop for Deferral {
    /// `morse:morse_deferral_stop`: the handler is about to return.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: There is no pointer.
        unsafe { raw::morse_deferral_stop(self.device, self.mechanism as u32) };
    }
}
