// SPDX-License-Identifier: GPL-2.0
/*
 * Takes names that the morse driver wants, as another driver may:
 * that of a misc device and that of an LED trigger.
 */

#include <linux/fs.h>
#include <linux/leds.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static char *misc;
module_param(misc, charp, 0444);
MODULE_PARM_DESC(misc, "name of a misc device");

static char *trigger;
module_param(trigger, charp, 0444);
MODULE_PARM_DESC(trigger, "name of an LED trigger");

static const struct file_operations fops = {
	.owner = THIS_MODULE,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.fops = &fops,
};

static struct led_trigger *registered;

static int __init rival_init(void)
{
	int ret;

	if (misc) {
		device.name = misc;
		ret = misc_register(&device);
		if (ret)
			return ret;
	}
	if (trigger)
		led_trigger_register_simple(trigger, &registered);
	return 0;
}

static void __exit rival_exit(void)
{
	if (trigger)
		led_trigger_unregister_simple(registered);
	if (misc)
		misc_deregister(&device);
}

module_init(rival_init);
module_exit(rival_exit);
MODULE_AUTHOR("The morse authors");
MODULE_DESCRIPTION("Takes names that the morse driver wants");
MODULE_LICENSE("GPL");
