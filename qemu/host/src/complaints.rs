// SPDX-License-Identifier: GPL-2.0

//! Lines of the kernel's log that report a fault.

/// The words by which the kernel's own checks report a finding.
const SIGNS: &[&str] = &[
    // WARN_ON() and the like; BUG_ON(); faults; panics.
    "WARNING: ",
    "BUG: ",
    "kernel BUG at",
    "Oops",
    "Internal error:",
    "Unable to handle kernel",
    "general protection fault",
    "Kernel panic",
    // Every report with a stack trace.
    "Call trace:",
    "Call Trace:",
    // A panic of Rust code, which comes before the BUG.
    "rust_kernel: panicked",
    // lockdep and RCU.
    "INFO: possible",
    "INFO: inconsistent lock state",
    "INFO: trying to register non-static key",
    "INFO: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected",
    "INFO: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected",
    "suspicious RCU usage",
    "possible circular locking dependency",
    "possible recursive locking",
    "inconsistent lock state",
    "bad unlock balance",
    "held lock freed",
    "lock held when returning to user space",
    "DEBUG_LOCKS_WARN_ON",
    // Sleeping in atomic context.
    "scheduling while atomic",
    "sleeping function called from invalid context",
    "Voluntary context switch within RCU",
    // Hung tasks and stalled processors.
    "blocked for more than",
    "rcu: INFO:",
    "self-detected stall",
    "soft lockup",
    "hard LOCKUP",
    // Memory: KASAN, KFENCE, KCSAN, UBSAN, kmemleak, slab, lists, reference counts, debugobjects.
    "KASAN:",
    "KFENCE:",
    "KCSAN:",
    "UBSAN:",
    "kmemleak: ",
    "Poison overwritten",
    "Object already free",
    "list_add corruption",
    "list_del corruption",
    "refcount_t:",
    "ODEBUG:",
    "Objects remaining",
    "page allocation failure",
    // Interrupts and leftovers.
    "nobody cared",
    "Trying to free already-free IRQ",
    "Trying to free nonexistent resource",
    "remove_proc_entry: removing non-empty directory",
    "sysfs: cannot create duplicate filename",
    "has leaked",
];

/// Lines that have such a sign but come in every boot.
const HARMLESS: &[&str] = &[
    "kmemleak: Kernel memory leak detector initialized",
    "kmemleak: Automatic memory scanning",
];

