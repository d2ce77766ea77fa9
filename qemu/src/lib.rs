// SPDX-License-Identifier: GPL-2.0

//! The board that the morse driver runs on.
pub mod board;
pub mod code;
pub mod complaints;
pub mod config;
pub mod decoder;
pub mod device_tree;
pub mod diagram;
pub mod emulator;
pub mod error;
pub mod image;
pub mod kmod;
pub mod lamp;
pub mod line;
pub mod log;
pub mod machine;
pub mod message;
pub mod monitor;
pub mod qtest;
mod shell;
pub mod quote;
pub mod timing;
pub mod trace;
pub mod transmission;

pub use board::{Board, Options, Terminal, Time};
pub use config::Config;
pub use error::{Error, Result};
pub use decoder::{decode, Reading};
pub use lamp::{Edge, Span, Timeline};
pub use message::{Letter, Message, Pace};
pub use qtest::Lamp;
pub use shell::Output;
pub use timing::Timing;
pub use transmission::Transmission;
