// SPDX-License-Identifier: GPL-2.0

//! A test as data: its name, its function, and its needs.

use std::fmt::Display;
use std::sync::Arc;

use morse_board::{Options, Time};

use super::schedule::Clock;

/// A kind of board. All tests of a kind share a board, one after the other.
pub struct Kind {
    /// The name of its leak check.
    pub name: &'static str,
    options: fn() -> Options,
}

impl Kind {
    /// A kind that is booted with these options.
    pub const fn new(name: &'static str, options: fn() -> Options) -> Self {
        Kind { name, options }
    }

    /// How it is booted.
    pub fn options(&self) -> Options {
        (self.options)()
    }
}

/// A test on a board.
#[derive(Clone)]
pub struct Test {
    /// The name that selects it.
    pub name: String,
    pub body: Arc<dyn Fn() + Send + Sync>,
    /// The shared board that the body uses; `None` if it boots its own.
    pub board: Option<&'static Kind>,
    /// Its use of the host's clock; `None` in virtual time.
    pub clock: Option<Clock>,
    /// With several kernels the test runs on the stock kernel only.
    pub stock_only: bool,
    /// The test is about the board rather than the driver.
    pub is_of_board: bool,
    /// The test is quick, and shows whether the driver works at all.
    pub is_smoke: bool,
    /// The test has an adjustable length.
    pub has_long: bool,
}

impl Test {
    /// The test `name` of a module, given by its path from this crate on.
    pub fn new(module: &str, name: impl Display, body: impl Fn() + Send + Sync + 'static) -> Self {
        let module = module.split_once("::").map_or("", |(_, module)| module);
        Test {
            name: format!("{module}::{name}"),
            body: Arc::new(body),
            board: None,
            clock: None,
            stock_only: false,
            is_of_board: false,
            is_smoke: false,
            has_long: false,
        }
    }
}

/// A group of tests.
pub struct Tests(pub Vec<Test>);

impl Tests {
    fn each(mut self, change: impl Fn(&mut Test)) -> Self {
        self.0.iter_mut().for_each(change);
        self
    }

    /// Makes the tests share a board of this kind.
    pub fn on(self, kind: &'static Kind) -> Self {
        let is_real = kind.options().time() == Time::Real;
        self.each(|test| {
            test.board = Some(kind);
            test.clock = is_real.then_some(Clock::Watches);
        })
    }

    /// For tests that boot boards of their own and watch the host's clock.
    pub fn in_real_time(self) -> Self {
        self.each(|test| test.clock = Some(Clock::Watches))
    }

    /// For tests in real time that mostly wait, and are content with times that are late.
    pub fn waiting(self) -> Self {
        self.each(|test| test.clock = Some(Clock::Waits))
    }

    /// For tests that show nothing more on another kernel, or take too long there: with several kernels they run on the
    /// stock kernel only.
    pub fn stock_only(self) -> Self {
        self.each(|test| test.stock_only = true)
    }

    /// For tests of the board rather than the driver.
    pub fn of_board(self) -> Self {
        self.stock_only().each(|test| test.is_of_board = true)
    }

    /// For quick tests that show whether the driver works at all.
    pub fn smoke(self) -> Self {
        self.each(|test| test.is_smoke = true)
    }

    /// For tests of adjustable length, see [`crate::amount`].
    pub fn long(self) -> Self {
        self.each(|test| test.has_long = true)
    }

    /// Joins two groups.
    pub fn and(mut self, others: Tests) -> Self {
        self.0.extend(others.0);
        self
    }
}

/// A test of this module.
macro_rules! test {
    ($name:expr, $body:expr) => {
        $crate::runner::test::Test::new(module_path!(), $name, $body)
    };
}

/// The tests of these functions of this module; `BOARD.with => ...`
/// and `with_it => ...` call them with a board.
macro_rules! tests {
    ($kind:ident.$with:ident => $($function:ident),* $(,)?) => {
        $crate::runner::test::Tests(vec![$(test!(stringify!($function), || $kind.$with($function))),*]).on(&$kind)
    };
    ($with:ident => $($function:ident),* $(,)?) => {
        $crate::runner::test::Tests(vec![$(test!(stringify!($function), || $with($function))),*])
    };
    ($($function:ident),* $(,)?) => {
        $crate::runner::test::Tests(vec![$(test!(stringify!($function), $function)),*])
    };
}
