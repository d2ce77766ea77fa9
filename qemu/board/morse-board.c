// SPDX-License-Identifier: GPL-2.0
/*
 * The board of machines that have no device tree to describe one: a platform
 * device for the driver, whose lamp is line 0 of the chip that the guest's
 * script "gpio" makes with gpio-sim. Drivers for boards of the PC kind do the
 * same, with a real chip.
 */

#include <linux/gpio/machine.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static struct gpiod_lookup_table lines = {
	.dev_id = "morse",
	.table = {
		GPIO_LOOKUP("pl061", 0, "led", GPIO_ACTIVE_HIGH),
		{ },
	},
};

static int id = PLATFORM_DEVID_NONE;
module_param(id, int, 0444);
MODULE_PARM_DESC(id, "id of the device, which then has no lamp");

static struct platform_device *device;

static int __init board_init(void)
{
	gpiod_add_lookup_table(&lines);
	device = platform_device_register_simple("morse", id, NULL, 0);
	if (IS_ERR(device)) {
		gpiod_remove_lookup_table(&lines);
		return PTR_ERR(device);
	}
	return 0;
}

static void __exit board_exit(void)
{
	platform_device_unregister(device);
	gpiod_remove_lookup_table(&lines);
}

module_init(board_init);
module_exit(board_exit);
MODULE_AUTHOR("The morse authors");
MODULE_DESCRIPTION("Board file for the morse driver");
MODULE_LICENSE("GPL");
