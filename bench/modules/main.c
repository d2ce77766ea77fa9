// SPDX-License-Identifier: GPL-2.0
/*
 * The driver: finding the hardware, the files, and their end.
 */

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "morse_c.h"

static void morse_free(struct kref *kref)
{
	kvfree(container_of(kref, struct morse, kref));
}

static int morse_open(struct inode *inode, struct file *file)
{
	struct morse *m = container_of(file->private_data, struct morse, misc);
	struct reader *r = kzalloc_obj(*r, GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	mutex_init(&r->lock);
	r->morse = m;
	receive_start(r, MORSE_TEXT);
	kref_get(&m->kref);
	file->private_data = r;
	return nonseekable_open(inode, file);
}

static int morse_release(struct inode *inode, struct file *file)
{
	struct reader *r = file->private_data;

	kref_put(&r->morse->kref, morse_free);
	kfree(r);
	return 0;
}

static ssize_t morse_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return receive_read(file->private_data, buf, count, file->f_flags & O_NONBLOCK);
}

static ssize_t morse_write(struct file *file, const char __user *buf, size_t count,
			   loff_t *pos)
{
	struct reader *r = file->private_data;

	return transmit_write(r->morse, buf, count, file->f_flags & O_NONBLOCK);
}

static __poll_t morse_poll(struct file *file, poll_table *wait)
{
	struct reader *r = file->private_data;

	return transmit_poll(r->morse, file, wait) | receive_poll(r, file, wait);
}

static int morse_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct reader *r = file->private_data;

	return transmit_drain(r->morse);
}

static long morse_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct reader *r = file->private_data;
	void __user *user = (void __user *)argument;
	struct morse_status status;
	u64 lost;
	u32 mode;

	if (r->morse->gone)
		return -ENODEV;
	switch (command) {
	case MORSE_IOC_ABORT:
		return transmit_abort(r->morse);
	case MORSE_IOC_GET_STATUS:
		transmit_status(r->morse, &status);
		return copy_to_user(user, &status, sizeof(status)) ? -EFAULT : 0;
	case MORSE_IOC_SET_MODE:
		if (copy_from_user(&mode, user, sizeof(mode)))
			return -EFAULT;
		return receive_set_mode(r, mode);
	case MORSE_IOC_GET_LOST:
		lost = receive_lost(r);
		return copy_to_user(user, &lost, sizeof(lost)) ? -EFAULT : 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations morse_operations = {
	.owner = THIS_MODULE,
	.open = morse_open,
	.release = morse_release,
	.read = morse_read,
	.write = morse_write,
	.poll = morse_poll,
	.fsync = morse_fsync,
	.unlocked_ioctl = morse_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct morse *from_dev(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct morse, misc);
}

/* A value in struct morse: a setting of 32 bits, or a counter of 64. */
struct field {
	struct device_attribute attr;
	size_t offset;
	u32 least;
	u32 most;
};

static void *find(struct device *dev, struct device_attribute *attr)
{
	return (void *)from_dev(dev) + container_of(attr, struct field, attr)->offset;
}

static ssize_t counter_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u64 *counter = find(dev, attr);

	return sysfs_emit(buf, "%llu\n", READ_ONCE(*counter));
}

static ssize_t setting_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 *setting = find(dev, attr);

	return sysfs_emit(buf, "%u\n", READ_ONCE(*setting));
}

static ssize_t setting_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct field *field = container_of(attr, struct field, attr);
	u32 *setting = find(dev, attr);
	u32 value;
	int ret = kstrtou32(buf, 0, &value);

	if (ret)
		return ret;
	if (value < field->least || value > field->most)
		return -EINVAL;
	WRITE_ONCE(*setting, value);
	return count;
}

static struct field unit_us = {
	.attr = __ATTR(unit_us, 0644, setting_show, setting_store),
	.offset = offsetof(struct morse, tx.unit_us),
	.least = 1200,
	.most = 60000000,
};

