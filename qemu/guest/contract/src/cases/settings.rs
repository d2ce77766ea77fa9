// SPDX-License-Identifier: GPL-2.0

//! The sysfs files: valid values, refused values, and that a refused write leaves the old value.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;

use nix::libc;

use crate::lamp::Lamp;
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;
use morse_guest::kernel;
use morse_guest::settings::{self, Number, NUMBERS, READ_ONLY};

super::cases![
    every_file_is_there_with_its_mode_and_default,
    numbers_at_inside_and_beyond_their_bounds,
    what_is_no_number_is_refused,
    the_two_ways_to_say_the_speed,
    the_longest_unit,
    beacon_texts,
    read_only_files_cannot_be_written,
    state_and_counters,
    the_slowest_and_the_fastest_speed,
    settings_outlast_files_but_not_the_driver,
];

/// Writes a setting that must be refused, and checks that the old one stays.
fn refused(name: &str, value: &str) -> Result {
    let before = driver::get(name)?;
    let error = driver::set(name, value)
        .err()
        .and_then(|error| error.raw_os_error());
    assert_eq!(error, Some(libc::EINVAL), "{name}: {value:?}");
    assert_eq!(driver::get(name)?, before, "{name} after {value:?}");
    Ok(())
}

fn accepted(name: &str, value: &str) -> Result {
    driver::set(name, value).map_err(|error| format!("{name}: {value:?}: {error}"))?;
    assert_eq!(driver::get(name)?, value, "{name}");
    Ok(())
}

fn mode(name: &str) -> io::Result<u32> {
    Ok(fs::metadata(driver::setting(name))?.permissions().mode() & 0o777)
}

fn every_file_is_there_with_its_mode_and_default() -> Result {
    driver::Driver::unload()?;
    driver::Driver::load()?;
    for (name, default) in settings::defaults() {
        assert_eq!(driver::get(name)?, default, "{name}");
        assert_eq!(mode(name)?, 0o644, "{name}");
    }
    assert_eq!(mode(settings::ABORT)?, 0o200);
    for name in READ_ONLY {
        let value = if name == "state" { "idle" } else { "0" };
        assert_eq!(driver::get(name)?, value, "{name}");
        assert_eq!(mode(name)?, 0o444, "{name}");
    }
    // There is no file that these tests do not know.
    let known: Vec<&str> = settings::files().chain([settings::ABORT]).collect();
    for entry in fs::read_dir(driver::setting(""))? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| "a strange name")?;
        assert!(
            !entry.file_type()?.is_file() || known.contains(&name.as_str()),
            "{name} is not tested"
        );
    }
    Ok(())
}

fn numbers_at_inside_and_beyond_their_bounds() -> Result {
    for Number {
        name, least, most, ..
    } in NUMBERS
    {
        for value in [least, least + 1, (least + most) / 2, most - 1, most] {
            accepted(name, &value.to_string())?;
        }
        if let Some(below) = least.checked_sub(1) {
            refused(name, &below.to_string())?;
        }
        for beyond in [most + 1, most * 10, 1 << 31, 1 << 32, (1 << 32) + least] {
            refused(name, &beyond.to_string())?;
        }
        refused(name, "99999999999999999999999999")?;
    }
    Ok(())
}

fn what_is_no_number_is_refused() -> Result {
    for Number { name, most, .. } in NUMBERS {
        for value in [
            "",
            " ",
            "-1",
            "x",
            "0x20",
            "1.5",
            "1e2",
            &format!("{most} {most}"),
            &format!("{most}x"),
            &format!("{most}\n"),
            "\u{662}\u{662}",
        ] {
            refused(name, value)?;
        }
        let page = "1".repeat(4095);
        refused(name, &page)?;
    }
    // A newline at the end is the shell's, and may be missing.
    fs::write(driver::setting("wpm"), "25")?;
    assert_eq!(driver::get("wpm")?, "25");
    Ok(())
}

