// SPDX-License-Identifier: GPL-2.0

//! The parts of `src/linux` that the samples use: the mechanisms, and their own imports.

#[path = "../src/linux/context.rs"]
pub mod context;
#[path = "../src/linux/current.rs"]
pub mod current;
#[path = "../src/linux/debugfs.rs"]
pub mod debugfs;
#[path = "../src/linux/delayed.rs"]
pub mod delayed;
#[path = "../src/linux/device.rs"]
mod device;
#[path = "../src/linux/device_irq.rs"]
pub mod device_irq;
#[path = "../src/linux/gpio.rs"]
pub mod gpio;
#[path = "../src/linux/irq.rs"]
pub mod irq;
#[cfg_attr(CONFIG_IRQ_SIM, path = "../src/linux/irq_sim.rs")]
#[cfg_attr(not(CONFIG_IRQ_SIM), path = "../src/linux/absent/irq_sim.rs")]
pub mod irq_sim;
#[path = "../src/linux/module.rs"]
pub mod module;
#[path = "../src/linux/platform.rs"]
pub mod platform;
#[path = "../src/linux/queue.rs"]
pub mod queue;
#[path = "../src/linux/sched.rs"]
pub mod sched;
#[path = "../src/linux/tasklet.rs"]
pub mod tasklet;
#[path = "../src/linux/time.rs"]
pub mod time;
#[path = "../src/linux/timer.rs"]
pub mod timer;
#[path = "../src/linux/wait.rs"]
pub mod wait;
#[path = "../src/linux/wakeup.rs"]
pub mod wakeup;
#[path = "../src/linux/workqueue.rs"]
pub mod workqueue;

use device::raw_device;
