// SPDX-License-Identifier: GPL-2.0

//! What goes wrong around the driver: hardware that is described wrongly, taken, or late, and
//! allocations that fail.

mod allocations;
#[path = "../common/environment.rs"]
mod environment;
mod hardware;
#[path = "../common/seed.rs"]
mod seed;

#[test]
#[ignore = "needs a board: make test"]
fn zz_nothing_has_leaked() {
    morse_board::fixture::nothing_has_leaked();
}
