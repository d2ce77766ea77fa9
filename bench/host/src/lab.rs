// SPDX-License-Identifier: GPL-2.0

//! Boards to measure on.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use morse_board::driver::WITHOUT_KEY;
use morse_board::{Board, Config, Options};

use crate::setting::{Load, Setting};
use crate::Result;

/// Directory of the baselines, as `scripts/bench` built them.
pub const BASELINES: &str = "MORSE_BENCH_MODULES";

/// The guest's clock counts nanoseconds, so that in virtual time it counts instructions.
const COUNTER_HZ: u64 = 1_000_000_000;

/// An LED of the LED class, for the triggers of the kernel.
const LED: &str = "
/ {
	leds {
		compatible = \"gpio-leds\";
		led-0 {
			label = \"bench\";
			gpios = <&{/pl061@9030000} 3 0>;
		};
	};
};
";

/// Keeps every processor and the page cache busy, and takes all memory but the last 32 MiB.
const BUSY: &str = "
mount -o remount,size=95% /tmp
for i in 1 2; do (while :; do :; done) > /dev/null 2>&1 & done
(while :; do dd if=/dev/zero of=/tmp/io bs=64k count=64; sync; done) > /dev/null 2>&1 &
free=$(awk '/MemAvailable/ { print int($2 / 1024) - 32 }' /proc/meminfo)
[ $free -lt 1 ] || dd if=/dev/zero of=/tmp/fill bs=1M count=$free 2> /dev/null
sleep 1
";

/// How long a command may take, on the host's clock.
pub const LONG: Duration = Duration::from_secs(600);

/// The kind of the device's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A GPIO line, pressed from outside.
    Wired,
    /// A file of debugfs, pressed from inside.
    Simulated,
}

/// Boots boards.
#[derive(Debug)]
pub struct Lab {
    /// The kernel and the driver.
    pub config: Config,
    baselines: PathBuf,
}

impl Lab {
    /// Finds kernel, driver and baselines by the environment.
    pub fn from_env() -> Result<Lab> {
        let config = Config::from_env()?;
        let baselines =
            env::var_os(BASELINES).ok_or("MORSE_BENCH_MODULES is not set; run make bench")?;
        Ok(Lab {
            config,
            baselines: baselines.into(),
        })
    }

    /// The file of a module under test, the driver's or a baseline's.
    pub fn module(&self, name: &str) -> PathBuf {
        let file = format!("{name}.ko");
        let own = self.config.module_dir.join(&file);
        match own.is_file() {
            true => own,
            false => self.baselines.join(file),
        }
    }

    /// Boots a board.
    pub fn boot(&self, setting: Setting, key: Key) -> Result<Board> {
        let mut options = Options::new(setting.time())
            .cpus(setting.cpus)
            .counter_hz(COUNTER_HZ)
            .stock_module("ledtrig-pattern")
            .stock_module("ledtrig-timer")
            .device_tree(LED);
        if key == Key::Simulated {
            options = options.device_tree(WITHOUT_KEY);
        }
        for entry in fs::read_dir(&self.baselines)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "ko") {
                options = options.file(&format!("root/{}", file_name(&path)), fs::read(&path)?);
            }
        }
        let mut board = Board::boot(&self.config, options)?;
        if setting.load == Load::Busy {
            board.execute(BUSY, LONG)?.success("load")?;
        }
        Ok(board)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
