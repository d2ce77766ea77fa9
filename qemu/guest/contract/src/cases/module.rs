// SPDX-License-Identifier: GPL-2.0

//! The module can be unloaded if, and only if, no file is open.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use morse_use::key::SIMULATED_KEY;
use nix::errno::Errno;
use nix::libc;

use crate::Result;
use morse_guest::device::{Device, NODE};
use morse_guest::driver::{self, Driver};

/// Bound for unloading on any kernel, shorter than any message here. `contract removal` measures it
/// exactly.
const LIMIT: Duration = Duration::from_secs(1);

super::cases![
    it_stays_while_a_file_is_open,
    it_stays_while_a_file_of_hardware_that_has_gone_is_open,
    it_goes_while_sending,
    it_goes_with_settings_and_beacon_set,
    it_goes_when_unbound,
    its_references_are_those_of_open_files,
];

fn it_stays_while_a_file_is_open() -> Result {
    let device = Device::open()?;
    device.write("SOS")?;
    // delete_module(2) says EWOULDBLOCK for a module in use, and rmmod "Resource temporarily
    // unavailable".
    assert_eq!(driver::unload("morse"), Err(Errno::EWOULDBLOCK));
    assert_eq!(device.write("SOS"), Ok(3), "nothing has happened");
    drop(device);
    let took = driver::unload("morse")?;
    assert!(took < LIMIT, "took {took:?}");
    assert!(!Path::new(NODE).exists());
    Ok(())
}

fn it_stays_while_a_file_of_hardware_that_has_gone_is_open() -> Result {
    let device = Device::open()?;
    driver::unbind()?;
    assert_eq!(driver::unload("morse"), Err(Errno::EWOULDBLOCK));
    assert_eq!(device.write("E"), Err(Errno::ENODEV));
    drop(device);
    driver::unload("morse")?;
    Ok(())
}

fn it_goes_while_sending() -> Result {
    Device::open()?.write("SOS".repeat(1000))?;
    let took = driver::unload("morse")?;
    assert!(took < LIMIT, "took {took:?}");
    Ok(())
}

fn it_goes_with_settings_and_beacon_set() -> Result {
    driver::set("wpm", "20")?;
    driver::set("beacon", "CQ")?;
    driver::set("beacon_interval_s", "1")?;
    driver::unload("morse")?;
    Driver::load()?;
    assert_eq!(driver::get("beacon")?, "");
    Ok(())
}

fn it_goes_when_unbound() -> Result {
    driver::unbind()?;
    driver::unload("morse")?;
    Driver::load()?;
    assert!(Path::new(NODE).exists());
    Ok(())
}

fn its_references_are_those_of_open_files() -> Result {
    fn references() -> Result<u32> {
        Ok(fs::read_to_string("/sys/module/morse/refcnt")?
            .trim()
            .parse()?)
    }
    assert_eq!(references()?, 0);
    let device = Device::open()?;
    assert_eq!(references()?, 1);
    let other = Device::open_nonblock()?;
    assert_eq!(references()?, 2);
    drop(other);
    // A duplicate is the same open file, also in another process; the last close releases the reference.
    let duplicate = device.file().try_clone()?;
    let mut child = Command::new("sleep").arg("1000").stdin(duplicate).spawn()?;
    assert_eq!(references()?, 1);
    drop(device);
    assert_eq!(references()?, 1);
    assert_eq!(driver::unload("morse"), Err(Errno::EWOULDBLOCK));
    child.kill()?;
    child.wait()?;
    assert_eq!(references()?, 0);
    // The simulated key's file belongs to the driver; an attribute's file belongs to the kernel.
    let key = OpenOptions::new().write(true).open(SIMULATED_KEY)?;
    assert_eq!(references()?, 1);
    assert_eq!(driver::unload("morse"), Err(Errno::EWOULDBLOCK));
    drop(key);
    let mut attribute = File::open(driver::setting("wpm"))?;
    assert_eq!(references()?, 0);
    driver::unload("morse")?;
    let told = attribute
        .read(&mut [0; 16])
        .map_err(|error| error.raw_os_error());
    assert_eq!(told, Err(Some(libc::ENODEV)));
    Ok(())
}
