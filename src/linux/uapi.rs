// SPDX-License-Identifier: GPL-2.0

//! The ioctl ABI: `include/uapi/linux/morse.h`, as bindgen reads it.
//!
//! bindgen runs for the build machine. The assertions below make sure that what it found is what
//! callers on the target machine, of either word size, use.

use core::mem::{
    offset_of,
    size_of, //
};
use kernel::{
    ioctl::{
        _IO,
        _IOR,
        _IOW, //
    },
    transmute::AsBytes, //
};

mod generated {
    //! Generated from the C header, in the style of C.
    #![allow(
        clippy::all,
        missing_docs,
        non_camel_case_types,
        unreachable_pub,
        dead_code
    )]

    include!(concat!(env!("MORSE_OBJ"), "/uapi.rs"));
}

pub use generated::{
    morse_pulse as Pulse,
    morse_status as Status,
    MORSE_IDLE as IDLE,
    MORSE_IOC_ABORT as IOC_ABORT,
    MORSE_IOC_GET_LOST as IOC_GET_LOST,
    MORSE_IOC_GET_STATUS as IOC_GET_STATUS,
    MORSE_IOC_SET_MODE as IOC_SET_MODE,
    MORSE_PULSES as PULSES,
    MORSE_SENDING as SENDING,
    MORSE_TEXT as TEXT, //
};

const _: () = {
    /// The number that the requests of this driver carry.
    const MAGIC: u32 = 0xb9;

    assert!(IOC_ABORT == _IO(MAGIC, 0));
    assert!(IOC_GET_STATUS == _IOR::<Status>(MAGIC, 1));
    assert!(IOC_SET_MODE == _IOW::<u32>(MAGIC, 2));
    assert!(IOC_GET_LOST == _IOR::<u64>(MAGIC, 3));
    // Eight bytes and four times four: no padding for any ABI to disagree on.
    assert!(size_of::<Status>() == 24);
    assert!(offset_of!(Status, queued) == 8);
    assert!(offset_of!(Status, state) == 20);
    // Eight bytes and two times four.
    assert!(size_of::<Pulse>() == 16);
    assert!(offset_of!(Pulse, mark) == 8);
    assert!(offset_of!(Pulse, reserved) == 12);
};

// SAFETY: The fields fill the structure without padding, as asserted above: 8 + 4 * 4 bytes.
unsafe impl AsBytes for Status {}

// SAFETY: As above: 8 + 2 * 4 bytes.
unsafe impl AsBytes for Pulse {}