static struct field debounce_us = {
	.attr = __ATTR(debounce_us, 0644, setting_show, setting_store),
	.offset = offsetof(struct morse, rx.debounce_us),
	.least = 0,
	.most = USEC_PER_SEC,
};

static struct field sent = {
	.attr = __ATTR(sent, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, tx.sent),
};

static struct field edges = {
	.attr = __ATTR(edges, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, rx.interrupts),
};

static struct field edges_received = {
	.attr = __ATTR(edges_received, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, rx.received),
};

static struct field edges_debounced = {
	.attr = __ATTR(edges_debounced, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, rx.debounced),
};

static struct field edges_dropped = {
	.attr = __ATTR(edges_dropped, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, rx.dropped),
};

static struct field edge_rate = {
	.attr = __ATTR(edge_rate, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, rx.edge_rate),
};

static struct field characters = {
	.attr = __ATTR(characters, 0444, counter_show, NULL),
	.offset = offsetof(struct morse, rx.characters),
};

static struct attribute *morse_attrs[] = {
	&unit_us.attr.attr,
	&debounce_us.attr.attr,
	&sent.attr.attr,
	&edges.attr.attr,
	&edges_received.attr.attr,
	&edges_debounced.attr.attr,
	&edges_dropped.attr.attr,
	&edge_rate.attr.attr,
	&characters.attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(morse);

static int morse_register(struct morse *m, struct platform_device *pdev)
{
	int ret = transmit_init(m);

	if (ret)
		return ret;
	ret = receive_init(m);
	if (ret)
		goto err_transmit;
	ret = morse_key_init(m, pdev);
	if (ret)
		goto err_receive;
	m->misc.minor = MISC_DYNAMIC_MINOR;
	m->misc.name = "morse";
	m->misc.parent = m->dev;
	m->misc.fops = &morse_operations;
	m->misc.groups = morse_groups;
	ret = misc_register(&m->misc);
	if (ret)
		goto err_key;
	return 0;

err_key:
	morse_key_exit(m);
err_receive:
	receive_exit(m);
err_transmit:
	transmit_exit(m);
	return ret;
}

static int morse_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct morse *m;
	int ret;

	m = kvzalloc_obj(*m, GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	kref_init(&m->kref);
	m->dev = dev;
	m->led = devm_gpiod_get_optional(dev, "led", GPIOD_OUT_LOW);
	m->key = devm_gpiod_get_optional(dev, "key", GPIOD_IN);
	ret = PTR_ERR_OR_ZERO(m->led) ?: PTR_ERR_OR_ZERO(m->key);
	if (ret)
		goto err_free;
	m->queue = alloc_workqueue("morse", WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (!m->queue) {
		ret = -ENOMEM;
		goto err_free;
	}
	ret = morse_register(m, pdev);
	if (ret)
		goto err_queue;
	platform_set_drvdata(pdev, m);
	dev_info(dev, "bound as /dev/morse\n");
	return 0;

err_queue:
	destroy_workqueue(m->queue);
err_free:
	kref_put(&m->kref, morse_free);
	return ret;
}

static void morse_remove(struct platform_device *pdev)
{
	struct morse *m = platform_get_drvdata(pdev);

	misc_deregister(&m->misc);
	WRITE_ONCE(m->gone, true);
	wake_up_all(&m->tx.changed);
	wake_up_all(&m->rx.changed);
	morse_key_exit(m);
	receive_exit(m);
	transmit_exit(m);
	destroy_workqueue(m->queue);
	dev_info(m->dev, "unbound\n");
	kref_put(&m->kref, morse_free);
}

static const struct of_device_id morse_of_match[] = {
	{ .compatible = "gpio-morse" },
	{ }
};
MODULE_DEVICE_TABLE(of, morse_of_match);

static struct platform_driver morse_driver = {
	.probe = morse_probe,
	.remove = morse_remove,
	.driver = {
		.name = "morse",
		.of_match_table = morse_of_match,
	},
};
module_platform_driver(morse_driver);

MODULE_DESCRIPTION("A Morse transceiver in plain C, as a baseline");
MODULE_AUTHOR("The morse authors");
MODULE_LICENSE("GPL");
