// SPDX-License-Identifier: GPL-2.0
/*
 * The key: a GPIO line with an interrupt, or without hardware an interrupt of
 * the kernel's simulator that a file in debugfs raises.
 */

#include <linux/debugfs.h>
#include <linux/irq_sim.h>
#include <linux/irqdomain.h>
#include <linux/module.h>

#include "morse_c.h"

static bool empty;
module_param(empty, bool, 0444);
MODULE_PARM_DESC(empty, "do nothing in the interrupt, to measure the cost of measuring");

static irqreturn_t empty_interrupt(int irq, void *cookie)
{
	return IRQ_HANDLED;
}

static irqreturn_t key_interrupt(int irq, void *cookie)
{
	struct morse *m = cookie;

	receive_edge(m, ktime_get(),
		     m->key ? gpiod_get_value(m->key) > 0 : READ_ONCE(m->down));
	return IRQ_HANDLED;
}

static ssize_t button_write(struct file *file, const char __user *buf, size_t count,
			    loff_t *pos)
{
	struct morse *m = file->private_data;
	bool down;
	int ret = kstrtobool_from_user(buf, count, &down);

	if (ret)
		return ret;
	WRITE_ONCE(m->down, down);
	ret = irq_set_irqchip_state(m->irq, IRQCHIP_STATE_PENDING, true);
	return ret ?: count;
}

static const struct file_operations button_operations = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = button_write,
};

static int simulate(struct morse *m)
{
	m->sim = irq_domain_create_sim(NULL, 1);
	if (IS_ERR(m->sim))
		return PTR_ERR(m->sim);
	m->irq = irq_create_mapping(m->sim, 0);
	if (!m->irq) {
		irq_domain_remove_sim(m->sim);
		return -ENOMEM;
	}
	return 0;
}

int morse_key_init(struct morse *m, struct platform_device *pdev)
{
	unsigned long flags = IRQF_TRIGGER_RISING;
	int ret;

	if (m->key) {
		m->irq = platform_get_irq(pdev, 0);
		flags |= IRQF_TRIGGER_FALLING;
		ret = min(m->irq, 0);
	} else {
		ret = simulate(m);
	}
	if (ret)
		return ret;
	ret = request_irq(m->irq, empty ? empty_interrupt : key_interrupt, flags, "morse-key", m);
	if (ret)
		goto err_sim;
	if (m->sim) {
		m->debugfs = debugfs_create_dir("morse", NULL);
		debugfs_create_file("key", 0200, m->debugfs, m, &button_operations);
	}
	return 0;

err_sim:
	if (m->sim) {
		irq_dispose_mapping(m->irq);
		irq_domain_remove_sim(m->sim);
	}
	return ret;
}

void morse_key_exit(struct morse *m)
{
	debugfs_remove(m->debugfs);
	free_irq(m->irq, m);
	if (m->sim) {
		irq_dispose_mapping(m->irq);
		irq_domain_remove_sim(m->sim);
	}
}
