// SPDX-License-Identifier: GPL-2.0

//! The context that code runs in, for logs.
//!
//! The tokens of [`context`](super::context) say at compile time whether code may sleep; this tells at run time
//! which context it is. The samples use it, and the driver does not.
//!
//! C headers: [`include/linux/preempt.h`](srctree/include/linux/preempt.h),
//! [`include/linux/sched.h`](srctree/include/linux/sched.h)

use core::fmt;
use kernel::prelude::*;

extern "C" {
    /// `in_hardirq()`, which is a macro in C.
    fn morse_helper_in_hardirq() -> bool;
    /// `in_serving_softirq()`, which is a macro in C.
    fn morse_helper_in_serving_softirq() -> bool;
    /// `current->comm`
    fn morse_helper_current_comm() -> *const c_char;
    /// `raw_smp_processor_id()`, which is a macro in C.
    fn morse_helper_processor() -> c_uint;
}

/// Displays the context that it is displayed in: `hard IRQ, CPU 0`, `softirq, CPU 0`, or with the name of the
/// running task, such as `task kworker/0:1, CPU 0`.
pub struct CurrentContext;

impl fmt::Display for CurrentContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: The four functions may be called in any context. A task may move to another CPU right after.
        let (hard, soft, cpu) = unsafe {
            (
                morse_helper_in_hardirq(),
                morse_helper_in_serving_softirq(),
                morse_helper_processor(),
            )
        };
        if hard {
            f.write_str("hard IRQ")?;
        } else if soft {
            f.write_str("softirq")?;
        } else {
            // SAFETY: The current task exists while this runs. Its name is an array that always ends with a NUL,
            // also while it is being changed.
            let name = unsafe { CStr::from_char_ptr(morse_helper_current_comm()) };
            write!(f, "task {}", name.to_str().unwrap_or("?"))?;
        }
        write!(f, ", CPU {cpu}")
    }
}

impl kernel::fmt::Display for CurrentContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
