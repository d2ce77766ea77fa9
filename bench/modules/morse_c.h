/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A Morse transceiver in plain C of the same shape as morse, to compare with:
 * interrupt -> kfifo -> BH work or tasklet -> work item; delayed work for the
 * gaps, a timer for the rates; a keyer that sleeps to absolute deadlines.
 */
#ifndef MORSE_C_H
#define MORSE_C_H

#include <linux/gpio/consumer.h>
#include <linux/interrupt.h>
#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/leds.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <linux/morse.h>

#define EDGES		1024	/* power of two, for kfifo */
#define SYMBOLS		4096	/* power of two, for kfifo */
#define TEXT_BYTES	4096	/* power of two, for masking */
#define PULSES		2048	/* power of two, for masking */
#define CHUNK		256

/* A change of the key line. */
struct edge {
	ktime_t time;
	bool mark;
};

/* A letter, and the units of the space before it. */
struct symbol {
	u8 code;
	u8 gap_units;
};

struct transmitter {
	struct mutex lock;		/* protects the fields up to bell */
	DECLARE_KFIFO(symbols, struct symbol, SYMBOLS);
	u8 gap_units;			/* before the next letter */
	u32 unit_us;
	u64 accepted;
	u64 done;
	bool keying;
	struct mutex turn;		/* held by the writer */
	wait_queue_head_t changed;
	wait_queue_head_t bell;		/* wakes the keyer between edges */
	struct work_struct keyer;
	struct led_trigger trigger;
	ktime_t dark_since;
	bool stopped;
	bool aborted;
	u64 sent;
};

struct receiver {
	DECLARE_KFIFO(edges, struct edge, EDGES);
	u64 interrupts;
	u64 dropped;			/* interrupt only */
	spinlock_t lock;		/* protects the fields up to the works */
	struct edge now;		/* the mark or space that has begun */
	struct edge next;		/* its successor if the level holds */
	bool bouncing;			/* next is valid */
	u32 debounce_us;
	u64 received;
	u64 debounced;
	u64 unit_ns;			/* estimate */
	u8 code;			/* of the letter that has begun, or 1 */
	bool in_word;
	bool in_session;
	ktime_t last_edge;
	u64 characters;
	char text[TEXT_BYTES];
	u64 text_end;
	struct morse_pulse pulses[PULSES];
	u64 pulses_end;
	wait_queue_head_t changed;
	struct workqueue_struct *bh_queue;
	struct work_struct bh;
	struct tasklet_struct tasklet;
	struct work_struct deliver;
	struct delayed_work gap;
	struct timer_list ticker;
	u64 edges_before;
	u64 edge_rate;
};

struct morse {
	struct kref kref;
	struct device *dev;
	struct miscdevice misc;
	struct workqueue_struct *queue;
	struct gpio_desc *led;
	struct gpio_desc *key;
	int irq;
	struct irq_domain *sim;
	struct dentry *debugfs;
	bool down;			/* level of the simulated key */
	bool gone;
	struct transmitter tx;
	struct receiver rx;
};

/* An open file. */
struct reader {
	struct morse *morse;
	struct mutex lock;		/* protects the fields below */
	u32 mode;
	u64 position;
	u64 lost;
};

int transmit_init(struct morse *m);
void transmit_exit(struct morse *m);
ssize_t transmit_write(struct morse *m, const char __user *buf, size_t count,
		       bool nonblock);
int transmit_drain(struct morse *m);
int transmit_abort(struct morse *m);
__poll_t transmit_poll(struct morse *m, struct file *file, poll_table *wait);
void transmit_status(struct morse *m, struct morse_status *status);

int receive_init(struct morse *m);
void receive_exit(struct morse *m);
void receive_edge(struct morse *m, ktime_t time, bool mark);
ssize_t receive_read(struct reader *r, char __user *buf, size_t count, bool nonblock);
__poll_t receive_poll(struct reader *r, struct file *file, poll_table *wait);
int receive_set_mode(struct reader *r, u32 mode);
u64 receive_lost(struct reader *r);
void receive_start(struct reader *r, u32 mode);

int morse_key_init(struct morse *m, struct platform_device *pdev);
void morse_key_exit(struct morse *m);

#endif /* MORSE_C_H */
