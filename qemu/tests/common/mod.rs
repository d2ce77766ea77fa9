// SPDX-License-Identifier: GPL-2.0

//! A board that the tests of a program share, one test at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use morse_board::{Board, Config, Options, Result, Time};

/// Held by the test that runs: boards beside each other would disturb each other's time.
static TURN: Mutex<()> = Mutex::new(());

/// A board that is booted when the first test wants it.
pub struct Shared {
    time: Time,
    cpus: u32,
    board: Mutex<Option<Board>>,
}

impl Shared {
    /// A board with so many processors that nobody has wanted yet.
    pub const fn new(time: Time, cpus: u32) -> Self {
        Shared {
            time,
            cpus,
            board: Mutex::new(None),
        }
    }

    /// Runs a test on it, and checks that it left no module and no complaint behind.
    ///
    /// # Panics
    ///
    /// When the test fails. The next one then has a fresh board.
    pub fn with(&self, test: impl FnOnce(&mut Board) -> Result<()>) {
        let _turn = lock(&TURN);
        let mut slot = lock(&self.board);
        // Taken out, so that a panic drops it.
        let mut board = slot.take().unwrap_or_else(|| self.boot());
        let result = test(&mut board)
            .and_then(|()| board.check_log())
            .and_then(|()| board.run("! lsmod | grep '^morse '"));
        if let Err(error) = result {
            panic!("{error}");
        }
        *slot = Some(board);
    }

    fn boot(&self) -> Board {
        let options = Options::new(self.time).cpus(self.cpus);
        Config::from_env()
            .and_then(|config| Board::boot(&config, options))
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that failed left nothing behind that the next one uses.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
