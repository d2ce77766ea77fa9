// SPDX-License-Identifier: GPL-2.0

//! The board that the morse driver runs on.
pub mod board;
pub mod config;
pub mod device_tree;
pub mod emulator;
pub mod error;
pub mod image;
pub mod kmod;
pub mod lamp;
pub mod log;
pub mod machine;
pub mod monitor;
pub mod qtest;
mod shell;

pub use board::{Board, Options, Time};
pub use config::Config;
pub use error::{Error, Result};
pub use lamp::{Edge, Span, Timeline};
pub use qtest::Lamp;
pub use shell::Output;
