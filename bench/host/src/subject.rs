// SPDX-License-Identifier: GPL-2.0

//! The subjects of the measurements: the driver, and the baselines.

use morse_board::driver::SETTINGS;
use morse_board::{quote, Board};
use serde::{Deserialize, Serialize};

use crate::Result;

/// The LED of the kernel's own triggers.
const LED: &str = "/sys/class/leds/bench";
/// The line of it, of the first GPIO controller.
const LED_LINE: u32 = 3;
/// The line of the device's lamp.
const LAMP_LINE: u32 = 0;
const US_PER_MS: u64 = 1000;

/// One of those that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The driver.
    Morse,
    /// The same in plain C, with absolute deadlines: the rival.
    MorseC,
    /// The flasher of a driver course.
    Msleep,
    /// The kernel's `ledtrig-pattern`, on the timer wheel.
    Pattern,
    /// The same on high-resolution timers.
    HrPattern,
    /// The kernel's `ledtrig-timer`, which can send dots only.
    TimerTrigger,
}

impl Subject {
    /// All of them, the driver first and its rival second.
    pub const ALL: [Subject; 6] = [
        Subject::Morse,
        Subject::MorseC,
        Subject::Msleep,
        Subject::Pattern,
        Subject::HrPattern,
        Subject::TimerTrigger,
    ];

    /// Its name in tables and drawings.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Morse => "morse",
            Subject::MorseC => "morse_c",
            Subject::Msleep => "msleep",
            Subject::Pattern => "ledtrig-pattern",
            Subject::HrPattern => "ledtrig-pattern hr",
            Subject::TimerTrigger => "ledtrig-timer",
        }
    }

    /// The module of those that make `/dev/morse`.
    pub fn module(self) -> Option<&'static str> {
        match self {
            Subject::Morse => Some("morse"),
            Subject::MorseC => Some("morse_c"),
            Subject::Msleep => Some("morse_msleep"),
            _ => None,
        }
    }

    /// The line that it keys, of the first GPIO controller.
    pub fn line(self) -> u32 {
        match self.module() {
            Some(_) => LAMP_LINE,
            None => LED_LINE,
        }
    }

    /// Whether it can have units of such a length.
    pub fn can_have(self, unit_us: u64) -> bool {
        self.module().is_some() || unit_us % US_PER_MS == 0
    }

    /// Loads it.
    pub fn load(self, board: &mut Board) -> Result {
        match self.module() {
            Some(module) => board.run(&format!("insmod {module}.ko"))?,
            None => board
                .run("modprobe leds-gpio && modprobe ledtrig-pattern && modprobe ledtrig-timer")?,
        };
        Ok(())
    }

    /// Unloads it.
    pub fn unload(self, board: &mut Board) -> Result {
        match self.module() {
            Some(module) => board.run(&format!("rmmod {module}"))?,
            None => board.run("rmmod ledtrig-pattern ledtrig-timer leds-gpio")?,
        };
        Ok(())
    }

    /// The command that makes it ready to send at that speed.
    pub fn prepare(self, unit_us: u64, words: usize) -> String {
        let ms = unit_us / US_PER_MS;
        match self {
            Subject::Morse | Subject::MorseC => {
                format!("echo {unit_us} > {SETTINGS}/unit_us")
            }
            Subject::Msleep => {
                format!("echo {unit_us} > /sys/module/morse_msleep/parameters/unit_us")
            }
            Subject::Pattern | Subject::HrPattern => {
                format!("echo pattern > {LED}/trigger && echo {words} > {LED}/repeat")
            }
            // It blinks as soon as it knows both.
            Subject::TimerTrigger => {
                format!("echo timer > {LED}/trigger && echo {ms} > {LED}/delay_on")
            }
        }
    }

    /// The command that begins to send a word so often.
    pub fn send(self, word: &crate::keying::Word, unit_us: u64, words: usize) -> String {
        let ms = unit_us / US_PER_MS;
        match self {
            Subject::Morse | Subject::MorseC | Subject::Msleep => {
                let text = vec![word.text; words].join(" ");
                format!("{} > /dev/morse", quote::echo(&text))
            }
            Subject::Pattern => format!("echo '{}' > {LED}/pattern", word.pattern(ms)),
            Subject::HrPattern => format!("echo '{}' > {LED}/hr_pattern", word.pattern(ms)),
            Subject::TimerTrigger => format!("echo {ms} > {LED}/delay_off"),
        }
    }

    /// Returns the command that ends keying that would go on.
    pub fn end(self) -> String {
        match self.module() {
            Some(_) => "true".to_owned(),
            None => format!("echo none > {LED}/trigger"),
        }
    }
}
