// SPDX-License-Identifier: GPL-2.0

//! How the board is put to sleep.

use std::thread;
use std::time::Duration;

use morse_board::{Board, Result};

/// How long the board sleeps for the kernel's own test.
const TEST: Duration = Duration::from_secs(1);
/// Delay of the alarm. An alarm before the board is asleep would not wake it.
const ALARM: Duration = Duration::from_secs(3);

/// How the board sleeps.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// All devices are suspended, but the processors run: the kernel's own test of drivers.
    Devices,
    /// Suspend to idle, until the clock's alarm.
    Alarm,
    /// Hibernation up to the image, for as long as that takes. There is no swap to write it to.
    Hibernation,
}

impl Way {
    /// The shortest darkness of the lamp, on a quiet host.
    pub fn dark(self) -> Duration {
        match self {
            // Longer than the space between two letters.
            Way::Devices | Way::Alarm => Duration::from_millis(850),
            // Longer than the space within one.
            Way::Hibernation => Duration::from_millis(300),
        }
    }

    /// The command that returns when the board is awake again.
    pub fn command(self) -> String {
        match self {
            Way::Devices => format!(
                "echo {} > /sys/module/suspend/parameters/pm_test_delay; \
                 echo devices > /sys/power/pm_test; echo freeze > /sys/power/state",
                TEST.as_secs()
            ),
            Way::Alarm => sleep_until_alarm(ALARM),
            Way::Hibernation => {
                "echo none > /sys/power/pm_test; ! echo disk > /sys/power/state".to_owned()
            }
        }
    }
}

/// The command that sleeps until the clock's alarm, or until something else wakes the board.
pub fn sleep_until_alarm(alarm: Duration) -> String {
    format!(
        "echo none > /sys/power/pm_test; echo 0 > /sys/class/rtc/rtc0/wakealarm; \
         echo +{} > /sys/class/rtc/rtc0/wakealarm; echo freeze > /sys/power/state",
        alarm.as_secs()
    )
}

/// Begins `command`, and returns at once.
pub fn begin(board: &mut Board, command: &str) -> Result<()> {
    board.run(&format!(
        "rm -f /tmp/slept; setsid sh -c '{command}; echo $? > /tmp/slept' > /dev/null 2>&1 &"
    ))?;
    Ok(())
}

/// Waits until the command has ended. Not to be called while the board sleeps, as its serial port loses
/// bytes meanwhile.
pub fn is_awake(board: &mut Board) -> Result<()> {
    board.run("while ! [ -s /tmp/slept ]; do usleep 20000; done; exit $(cat /tmp/slept)")?;
    Ok(())
}

/// Lets the host's time pass.
pub fn pass(time: Duration) {
    thread::sleep(time);
}
