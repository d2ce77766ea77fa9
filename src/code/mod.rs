// SPDX-License-Identifier: GPL-2.0

//! Morse code: the meaning of dots and dashes, and their durations.
//!
//! The code is independent of the kernel, does not allocate, uses no floating point and cannot panic, so the
//! same source runs in the module and in tests on the host. It is divided by the directions of the device:
//!
//! - [`send`]: the parser turns written bytes into [`Symbol`]s, keying turns symbols into marks
//!   and spaces with absolute deadlines, using the durations of [`timing`];
//! - [`receive`]: a ring carries edges out of the interrupt, they are debounced, and a decoder turns
//!   marks and spaces into text;
//! - both read the tables of [`alphabet`].
//!
//! Durations are integer nanoseconds (`_ns`), and logarithms of them inside the decoder. A [`Span`] has
//! fractions of a nanosecond, too. A *gap*, as sending has it, is what receiving calls a *space*.

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
        Ring,
        Slot, //
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
