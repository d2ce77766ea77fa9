// SPDX-License-Identifier: GPL-2.0

//! Measures the morse driver against baselines, from outside: by tracepoints of the guest's kernel,
//! which none of the drivers has a part in. `bench/README.md` tells what is measured and how.
//!
//! | to | use |
//! |---|---|
//! | boot a board for a [`Setting`] | [`lab::Lab`] |
//! | choose a driver and make it send | [`subject::Subject`] |
//! | read tracepoints to the nanosecond | [`trace::Recorder`] |
//! | keep what was measured | [`results::Report`] |
//! | tell it | [`table`], `plot` |

pub mod costs;
pub mod figure;
pub mod interrupt;
pub mod keying;
pub mod lab;
pub mod module;
#[cfg(feature = "plot")]
pub mod plot;
pub mod results;
pub mod setting;
pub mod subject;
pub mod symbols;
pub mod table;
pub mod trace;

pub use results::{Measurement, Report};
pub use setting::Setting;
pub use subject::Subject;

/// What a measurement comes to. An error ends the whole run: its text is for the one who started it.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;
