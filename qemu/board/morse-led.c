// SPDX-License-Identifier: GPL-2.0
/*
 * An LED of the LED class without hardware, with a settable maximum brightness:
 * those of the board are on or off. Its file "brightness" tells how bright it
 * is, and the parameter "shown" how bright its slow hardware has become.
 */

#include <linux/delay.h>
#include <linux/leds.h>
#include <linux/module.h>

static unsigned int max = 1000;
module_param(max, uint, 0444);
MODULE_PARM_DESC(max, "highest brightness");

static unsigned int slow_ms;
module_param(slow_ms, uint, 0444);
MODULE_PARM_DESC(slow_ms, "time that lighting it takes, in ms");

static unsigned int shown;
module_param(shown, uint, 0444);
MODULE_PARM_DESC(shown, "brightness of the hardware");

static void set(struct led_classdev *led, enum led_brightness brightness)
{
	if (brightness)
		mdelay(slow_ms);
	WRITE_ONCE(shown, brightness);
}

static struct led_classdev led = {
	.name = "dimmable",
	.brightness_set = set,
};

static int __init led_init(void)
{
	led.max_brightness = max;
	return led_classdev_register(NULL, &led);
}

static void __exit led_exit(void)
{
	led_classdev_unregister(&led);
}

module_init(led_init);
module_exit(led_exit);
MODULE_AUTHOR("The morse authors");
MODULE_DESCRIPTION("LED with levels of brightness, for tests");
MODULE_LICENSE("GPL");
