// SPDX-License-Identifier: GPL-2.0

//! Pure Morse: what dots and dashes mean and how long they last.
//!
//! Nothing here knows a kernel, allocates, uses floating point or can panic, so the same source runs
//! inside the module and under host tests. It is cut along the two directions of the device:
//!
//! - [`send`]: the parser turns written bytes into [`Symbol`]s, keying turns symbols into marks
//!   and spaces with absolute deadlines, using the durations of [`timing`];
//! - [`receive`]: a ring carries edges out of the interrupt, they are debounced, and a decoder turns
//!   marks and spaces into text;
//! - both read the tables of [`alphabet`].
//!
//! Durations are integer nanoseconds (`_ns`); where a fraction of one matters, a [`Span`] keeps it.

pub mod alphabet;
pub mod element;
pub mod receive;
pub mod send;
pub mod span;
pub mod symbol;
pub mod text;
pub mod timing;
pub mod util;

pub use alphabet::{
    decode,
    encode, //
};
pub use element::{
    Code,
    Element, //
};
pub use receive::{
    debounce::{
        Debounce,
        Pulse, //
    },
    decoder::Decoder,
    ring::{
        Edge,
        Ring, //
    },
};
pub use send::{
    keying::{
        Keying,
        Step, //
    },
    parser::{
        Error,
        Fed,
        Parser,
        Sink,
        Writing, //
    },
};
pub use span::Span;
pub use symbol::{
    Gap,
    Spacing,
    Symbol, //
};
pub use text::Text;
pub use timing::{
    OutOfRange,
    Timing, //
};
pub use util::decimal::Decimal;
