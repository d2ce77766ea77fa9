// SPDX-License-Identifier: GPL-2.0

//! Properties for all inputs: exhaustive, random with counterexamples reduced (proptest), between threads, and
//! measured over many runs.

mod alphabet;
mod debounce;
mod decoder;
mod decoder_any;
mod drawing;
mod encoder;
mod hands;
mod histogram;
mod keyed;
mod lamp;
mod libcw;
mod math;
mod means;
mod noise;
mod people;
mod ring;
mod timing;
