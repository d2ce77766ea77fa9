// SPDX-License-Identifier: GPL-2.0

//! Under which circumstances something is measured.

use std::fmt;

use morse_board::Time;
use serde::{Deserialize, Serialize};

/// The guest's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// An instruction takes 1 ns: exact, and the same in every run.
    Virtual,
    /// The host's: with all that the host has to do meanwhile.
    Real,
}

/// Other load of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Load {
    /// No other programs.
    Idle,
    /// All processors are busy, files are written, and memory is short.
    Busy,
}

/// The circumstances of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Virtual or real time.
    pub clock: Clock,
    /// The number of processors of the guest.
    pub cpus: u32,
    /// Programs beside the measured one.
    pub load: Load,
}

impl Setting {
    /// Every instruction counts, and nothing else does.
    pub const VIRTUAL: Setting = Setting {
        clock: Clock::Virtual,
        cpus: 1,
        load: Load::Idle,
    };
    /// As a user has it.
    pub const REAL: Setting = Setting {
        clock: Clock::Real,
        cpus: 2,
        load: Load::Idle,
    };
    /// Real time with other load, as in everyday use.
    pub const BUSY: Setting = Setting {
        clock: Clock::Real,
        cpus: 2,
        load: Load::Busy,
    };

    /// The board's name of the clock.
    pub fn time(self) -> Time {
        match self.clock {
            Clock::Virtual => Time::Virtual,
            Clock::Real => Time::Real,
        }
    }

    /// Whether every run gives the same.
    pub fn is_exact(self) -> bool {
        self.clock == Clock::Virtual
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = match self.clock {
            Clock::Virtual => "virtual time",
            Clock::Real => "real time",
        };
        let load = match self.load {
            Load::Idle => "",
            Load::Busy => ", busy",
        };
        let cpus = match self.cpus {
            1 => String::new(),
            cpus => format!(", {cpus} CPUs"),
        };
        write!(f, "{clock}{cpus}{load}")
    }
}
