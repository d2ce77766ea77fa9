// SPDX-License-Identifier: GPL-2.0

//! The driver as a whole: its module, its binding to the hardware, its settings.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::kmod::{delete_module, finit_module, DeleteModuleFlags, ModuleInitFlags};

use crate::device::{self, Device};
use crate::{settings, wait_until, Result};

const SETTINGS: &str = "/sys/class/misc/morse";
const PLATFORM_DRIVER: &str = "/sys/bus/platform/drivers/morse";
/// How long the kernel's devtmpfs thread, udev's stand-in here, may take to make a node.
const NODE_LIMIT: Duration = Duration::from_secs(2);

/// The driver's module.
pub struct Driver;

impl Driver {
    /// Loads the module unless it is loaded.
    pub fn load() -> Result {
        if Path::new("/sys/module/morse").exists() {
            return Ok(());
        }
        load("morse")
    }

    /// Unloads and loads the module, so that nothing has been received yet.
    pub fn reload() -> Result {
        Self::unload()?;
        Self::load()
    }

    /// Unloads the module if it is loaded.
    pub fn unload() -> Result {
        if Path::new("/sys/module/morse").exists() {
            unload("morse")?;
        }
        Ok(())
    }
}

/// Where the guest has the modules under test: the home directory of its user.
const HOME: &str = "/root";

/// Loads a module from the home directory.
pub fn load(name: &str) -> Result {
    let file = File::open(Path::new(HOME).join(format!("{name}.ko")))?;
    finit_module(&file, c"", ModuleInitFlags::empty())
        .map_err(|errno| format!("loading {name}: {errno}"))?;
    Ok(())
}

/// Unloads a module, and returns how long that took.
pub fn unload(name: &str) -> std::result::Result<Duration, Errno> {
    let name = std::ffi::CString::new(name).map_err(|_| Errno::EINVAL)?;
    let start = Instant::now();
    delete_module(&name, DeleteModuleFlags::O_NONBLOCK)?;
    Ok(start.elapsed())
}

/// Restores all settings and makes the device idle.
pub fn reset() -> Result {
    if !Path::new(device::NODE).exists() {
        bind()?;
    }
    for (name, value) in settings::defaults() {
        set(name, value).map_err(|error| format!("{name}: {error}"))?;
    }
    Device::open()?.abort()?;
    Ok(())
}

/// The path of a setting.
pub fn setting(name: &str) -> PathBuf {
    Path::new(SETTINGS).join(name)
}

/// Writes a setting.
pub fn set(name: &str, value: &str) -> io::Result<()> {
    fs::write(setting(name), format!("{value}\n"))
}

/// Reads a setting.
pub fn get(name: &str) -> io::Result<String> {
    let text = fs::read_to_string(setting(name))?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

/// Reads a counter, or a setting that is a number.
pub fn number(name: &str) -> Result<u64> {
    Ok(get(name)
        .map_err(|error| format!("{name}: {error}"))?
        .parse()?)
}

/// The name of the platform device that `/dev/morse` belongs to.
fn platform_device() -> Result<String> {
    let path = fs::canonicalize(Path::new(SETTINGS).join("device"))?;
    let name = path.file_name().ok_or("a device without a name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Unbinds the driver; returns the platform device's name and how long the unbinding took.
pub fn unbind() -> Result<(String, Duration)> {
    let device = platform_device()?;
    let start = Instant::now();
    fs::write(Path::new(PLATFORM_DRIVER).join("unbind"), &device)?;
    Ok((device, start.elapsed()))
}

/// Binds the platform device with this name again.
pub fn rebind(device: &str) -> Result {
    fs::write(Path::new(PLATFORM_DRIVER).join("bind"), device)?;
    wait_for_node(true)
}

/// Binds the first device that the device tree describes.
pub fn bind() -> Result {
    rebind("morse")
}

/// Waits until the node is there, or is not.
pub fn wait_for_node(there: bool) -> Result {
    wait_for(Path::new(device::NODE), there)
}

/// Waits until a file is there, or is not.
pub fn wait_for(path: &Path, there: bool) -> Result {
    let event = format!("{} comes or goes", path.display());
    wait_until(NODE_LIMIT, &event, || Ok(path.exists() == there))
}
