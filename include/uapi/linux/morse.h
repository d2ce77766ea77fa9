/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ioctls of /dev/morse
 *
 * All types have a fixed width and the same layout for 32- and 64-bit callers.
 * The requests are an enum, not macros, so that bindgen can read them.
 */
#ifndef _UAPI_LINUX_MORSE_H
#define _UAPI_LINUX_MORSE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * enum morse_state - what the transmitter does
 * @MORSE_IDLE: nothing is queued and the lamp is dark
 * @MORSE_SENDING: characters are queued or being sent
 */
enum morse_state {
	MORSE_IDLE = 0,
	MORSE_SENDING = 1,
};

/**
 * struct morse_status - the transmitter at one moment
 * @sent: characters sent since the device appeared
 * @queued: characters that wait, with the one being sent
 * @room: characters that a write can add now without waiting
 * @unit_us: length of a dot at normal weight, in microseconds
 * @state: one of enum morse_state
 */
struct morse_status {
	__aligned_u64 sent;
	__u32 queued;
	__u32 room;
	__u32 unit_us;
	__u32 state;
};

/**
 * enum morse_ioctl - requests
 * @MORSE_IOC_ABORT: Give up what is queued and what is being sent. Returns when
 *	the lamp is dark. Text that another task writes meanwhile is not affected.
 *	EINTR if a signal came first; the abort holds nevertheless.
 * @MORSE_IOC_GET_STATUS: Get a struct morse_status.
 *
 * Every request fails with ENODEV once the device is gone, and with ENOTTY if
 * it is none of these.
 */
enum morse_ioctl {
	MORSE_IOC_ABORT = _IO(0xb9, 0x00),
	MORSE_IOC_GET_STATUS = _IOR(0xb9, 0x01, struct morse_status),
};

#endif /* _UAPI_LINUX_MORSE_H */
