// SPDX-License-Identifier: GPL-2.0
/*
 * Reads keying with the adaptive receiver of libcw (unixcw), to compare with.
 *
 * Each line of the input has the lengths of marks and spaces in us, in turns,
 * beginning with a mark. Each line of the output is the text; '*' is a code that
 * means nothing. The last line, to standard error, is the mean time of an edge in
 * ns.
 */
#include <errno.h>
#include <libcw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#define US_PER_S 1000000L

/* The speed that it begins with; it adapts from there. */
#define WPM 20

static long long edges;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct timeval at_us(long long us)
{
	return (struct timeval){ us / US_PER_S, us % US_PER_S };
}

/* Prints the letter before now, if the space was long enough, and the space after a word. */
static void poll_letter(long long now_us)
{
	struct timeval now = at_us(now_us);
	bool ends_word = false;
	bool is_wrong = false;
	char letter;

	errno = 0;
	if (cw_receive_character(&now, &letter, &ends_word, &is_wrong)) {
		putchar(is_wrong ? '*' : letter);
	} else if (errno == ENOENT) {
		char representation[64];

		putchar('*');
		if (!cw_receive_representation(&now, representation, &ends_word, &is_wrong))
			ends_word = false;
	} else if (errno == EAGAIN || errno == ERANGE) {
		/* The letter goes on. */
		return;
	}
	if (ends_word)
		putchar(' ');
	cw_clear_receive_buffer();
}

static void receive(char *line)
{
	/* Not 0, which libcw takes for the time of day. */
	long long now_us = US_PER_S;
	bool is_mark = true;
	char *end;

	cw_reset_send_receive_parameters();
	cw_reset_receive();
	cw_clear_receive_buffer();
	cw_set_receive_speed(WPM);
	cw_enable_adaptive_receive();
	for (;; is_mark = !is_mark) {
		long length_us = strtol(line, &end, 10);
		struct timeval now = at_us(now_us);

		if (end == line)
			break;
		line = end;
		if (is_mark)
			cw_start_receive_tone(&now);
		else
			cw_end_receive_tone(&now);
		edges++;
		now_us += length_us;
		if (!is_mark)
			poll_letter(now_us);
	}
	if (!is_mark) {
		struct timeval now = at_us(now_us);

		cw_end_receive_tone(&now);
		poll_letter(now_us + 2 * US_PER_S);
	}
	putchar('\n');
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	long long spent_ns = 0;

	if (!cw_generator_new(CW_AUDIO_NULL, NULL)) {
		fputs("receive: libcw does not start\n", stderr);
		return EXIT_FAILURE;
	}
	while (getline(&line, &size, stdin) > 0) {
		long long began_ns = now_ns();

		receive(line);
		spent_ns += now_ns() - began_ns;
	}
	fprintf(stderr, "%lld\n", edges ? spent_ns / edges : 0);
	free(line);
	cw_generator_delete();
	return EXIT_SUCCESS;
}
