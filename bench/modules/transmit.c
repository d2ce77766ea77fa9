// SPDX-License-Identifier: GPL-2.0
/*
 * The transmit side: a fifo of letters, and a work item that sleeps to the
 * absolute time of each edge.
 */

#include <linux/ctype.h>
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "code.h"
#include "morse_c.h"

static void show(struct morse *m, bool lit)
{
	if (m->led)
		gpiod_set_value_cansleep(m->led, lit);
	led_trigger_event(&m->tx.trigger, lit ? LED_FULL : LED_OFF);
}

/* Sleeps until then; false if the letter is to be given up. */
static bool sleep_until(struct transmitter *tx, ktime_t then)
{
	DEFINE_WAIT(wait);
	bool go_on;

	for (;;) {
		prepare_to_wait(&tx->bell, &wait, TASK_IDLE);
		go_on = !READ_ONCE(tx->stopped) && !READ_ONCE(tx->aborted);
		if (!go_on || ktime_compare(ktime_get(), then) >= 0)
			break;
		schedule_hrtimeout_range(&then, 0, HRTIMER_MODE_ABS);
	}
	finish_wait(&tx->bell, &wait);
	return go_on;
}

/* Sends the elements of a letter from then on; returns when its last mark ended. */
static ktime_t key_letter(struct morse *m, u8 code, ktime_t then)
{
	struct transmitter *tx = &m->tx;
	u64 unit_ns = (u64)READ_ONCE(tx->unit_us) * NSEC_PER_USEC;
	int bit;

	for (bit = fls(code) - 2; bit >= 0; bit--) {
		show(m, true);
		then = ktime_add_ns(then, unit_ns * (code & BIT(bit) ? DASH_UNITS : DOT_UNITS));
		if (!sleep_until(tx, then))
			return ktime_get();
		show(m, false);
		if (bit == 0)
			break;
		then = ktime_add_ns(then, unit_ns * ELEMENT_GAP_UNITS);
		if (!sleep_until(tx, then))
			return ktime_get();
	}
	return then;
}

static bool take(struct transmitter *tx, struct symbol *symbol)
{
	bool was_full;

	mutex_lock(&tx->lock);
	was_full = kfifo_is_full(&tx->symbols);
	tx->keying = kfifo_get(&tx->symbols, symbol);
	mutex_unlock(&tx->lock);
	if (was_full)
		wake_up_all(&tx->changed);
	return tx->keying;
}

static void finish(struct transmitter *tx)
{
	mutex_lock(&tx->lock);
	tx->keying = false;
	tx->done++;
	WRITE_ONCE(tx->aborted, false);
	mutex_unlock(&tx->lock);
	wake_up_all(&tx->changed);
}

static void keyer(struct work_struct *work)
{
	struct morse *m = container_of(work, struct morse, tx.keyer);
	struct transmitter *tx = &m->tx;
	u64 sent = tx->sent;
	struct symbol symbol;

	while (!READ_ONCE(tx->stopped) && take(tx, &symbol)) {
		u64 gap_ns = (u64)READ_ONCE(tx->unit_us) * symbol.gap_units * NSEC_PER_USEC;
		ktime_t then = ktime_add_ns(tx->dark_since, gap_ns);
		ktime_t now = ktime_get();

		if (ktime_before(then, now))
			then = now;
		if (sleep_until(tx, then)) {
			then = key_letter(m, symbol.code, then);
			tx->sent++;
		}
		show(m, false);
		tx->dark_since = then;
		finish(tx);
	}
	dev_info(m->dev, "sent %llu characters\n", tx->sent - sent);
}

/* Takes as many bytes as there is room for; returns their number. */
static size_t put(struct transmitter *tx, const char *text, size_t count, int *error)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct symbol symbol = {
			.code = morse_encode(text[i]),
			.gap_units = tx->gap_units,
		};

		if (isspace(text[i])) {
			tx->gap_units = WORD_GAP_UNITS;
			continue;
		}
		if (!symbol.code) {
			*error = -EINVAL;
			break;
		}
		if (!kfifo_put(&tx->symbols, symbol))
			break;
		tx->gap_units = LETTER_GAP_UNITS;
		tx->accepted++;
	}
	return i;
}

