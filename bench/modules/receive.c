// SPDX-License-Identifier: GPL-2.0
/*
 * The receive side. The interrupt leaves edges in a kfifo; a BH work item or a
 * tasklet debounces and decodes them; a work item wakes the readers; delayed
 * work ends letters, words and sessions.
 */

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "code.h"
#include "morse_c.h"

#define DEBOUNCE_DEFAULT_US	5000
#define SESSION_NS		(5LL * NSEC_PER_SEC)
#define STUCK_NS		(10LL * NSEC_PER_SEC)
#define NO_CODE			1

/* Between one and three units, and between three and seven. */
#define MARK_LIMIT_UNITS	2
#define LETTER_LIMIT_UNITS	2
#define WORD_LIMIT_UNITS	5
/* The weight of the estimated speed against a new mark. */
#define SPEED_WEIGHT		3

static char *softirq = "bh";
module_param(softirq, charp, 0444);
MODULE_PARM_DESC(softirq, "bh or tasklet");

/* The top half. */
void receive_edge(struct morse *m, ktime_t time, bool mark)
{
	struct receiver *rx = &m->rx;
	struct edge edge = { .time = time, .mark = mark };

	rx->interrupts++;
	if (!kfifo_put(&rx->edges, edge))
		WRITE_ONCE(rx->dropped, rx->dropped + 1);
	if (rx->bh_queue)
		queue_work(rx->bh_queue, &rx->bh);
	else
		tasklet_schedule(&rx->tasklet);
}

static void put_char(struct receiver *rx, char c)
{
	rx->text[rx->text_end++ & (TEXT_BYTES - 1)] = c;
}

static void end_letter(struct receiver *rx)
{
	put_char(rx, morse_decode(rx->code));
	rx->code = NO_CODE;
	rx->in_word = true;
	rx->characters++;
}

static void end_word(struct receiver *rx)
{
	put_char(rx, ' ');
	rx->in_word = false;
}

static void mark(struct receiver *rx, u64 ns)
{
	bool dash = ns > MARK_LIMIT_UNITS * rx->unit_ns;
	u64 unit_ns = dash ? div_u64(ns, DASH_UNITS) : ns;

	rx->unit_ns = div_u64(rx->unit_ns * SPEED_WEIGHT + unit_ns, SPEED_WEIGHT + 1);
	if (rx->code < 0x80)
		rx->code = rx->code << 1 | dash;
}

static void space(struct receiver *rx, u64 ns)
{
	if (rx->code != NO_CODE && ns > LETTER_LIMIT_UNITS * rx->unit_ns)
		end_letter(rx);
	if (rx->in_word && ns > WORD_LIMIT_UNITS * rx->unit_ns)
		end_word(rx);
}

/* The level of next has held, so that now has ended. */
static void accept(struct receiver *rx)
{
	struct morse_pulse *pulse = &rx->pulses[rx->pulses_end++ & (PULSES - 1)];
	u64 ns = ktime_to_ns(ktime_sub(rx->next.time, rx->now.time));

	*pulse = (struct morse_pulse) { .duration_ns = ns, .mark = rx->now.mark };
	if (rx->now.mark)
		mark(rx, ns);
	else
		space(rx, ns);
	rx->now = rx->next;
	rx->bouncing = false;
	rx->received++;
}

static bool settle(struct receiver *rx, ktime_t time)
{
	if (!rx->bouncing || ktime_us_delta(time, rx->next.time) < rx->debounce_us)
		return false;
	accept(rx);
	return true;
}

static bool take(struct receiver *rx, struct edge edge)
{
	bool news = settle(rx, edge.time);

	rx->last_edge = edge.time;
	rx->in_session = true;
	if (rx->bouncing)
		rx->debounced++;
	rx->bouncing = edge.mark != rx->now.mark;
	if (rx->bouncing)
		rx->next = edge;
	else
		rx->debounced++;
	return news;
}

