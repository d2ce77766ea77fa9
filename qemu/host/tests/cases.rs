// SPDX-License-Identifier: GPL-2.0

//! The operators and people of the crate's tests, who key the board, too.

#[path = "../../../tests/code/cases/operator.rs"]
pub mod operator;
#[path = "../../../tests/code/properties/people.rs"]
pub mod people;
#[path = "../../../tests/code/cases/rng.rs"]
pub mod rng;