ssize_t transmit_write(struct morse *m, const char __user *buf, size_t count,
		       bool nonblock)
{
	struct transmitter *tx = &m->tx;
	size_t done = 0;
	int error = 0;

	if (nonblock ? !mutex_trylock(&tx->turn) : mutex_lock_interruptible(&tx->turn))
		return nonblock ? -EAGAIN : -ERESTARTSYS;
	while (done < count && !error) {
		char chunk[CHUNK];
		size_t length = min(count - done, sizeof(chunk));
		size_t taken;

		if (copy_from_user(chunk, buf + done, length)) {
			error = -EFAULT;
			break;
		}
		mutex_lock(&tx->lock);
		taken = m->gone ? 0 : put(tx, chunk, length, &error);
		mutex_unlock(&tx->lock);
		if (m->gone)
			error = -ENODEV;
		else
			queue_work(m->queue, &tx->keyer);
		done += taken;
		if (taken == length || error)
			continue;
		if (nonblock)
			error = -EAGAIN;
		else if (wait_event_interruptible(tx->changed, m->gone ||
						  !kfifo_is_full(&tx->symbols)))
			error = -ERESTARTSYS;
	}
	mutex_unlock(&tx->turn);
	return done ?: error;
}

static int wait_done(struct morse *m, u64 end)
{
	struct transmitter *tx = &m->tx;

	if (wait_event_interruptible(tx->changed, m->gone || READ_ONCE(tx->done) >= end))
		return -ERESTARTSYS;
	return m->gone ? -ENODEV : 0;
}

int transmit_drain(struct morse *m)
{
	return wait_done(m, READ_ONCE(m->tx.accepted));
}

int transmit_abort(struct morse *m)
{
	struct transmitter *tx = &m->tx;
	u64 end;

	mutex_lock(&tx->lock);
	tx->done += kfifo_len(&tx->symbols);
	kfifo_reset(&tx->symbols);
	WRITE_ONCE(tx->aborted, tx->keying);
	end = tx->accepted;
	mutex_unlock(&tx->lock);
	wake_up_all(&tx->bell);
	wake_up_all(&tx->changed);
	return wait_done(m, end);
}

__poll_t transmit_poll(struct morse *m, struct file *file, poll_table *wait)
{
	poll_wait(file, &m->tx.changed, wait);
	if (m->gone)
		return EPOLLHUP | EPOLLERR;
	return kfifo_is_full(&m->tx.symbols) ? 0 : EPOLLOUT | EPOLLWRNORM;
}

void transmit_status(struct morse *m, struct morse_status *status)
{
	struct transmitter *tx = &m->tx;

	mutex_lock(&tx->lock);
	*status = (struct morse_status) {
		.sent = tx->sent,
		.queued = tx->accepted - tx->done,
		.room = kfifo_avail(&tx->symbols),
		.unit_us = tx->unit_us,
		.state = tx->accepted > tx->done ? MORSE_SENDING : MORSE_IDLE,
	};
	mutex_unlock(&tx->lock);
}

int transmit_init(struct morse *m)
{
	struct transmitter *tx = &m->tx;

	mutex_init(&tx->lock);
	mutex_init(&tx->turn);
	INIT_KFIFO(tx->symbols);
	init_waitqueue_head(&tx->changed);
	init_waitqueue_head(&tx->bell);
	INIT_WORK(&tx->keyer, keyer);
	tx->unit_us = UNIT_DEFAULT_US;
	tx->gap_units = WORD_GAP_UNITS;
	tx->trigger.name = "morse";
	return led_trigger_register(&tx->trigger);
}

void transmit_exit(struct morse *m)
{
	WRITE_ONCE(m->tx.stopped, true);
	wake_up_all(&m->tx.bell);
	cancel_work_sync(&m->tx.keyer);
	show(m, false);
	led_trigger_unregister(&m->tx.trigger);
}
