// SPDX-License-Identifier: GPL-2.0

//! Pure Morse: what dots and dashes mean and how long they last.
//!
//! Nothing here knows a kernel, allocates, uses floating point or can panic, so the same source runs
//! inside the module and under host tests. It is cut along the two directions of the device:
//!
//! - sending: [`encoder`] turns written bytes into [`Symbol`]s, [`keying`] turns symbols into marks
//!   and spaces with absolute deadlines, using the durations of [`timing`];
//! - receiving: a ring carries edges out of the interrupt, they are debounced, and a decoder turns
//!   marks and spaces into text;
//! - both read the one table of [`alphabet`], and how late everything comes is kept in [`histogram`]s.
//!
//! Durations are integer nanoseconds (`_ns`); where a fraction of one matters, a [`Span`] keeps it.

pub mod alphabet;
mod atomic;
pub mod debounce;
pub mod decimal;
pub mod decoder;
pub mod element;
pub mod encoder;
mod estimate;
mod hand;
pub mod histogram;
pub mod keying;
pub mod math;
mod pending;
pub mod ring;
mod spaces;
pub mod span;
pub mod symbol;
pub mod text;
pub mod timing;
mod utf8;

pub use alphabet::{decode, encode};
pub use debounce::{Debounce, Pulse};
pub use decimal::Decimal;
pub use decoder::Decoder;
pub use element::{Code, Element};
pub use encoder::{Error, Fed, Parser, Writing};
pub use histogram::Histogram;
pub use keying::{Keying, Step};
pub use ring::{Edge, Ring};
pub use span::Span;
pub use symbol::{Gap, Spacing, Symbol};
pub use text::Text;
pub use timing::{OutOfRange, Timing};
