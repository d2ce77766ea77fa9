// SPDX-License-Identifier: GPL-2.0

//! The program of `samples/use` that receives.

use morse_board::driver::{keying, UNIT_AT_1_WPM_US};
use morse_board::{Board, Result};

use super::fixture::with_bh;
use crate::boards::KEYLESS;
use crate::fixture::long;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_bh =>
        what_is_keyed_is_printed_until_nothing_comes,
        the_device_goes_while_it_is_read,
    ]
    .on(&KEYLESS)
}

fn what_is_keyed_is_printed_until_nothing_comes(board: &mut Board) -> Result<()> {
    let key = keying("CQ DE MORSE", UNIT_AT_1_WPM_US / 20);
    let text = long(
        board,
        &format!("morse-receive 8 > /tmp/text & {key} && wait $! && cat /tmp/text"),
    )?;
    assert_eq!(text, "CQ DE MORSE \n");
    Ok(())
}

fn the_device_goes_while_it_is_read(board: &mut Board) -> Result<()> {
    // The module stays until the program lets go of the device.
    let text = long(
        board,
        "cd /sys/bus/platform/drivers/morse && device=$(ls -d morse* | head -n 1) && \
         { morse-receive > /tmp/text 2>&1 & } && sleep 1 && echo $device > unbind && \
         wait; cat /tmp/text; echo $device > bind",
    )?;
    assert!(text.contains("No such device"), "{text}");
    Ok(())
}
