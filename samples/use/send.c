// SPDX-License-Identifier: GPL-2.0
/*
 * Sends its arguments in Morse, and returns when they are sent.
 *
 * The ioctls are in include/uapi, so it is compiled with -Iinclude/uapi.
 *
 * A program with something else to do would put the file into its own event
 * loop; here the loop waits for nothing but room in the driver's queue.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/morse.h>

static void fail(const char *call)
{
	fprintf(stderr, "%s: %s\n", call, strerror(errno));
	exit(1);
}

static void send_text(int morse, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t count = write(morse, text, left);

		if (count > 0) {
			/*
			 * write(2) may take a part: it stops at a full fifo, and
			 * before a character that has no code. The write that
			 * begins with that character fails with EINVAL.
			 */
			text += count;
			left -= count;
		} else if (errno == EAGAIN) {
			struct pollfd room = { .fd = morse, .events = POLLOUT };

			if (poll(&room, 1, -1) < 0)
				fail("poll");
		} else {
			fail(text);
		}
	}
}

int main(int argc, char **argv)
{
	struct morse_status status;
	int morse, i;

	morse = open("/dev/morse", O_WRONLY | O_NONBLOCK);
	if (morse < 0)
		fail("/dev/morse");

	for (i = 1; i < argc; i++) {
		send_text(morse, argv[i]);
		send_text(morse, " ");
	}

	if (ioctl(morse, MORSE_IOC_GET_STATUS, &status) < 0)
		fail("MORSE_IOC_GET_STATUS");
	printf("%u characters queued, %g ms a unit\n", status.queued,
	       status.unit_us / 1000.0);

	/* Until the lamp has gone dark. */
	if (fsync(morse) < 0)
		fail("fsync");
	puts("sent");
	return 0;
}
