// SPDX-License-Identifier: GPL-2.0

//! The ioctl ABI of `include/uapi/linux/morse.h`, translated by bindgen.
//!
//! bindgen translates for the build machine. The assertions below verify sizes, offsets and requests for
//! callers of either word size on the target.

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
    /// The type (`_IOC_TYPE`) of the requests of this driver.
    const MAGIC: u32 = 0xb9;

    assert!(IOC_ABORT == _IO(MAGIC, 0));
    assert!(IOC_GET_STATUS == _IOR::<Status>(MAGIC, 1));
    assert!(IOC_SET_MODE == _IOW::<u32>(MAGIC, 2));
    assert!(IOC_GET_LOST == _IOR::<u64>(MAGIC, 3));
    // 8 + 4 * 4 bytes: no padding, which could differ between ABIs.
    assert!(size_of::<Status>() == 24);
    assert!(offset_of!(Status, queued) == 8);
    assert!(offset_of!(Status, state) == 20);
    // 8 + 2 * 4 bytes.
    assert!(size_of::<Pulse>() == 16);
    assert!(offset_of!(Pulse, mark) == 8);
    assert!(offset_of!(Pulse, reserved) == 12);
};

// SAFETY: The structure has no padding, as asserted above.
unsafe impl AsBytes for Status {}

// SAFETY: As above.
unsafe impl AsBytes for Pulse {}
