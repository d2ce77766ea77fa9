// SPDX-License-Identifier: GPL-2.0

//! The files of `src/linux` that the tests use.

#[path = "../../src/linux/bhlock.rs"]
pub mod bhlock;
#[path = "../../src/linux/context.rs"]
pub mod context;
#[path = "../../src/linux/delayed.rs"]
pub mod delayed;
#[path = "../../src/linux/kunit.rs"]
pub mod kunit;
#[path = "../../src/linux/queue.rs"]
pub mod queue;
#[path = "../../src/linux/tasklet.rs"]
pub mod tasklet;
#[path = "../../src/linux/time.rs"]
pub mod time;
#[path = "../../src/linux/timer.rs"]
pub mod timer;
#[path = "../../src/linux/wait.rs"]
pub mod wait;
#[path = "../../src/linux/workqueue.rs"]
pub mod workqueue;