/* Acts on the time that has passed; true if there is something for readers. */
static bool pass(struct morse *m, ktime_t time)
{
	struct receiver *rx = &m->rx;
	bool news = settle(rx, time);
	u64 ns = ktime_to_ns(ktime_sub(time, rx->now.time));

	if (rx->bouncing || rx->now.mark)
		return news;
	if (rx->code != NO_CODE && ns >= LETTER_LIMIT_UNITS * rx->unit_ns) {
		end_letter(rx);
		news = true;
	}
	if (rx->in_word && ns >= WORD_LIMIT_UNITS * rx->unit_ns) {
		end_word(rx);
		news = true;
	}
	if (rx->in_session && ktime_to_ns(ktime_sub(time, rx->last_edge)) >= SESSION_NS) {
		put_char(rx, '\n');
		rx->in_session = false;
		dev_info(m->dev, "received until %llu characters\n", rx->characters);
		news = true;
	}
	return news;
}

/* When pass() has something to do, in ns from now; negative if never. */
static s64 next_ns(struct receiver *rx, ktime_t time)
{
	u64 units = 0;
	ktime_t then;

	if (rx->bouncing)
		return rx->debounce_us * NSEC_PER_USEC;
	if (rx->now.mark)
		return -1;
	if (rx->code != NO_CODE)
		units = LETTER_LIMIT_UNITS;
	else if (rx->in_word)
		units = WORD_LIMIT_UNITS;
	if (units)
		then = ktime_add_ns(rx->now.time, units * rx->unit_ns);
	else if (rx->in_session)
		then = ktime_add_ns(rx->last_edge, SESSION_NS);
	else
		return -1;
	return max(ktime_to_ns(ktime_sub(then, time)), 0);
}

static void listen(struct morse *m)
{
	struct receiver *rx = &m->rx;
	struct edge edge;
	bool news = false;
	ktime_t time;
	s64 wait_ns;
	int i;

	spin_lock_bh(&rx->lock);
	for (i = 0; i < EDGES && kfifo_get(&rx->edges, &edge); i++)
		news |= take(rx, edge);
	time = ktime_get();
	news |= pass(m, time);
	wait_ns = next_ns(rx, time);
	spin_unlock_bh(&rx->lock);

	if (wait_ns >= 0)
		mod_delayed_work(m->queue, &rx->gap, nsecs_to_jiffies(wait_ns) + 1);
	if (news)
		queue_work(m->queue, &rx->deliver);
}

static void drain_bh(struct work_struct *work)
{
	listen(container_of(work, struct morse, rx.bh));
}

static void drain_tasklet(struct tasklet_struct *tasklet)
{
	listen(container_of(tasklet, struct morse, rx.tasklet));
}

static void deliver(struct work_struct *work)
{
	wake_up_all(&container_of(work, struct morse, rx.deliver)->rx.changed);
}

static void gap(struct work_struct *work)
{
	listen(container_of(to_delayed_work(work), struct morse, rx.gap));
}

static void tick(struct timer_list *timer)
{
	struct morse *m = container_of(timer, struct morse, rx.ticker);
	struct receiver *rx = &m->rx;
	u64 edges = READ_ONCE(rx->interrupts);
	bool stuck;

	spin_lock_bh(&rx->lock);
	stuck = rx->now.mark && ktime_to_ns(ktime_sub(ktime_get(), rx->now.time)) > STUCK_NS;
	spin_unlock_bh(&rx->lock);
	rx->edge_rate = edges - rx->edges_before;
	rx->edges_before = edges;
	if (stuck)
		dev_warn_once(m->dev, "key down for more than 10 s\n");
	mod_timer(timer, timer->expires + HZ);
}

static u64 end(struct reader *r)
{
	struct receiver *rx = &r->morse->rx;

	return r->mode == MORSE_TEXT ? rx->text_end : rx->pulses_end;
}

static void catch_up(struct reader *r)
{
	u64 kept = r->mode == MORSE_TEXT ? TEXT_BYTES : PULSES;
	u64 oldest = end(r) > kept ? end(r) - kept : 0;

	if (r->position < oldest) {
		r->lost += oldest - r->position;
		r->position = oldest;
	}
}

