// SPDX-License-Identifier: GPL-2.0

//! The UDP protocol of cwdaemon, in front of `/dev/morse`.
//!
//! [`request`] reads a datagram, [`text`] cuts its text at changes of speed, [`device`] has the device and its
//! settings, and [`sender`] hands text on to it in a thread of its own, so that an abort is never held up.
//!
//! Source of the protocol: the README of cwdaemon 0.10.2.

pub mod device;
pub mod request;
pub mod sender;
pub mod text;
