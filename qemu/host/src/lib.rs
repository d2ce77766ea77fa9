// SPDX-License-Identifier: GPL-2.0

//! The board that the morse driver runs on: boots it in QEMU, watches its lamp and presses its key
//! from outside, and runs commands on it.
//!
//! Start with [`Board`]; [`transmission::send`] sends a text and reads it from the lamp.
//!
//! | to | use |
//! |---|---|
//! | find kernel, busybox and modules | [`Config`] |
//! | choose clock, files, modules, device tree | [`Options`] |
//! | run commands, press the key, read the kernel's log | [`Board`] |
//! | look for leaks in the kernel | [`Board::check_leaks`] |
//! | watch the lamp in real time | [`Board::lamp`], [`Lamp`] |
//! | watch the lamp in virtual time | [`trace::Recording`] |
//! | time a system call of the guest | [`trace::system_call_time`] |
//! | record tracepoints | [`trace::Recorder`] |
//! | read Morse from the lamp | [`Timeline`], [`decode`] |
//! | compare with the ideal grid | [`Message`], [`Timing`] |
//! | set the driver, read its counters, press its simulated key | [`driver`] |
//! | record which handlers ran when, and draw them | [`activity::Recording`], [`diagram::lanes`] |
//! | read the examples of a document, check an exercise | [`example::Example`], [`exercise::Exercise`] |
//! | show it | [`line::draw`], [`diagram::draw`] |

pub mod activity;
pub mod board;
pub mod code;
pub mod complaints;
pub mod config;
pub mod decoder;
pub mod device_tree;
pub mod diagram;
pub mod driver;
pub mod emulator;
pub mod error;
pub mod example;
pub mod exercise;
pub mod image;
pub mod lamp;
pub mod latency;
pub mod leaks;
pub mod line;
pub mod link;
pub mod log;
pub mod machine;
pub mod message;
pub mod modules;
pub mod monitor;
pub mod options;
pub mod qtest;
pub mod quote;
mod shell;
pub mod timing;
pub mod trace;
pub mod transmission;

pub use board::{Board, Terminal};
pub use config::Config;
pub use decoder::{decode, Reading};
pub use error::{Error, Result};
pub use lamp::{Edge, Span, Timeline};
pub use link::Link;
pub use message::{Letter, Message, Pace};
pub use options::{Options, Time};
pub use qtest::Lamp;
pub use shell::Output;
pub use timing::Timing;
pub use transmission::Transmission;
