/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ioctls of /dev/morse
 *
 * All types have a fixed width and the same layout for 32- and 64-bit callers.
 */
#ifndef _UAPI_LINUX_MORSE_H
#define _UAPI_LINUX_MORSE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * enum morse_state - state of the transmitter
 * @MORSE_IDLE: nothing is queued or being sent
 * @MORSE_SENDING: characters are queued or being sent
 */
enum morse_state {
	MORSE_IDLE = 0,
	MORSE_SENDING = 1,
};

/**
 * struct morse_status - snapshot of the transmitter
 * @sent: characters sent since the device appeared
 * @queued: characters queued, including the one being sent
 * @room: characters that a write can add without waiting
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
 * enum morse_mode - content that a file reads
 * @MORSE_TEXT: decoded text, UTF-8; a space after each word, a line feed after
 *	each session. The mode of a newly opened file.
 * @MORSE_PULSES: marks and spaces, each as a struct morse_pulse once it has ended
 */
enum morse_mode {
	MORSE_TEXT = 0,
	MORSE_PULSES = 1,
};

/**
 * struct morse_pulse - a mark or space that was received, after debouncing
 * @duration_ns: duration, in nanoseconds
 * @mark: 1 if the key was down, 0 if it was up
 * @reserved: 0
 */
struct morse_pulse {
	__aligned_u64 duration_ns;
	__u32 mark;
	__u32 reserved;
};

/*
 * Requests. After the device has been removed, one that is otherwise valid fails
 * with ENODEV. Unknown requests fail with ENOTTY.
 */

/*
 * Drop all queued characters, and abort the one being sent. Returns when the
 * lamp is dark. Text that another task writes meanwhile is not affected. EINTR if
 * a signal or system sleep comes first, also with SA_RESTART; the abort still
 * takes effect, and is not restarted. EBADF if the file is not open for writing.
 */
#define MORSE_IOC_ABORT _IO(0xb9, 0x00)

/* Get the status. */
#define MORSE_IOC_GET_STATUS _IOR(0xb9, 0x01, struct morse_status)

/*
 * Set the mode of this file, from enum morse_mode. If the mode changes, the file,
 * including a waiting read(2), reads content received from then on. EINVAL if
 * there is no such mode. In the mode MORSE_PULSES, read(2) returns whole
 * structures, and EINVAL if the buffer is too small for one.
 */
#define MORSE_IOC_SET_MODE _IOW(0xb9, 0x02, __u32)

/*
 * Get the amount of content that this file lost since its mode was set, because
 * it was read too slowly: bytes of text, or pulses.
 */
#define MORSE_IOC_GET_LOST _IOR(0xb9, 0x03, __u64)

#endif /* _UAPI_LINUX_MORSE_H */