static size_t copy(struct reader *r, char *chunk, size_t room)
{
	struct receiver *rx = &r->morse->rx;
	size_t length = 0;

	spin_lock_bh(&rx->lock);
	catch_up(r);
	while (r->position < end(r)) {
		if (r->mode == MORSE_TEXT) {
			if (length == room)
				break;
			chunk[length++] = rx->text[r->position++ & (TEXT_BYTES - 1)];
		} else {
			if (length + sizeof(struct morse_pulse) > room)
				break;
			memcpy(chunk + length, &rx->pulses[r->position++ & (PULSES - 1)],
			       sizeof(struct morse_pulse));
			length += sizeof(struct morse_pulse);
		}
	}
	spin_unlock_bh(&rx->lock);
	return length;
}

ssize_t receive_read(struct reader *r, char __user *buf, size_t count, bool nonblock)
{
	struct morse *m = r->morse;
	char chunk[CHUNK];
	size_t length;

	if (r->mode == MORSE_PULSES && count < sizeof(struct morse_pulse))
		return -EINVAL;
	for (;;) {
		mutex_lock(&r->lock);
		length = copy(r, chunk, min(count, sizeof(chunk)));
		mutex_unlock(&r->lock);
		if (length)
			return copy_to_user(buf, chunk, length) ? -EFAULT : length;
		if (m->gone)
			return -ENODEV;
		if (nonblock)
			return -EAGAIN;
		if (wait_event_interruptible(m->rx.changed, m->gone || end(r) > r->position))
			return -ERESTARTSYS;
	}
}

__poll_t receive_poll(struct reader *r, struct file *file, poll_table *wait)
{
	poll_wait(file, &r->morse->rx.changed, wait);
	return end(r) > r->position ? EPOLLIN | EPOLLRDNORM : 0;
}

void receive_start(struct reader *r, u32 mode)
{
	struct receiver *rx = &r->morse->rx;

	spin_lock_bh(&rx->lock);
	r->mode = mode;
	r->position = end(r);
	spin_unlock_bh(&rx->lock);
}

int receive_set_mode(struct reader *r, u32 mode)
{
	if (mode > MORSE_PULSES)
		return -EINVAL;
	mutex_lock(&r->lock);
	receive_start(r, mode);
	mutex_unlock(&r->lock);
	return 0;
}

u64 receive_lost(struct reader *r)
{
	u64 lost;

	mutex_lock(&r->lock);
	spin_lock_bh(&r->morse->rx.lock);
	catch_up(r);
	spin_unlock_bh(&r->morse->rx.lock);
	lost = r->lost;
	mutex_unlock(&r->lock);
	return lost;
}

int receive_init(struct morse *m)
{
	struct receiver *rx = &m->rx;

	INIT_KFIFO(rx->edges);
	spin_lock_init(&rx->lock);
	init_waitqueue_head(&rx->changed);
	INIT_WORK(&rx->bh, drain_bh);
	tasklet_setup(&rx->tasklet, drain_tasklet);
	INIT_WORK(&rx->deliver, deliver);
	INIT_DELAYED_WORK(&rx->gap, gap);
	timer_setup(&rx->ticker, tick, 0);
	rx->debounce_us = DEBOUNCE_DEFAULT_US;
	rx->unit_ns = UNIT_DEFAULT_US * NSEC_PER_USEC;
	rx->code = NO_CODE;
	rx->now.time = ktime_get();
	rx->now.mark = m->key && gpiod_get_value(m->key) > 0;
	if (strcmp(softirq, "tasklet")) {
		rx->bh_queue = alloc_workqueue("morse-bh", WQ_BH | WQ_HIGHPRI | WQ_PERCPU, 0);
		if (!rx->bh_queue)
			return -ENOMEM;
	}
	mod_timer(&rx->ticker, jiffies + HZ);
	return 0;
}

void receive_exit(struct morse *m)
{
	struct receiver *rx = &m->rx;

	if (rx->bh_queue)
		destroy_workqueue(rx->bh_queue);
	tasklet_kill(&rx->tasklet);
	timer_shutdown_sync(&rx->ticker);
	cancel_delayed_work_sync(&rx->gap);
	cancel_work_sync(&rx->deliver);
}