/// Returns the lines of a kernel's log that report a fault.
pub fn find(log: &str) -> Vec<String> {
    log.lines()
        .filter(|line| SIGNS.iter().any(|sign| line.contains(sign)))
        .filter(|line| !HARMLESS.iter().any(|harmless| line.contains(harmless)))
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// Returns `complaints` without those that contain one of `parts`, and without their traces.
pub fn without(complaints: Vec<String>, parts: &[&str]) -> Vec<String> {
    let mut left_out = false;
    let is_other = |complaint: &String| {
        let is_trace = complaint.to_lowercase().ends_with("call trace:");
        if !is_trace {
            left_out = parts.iter().any(|part| complaint.contains(part));
        }
        !left_out
    };
    complaints.into_iter().filter(is_other).collect()
}

/// Whether these are exactly the expected complaints, each given by a part of its line.
pub fn are(complaints: &[String], expected: &[&str]) -> bool {
    complaints.len() == expected.len()
        && complaints
            .iter()
            .zip(expected)
            .all(|(complaint, part)| complaint.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As kernels of the 6 and 7 series wrote them.
    const REPORTS: &[&str] = &[
        "[   12.3] WARNING: CPU: 0 PID: 51 at kernel/workqueue.c:2257 __queue_work+0x4c/0x5a0",
        "[   12.3] WARNING: kernel/workqueue.c:2257 at __queue_work+0x4c/0x5a0, CPU#0: sh/51",
        "[   12.3] WARNING: possible circular locking dependency detected",
        "[   12.3] WARNING: suspicious RCU usage",
        "[   12.3] WARNING: inconsistent lock state",
        "[   12.3] INFO: possible recursive locking detected",
        "[   12.3] INFO: trying to register non-static key.",
        "[   12.3] BUG: kernel NULL pointer dereference, address: 0000000000000008",
        "[   12.3] BUG: scheduling while atomic: sh/51/0x00000002",
        "[   12.3] BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580",
        "[   12.3] BUG: KASAN: slab-use-after-free in morse_work+0x40/0x90 [morse]",
        "[   12.3] BUG: KFENCE: use-after-free read in morse_work+0x40/0x90",
        "[   12.3] BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[11]",
        "[   12.3] kernel BUG at lib/list_debug.c:29!",
        "[   12.3] list_add corruption. prev->next should be next (ffff), but was 0000.",
        "[   12.3] UBSAN: array-index-out-of-bounds in drivers/x.c:10:3",
        "[   12.3] kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
        "[   12.3] Internal error: Oops: 0000000096000004 [#1] SMP",
        "[   12.3] Unable to handle kernel paging request at virtual address dead000000000100",
        "[   12.3] Kernel panic - not syncing: sysrq triggered crash",
        "[   12.3] INFO: task rmmod:77 blocked for more than 120 seconds.",
        "[   12.3] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
        "[   12.3] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [kworker/0:1:11]",
        "[   12.3] irq 23: nobody cared (try booting with the \"irqpoll\" option)",
        "[   12.3] refcount_t: underflow; use-after-free.",
        "[   12.3] ODEBUG: free active (active state 0) object: 00 object type: timer_list",
        "[   12.3] rust_kernel: panicked at src/device/keyer.rs:10:5:",
        "[   12.3] Call trace:",
    ];

    #[test]
    fn every_report_is_found() {
        for report in REPORTS {
            let log =
                format!("[    1.0] Run /init as init process\n{report}\n[   13.0] all is well\n");
            assert_eq!(find(&log), [*report]);
        }
    }

    #[test]
    fn some_are_left_out_with_their_traces() {
        let log = "[ 1.1] WARNING: at foo+0x1/0x2\n[ 1.2] Call trace:\n[ 1.3] BUG: bar\n[ 1.4] Call trace:\n\
                   [ 1.5] WARNING: at foo+0x3/0x4\n[ 1.6] Call trace:\n";
        let left = without(find(log), &["WARNING: at foo+"]);
        assert_eq!(left, ["[ 1.3] BUG: bar", "[ 1.4] Call trace:"]);
        assert_eq!(without(find(log), &[]).len(), 6);
    }

    #[test]
    fn expected_ones_and_no_others() {
        let found = find("[ 12.3] BUG: scheduling while atomic: sh/51/0x2\n[ 12.3] Call trace:\n");
        assert!(are(&found, &["scheduling while atomic", "Call trace:"]));
        assert!(are(&[], &[]));
        assert!(!are(&found, &["scheduling while atomic"]));
        assert!(!are(&found, &["Call trace:", "scheduling while atomic"]));
        assert!(!are(&found, &["KASAN", "Call trace:"]));
        assert!(!are(&[], &["Call trace:"]));
    }

    #[test]
    fn an_ordinary_log_is_clean() {
        let log = "\
[    0.000000] Linux version 7.3.4+deb13-arm64 (debian-kernel@lists.debian.org)
[    0.000000] rcu: Preemptible hierarchical RCU implementation.
[    0.200000] kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)
[    2.291961] morse: loading out-of-tree module taints kernel.
[    2.292236] morse: module verification failed: signature and/or required key missing - tainting kernel
[    2.316242] morse morse: bound as /dev/morse, with an LED
[    7.776037] morse morse: sent \"SOS\", 3 characters in 5.400 s
";
        assert_eq!(find(log), Vec::<String>::new());
    }
}
