// SPDX-License-Identifier: GPL-2.0

//! Debian's udev loads an installed driver for a node of the device tree.

use morse_board::{Board, Result};

use crate::fixture::{boot_with_programs, lacks_wires, long};
use crate::runner::test::Tests;
use crate::runner::top;

/// The tests here.
pub fn tests() -> Tests {
    tests![the_driver_is_loaded_by_its_alias]
}

fn the_driver_is_loaded_by_its_alias() {
    if lacks_wires() {
        return;
    }
    let run = || -> Result<()> {
        let mut board = boot_with_programs("udev")?;
        install(&mut board)?;
        // As at each boot of a system with udev.
        long(
            &mut board,
            "/usr/lib/systemd/systemd-udevd --daemon && udevadm trigger --type=subsystems --action=add && \
             udevadm trigger --type=devices --action=add && udevadm settle",
        )?;
        assert_eq!(board.run("lsmod | grep -c '^morse '")?, "1\n");
        assert_eq!(
            board.run("stat -c '%a %U %G' /dev/morse")?,
            "660 root morse\n"
        );
        assert_eq!(
            board.run("stat -c '%a %G' /sys/class/misc/morse/wpm")?,
            "664 morse\n"
        );
        board.run("echo 60 > /sys/class/misc/morse/wpm; morse-send SOS")?;
        board.run("modprobe -r morse && udevadm settle && [ ! -e /dev/morse ]")?;
        board.run("udevadm control --exit")?;
        board.check_log()
    };
    run().unwrap_or_else(|error| panic!("{error}"));
}

/// Installs the module and the rule of the package.
fn install(board: &mut Board) -> Result<()> {
    let rule = std::fs::read_to_string(top().join("packaging/morse.rules")).expect("the rule");
    board.run(&format!(
        "cat > /usr/lib/udev/rules.d/60-morse.rules <<'END'\n{rule}END\n"
    ))?;
    board.run("printf 'root:x:0:0::/root:/bin/sh\\n' > /etc/passwd; printf 'root:x:0:\\nmorse:x:900:\\n' > /etc/group")?;
    board.run(
        "updates=/lib/modules/$(uname -r)/updates; mkdir -p $updates && mv morse.ko $updates/",
    )?;
    long(
        board,
        "ln -sfn /lib/modules /usr/lib/modules; /usr/sbin/depmod -a",
    )?;
    Ok(())
}