fn the_two_ways_to_say_the_speed() -> Result {
    for (wpm, unit_us) in [
        ("1", "1200000"),
        ("6", "200000"),
        ("7", "171429"),
        ("20", "60000"),
        ("1000", "1200"),
    ] {
        driver::set("wpm", wpm)?;
        assert_eq!(driver::get("unit_us")?, unit_us, "{wpm} WPM");
    }
    for (unit_us, wpm) in [
        ("120000000", "0"),
        ("2400001", "0"),
        ("2400000", "1"),
        ("1200000", "1"),
        ("171429", "7"),
        ("60000", "20"),
        ("59000", "20"),
        ("1200", "1000"),
    ] {
        driver::set("unit_us", unit_us)?;
        assert_eq!(driver::get("wpm")?, wpm, "{unit_us} us");
        assert_eq!(driver::get("unit_us")?, unit_us);
    }
    Ok(())
}

fn the_longest_unit() -> Result {
    const UNIT: Duration = Duration::from_secs(120);

    // The first letter of all need not keep a distance.
    driver::Driver::reload()?;
    driver::set("unit_us", "120000000")?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    device.write("E")?;
    assert_eq!(device.status()?.unit_us, 120_000_000);
    device.fsync()?;
    let edges = lamp.edges()?;
    let lasted = edges[1].at - edges[0].at;
    assert!(
        lasted.abs_diff(UNIT) < Duration::from_millis(1),
        "{lasted:?}"
    );
    Ok(())
}

fn beacon_texts() -> Result {
    accepted("beacon", "CQ DE MORSE <AR>")?;
    accepted("beacon", "é")?;
    accepted("beacon", &"E".repeat(1024))?;
    refused("beacon", &"E".repeat(1025))?;
    for text in ["~", "CQ ~", "<AR", "<>", "漢"] {
        refused("beacon", text)?;
    }
    let error = fs::write(driver::setting("beacon"), b"E\xff\n").err();
    assert_eq!(
        error.and_then(|error| error.raw_os_error()),
        Some(libc::EINVAL)
    );
    accepted("beacon", "")?;
    Ok(())
}

fn read_only_files_cannot_be_written() -> Result {
    for name in READ_ONLY {
        let error = driver::set(name, "1").err();
        let errno = error.and_then(|error| error.raw_os_error());
        assert_eq!(errno, Some(libc::EACCES), "{name}");
    }
    Ok(())
}

fn state_and_counters() -> Result {
    let number = |name: &str| -> Result<u64> { Ok(driver::get(name)?.parse()?) };
    driver::set("unit_us", "10000")?;
    let (sent, messages) = (number("sent")?, number("sent_messages")?);
    let device = Device::open()?;
    device.write("TTT")?;
    thread::sleep(Duration::from_millis(80));
    assert_eq!(driver::get("state")?, "sending");
    assert_eq!((number("queued")?, number("sent")?), (2, sent + 1));
    assert_eq!(number("sent_messages")?, messages);
    device.fsync()?;
    thread::sleep(Duration::from_millis(1));
    assert_eq!(driver::get("state")?, "idle");
    assert_eq!((number("queued")?, number("sent")?), (0, sent + 3));
    assert_eq!(number("sent_messages")?, messages + 1);

    device.write("TTT")?;
    thread::sleep(Duration::from_millis(80));
    device.abort()?;
    thread::sleep(Duration::from_millis(1));
    assert_eq!(
        number("sent_messages")?,
        messages + 1,
        "an aborted one does not count"
    );
    Ok(())
}

fn the_slowest_and_the_fastest_speed() -> Result {
    let bound = kernel::bound(Duration::from_micros(10));
    for (wpm, unit) in [
        ("1", Duration::from_millis(1200)),
        ("1000", Duration::from_micros(1200)),
    ] {
        driver::set("wpm", wpm)?;
        let lamp = Lamp::watch()?;
        let device = Device::open()?;
        device.write("A")?;
        device.fsync()?;
        let edges = lamp.edges()?;
        let lengths: Vec<Duration> = edges
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .collect();
        for (length, ideal) in lengths.iter().zip([unit, unit, 3 * unit]) {
            let error = length.abs_diff(ideal);
            assert!(error <= bound, "{length:?}, not {ideal:?}");
        }
        assert_eq!(lengths.len(), 3);
    }
    Ok(())
}

fn settings_outlast_files_but_not_the_driver() -> Result {
    driver::set("wpm", "33")?;
    drop(Device::open()?);
    assert_eq!(driver::get("wpm")?, "33");
    driver::Driver::unload()?;
    driver::Driver::load()?;
    Ok(())
}
