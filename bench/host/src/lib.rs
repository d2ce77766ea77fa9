// SPDX-License-Identifier: GPL-2.0

//! Measures the morse driver against baselines, from outside: by tracepoints of the guest's kernel,
//! independent of the drivers. `bench/README.md` describes the measurements.
//!
//! | to | use |
//! |---|---|
//! | boot a board for a [`Setting`] | [`lab::Lab`] |
//! | choose a driver and make it send | [`subject::Subject`] |
//! | read tracepoints to the nanosecond | [`morse_board::trace::Recorder`] |
//! | keep the results | [`results::Report`] |
//! | tell it | [`table`], `plot` |

pub mod costs;
pub mod figure;
pub mod interrupt;
pub mod keying;
pub mod lab;
pub mod module;
pub mod plot;
pub mod results;
pub mod setting;
pub mod subject;
pub mod symbols;
pub mod table;

pub use results::{Measurement, Report};
pub use setting::Setting;
pub use subject::Subject;

/// The result of a measurement. An error ends the whole run; its text is for the user.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;
