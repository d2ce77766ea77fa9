// SPDX-License-Identifier: GPL-2.0

//! What goes wrong around the driver: hardware that is described wrongly, taken, or late, and
//! allocations that fail.

mod allocations;
mod hardware;
