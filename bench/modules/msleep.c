// SPDX-License-Identifier: GPL-2.0
/*
 * The Morse flasher as a driver course has it: write(2) leaves the text in a
 * buffer and queues a work item, which blinks with msleep().
 */

#include <linux/delay.h>
#include <linux/gpio/consumer.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "code.h"

#define TEXT_BYTES	4096

static unsigned int unit_us = UNIT_DEFAULT_US;
module_param(unit_us, uint, 0644);
MODULE_PARM_DESC(unit_us, "length of a dot, rounded up to ms");

static struct gpio_desc *led;
static struct work_struct work;
static char text[TEXT_BYTES];
static size_t length;

static void pause(unsigned int units)
{
	msleep(units * DIV_ROUND_UP(unit_us, USEC_PER_MSEC));
}

static void blink(u8 code)
{
	int bit;

	for (bit = fls(code) - 2; bit >= 0; bit--) {
		gpiod_set_value_cansleep(led, 1);
		pause(code & BIT(bit) ? DASH_UNITS : DOT_UNITS);
		gpiod_set_value_cansleep(led, 0);
		pause(ELEMENT_GAP_UNITS);
	}
	pause(LETTER_GAP_UNITS - ELEMENT_GAP_UNITS);
}

static void send(struct work_struct *work)
{
	size_t i;

	for (i = 0; i < length; i++) {
		u8 code = morse_encode(text[i]);

		if (code)
			blink(code);
		else
			pause(WORD_GAP_UNITS - LETTER_GAP_UNITS);
	}
}

static ssize_t text_write(struct file *file, const char __user *buf, size_t count,
			  loff_t *pos)
{
	flush_work(&work);
	length = min(count, sizeof(text));
	if (copy_from_user(text, buf, length))
		return -EFAULT;
	schedule_work(&work);
	return length;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.write = text_write,
};

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "morse",
	.fops = &operations,
};

static int probe(struct platform_device *pdev)
{
	led = devm_gpiod_get(&pdev->dev, "led", GPIOD_OUT_LOW);
	if (IS_ERR(led))
		return PTR_ERR(led);
	INIT_WORK(&work, send);
	return misc_register(&misc);
}

static void remove(struct platform_device *pdev)
{
	misc_deregister(&misc);
	cancel_work_sync(&work);
}

static const struct of_device_id of_match[] = {
	{ .compatible = "gpio-morse" },
	{ }
};
MODULE_DEVICE_TABLE(of, of_match);

static struct platform_driver msleep_driver = {
	.probe = probe,
	.remove = remove,
	.driver = {
		.name = "morse",
		.of_match_table = of_match,
	},
};
module_platform_driver(msleep_driver);

MODULE_DESCRIPTION("The Morse flasher of a driver course, as a baseline");
MODULE_AUTHOR("The morse authors");
MODULE_LICENSE("GPL");
