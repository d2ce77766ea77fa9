// SPDX-License-Identifier: GPL-2.0

//! What holds for all inputs: by exhaustion, by chance with counterexamples made small (proptest), between
//! threads, and measured over many runs.

mod alphabet;
mod debounce;
mod decoder;
mod decoder_any;
mod encoder;
mod histogram;
mod keyed;
mod math;
mod ring;
mod timing;
