// SPDX-License-Identifier: GPL-2.0

//! Blinks the addresses of this machine, for one that has neither screen nor known address.
//!
//! ```text
//! morse-ip [SECONDS]        from the beginning of one sending to the next, 60 by default
//! ```
//!
//! The driver's beacon does the sending; the program sets it and ends. Started by systemd after
//! `network-online.target`, it needs no rights but those of the group morse.

use std::env;
use std::error::Error;
use std::fs;
use std::net::IpAddr;

use nix::ifaddrs::getifaddrs;

const SETTINGS: &str = "/sys/class/misc/morse";

fn main() -> Result<(), Box<dyn Error>> {
    let seconds: u32 = env::args().nth(1).as_deref().unwrap_or("60").parse()?;
    let addresses: Vec<String> = getifaddrs()?
        .filter_map(|interface| {
            let address = interface.address?;
            let v4 = address.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
            v4.or(address.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip())))
        })
        .filter(|address| !address.is_loopback() && !is_link_local(address))
        .map(|address| address.to_string())
        .collect();
    if addresses.is_empty() {
        return Err("this machine has no address but those of loopback and links".into());
    }
    let text = addresses.join(" ");
    fs::write(format!("{SETTINGS}/beacon"), &text)?;
    fs::write(format!("{SETTINGS}/beacon_interval_s"), seconds.to_string())?;
    println!("{text}");
    Ok(())
}

/// An address of this kind is of no use without the interface.
fn is_link_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
