// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that Rust calls in place of inline functions and macros, and of
 * functions whose headers the bindings of the kernel crate leave out. The Rust
 * files that use them declare them.
 */

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/gpio/consumer.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irqflags.h>
#include <linux/leds.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/pm_wakeirq.h>
#include <linux/pm_wakeup.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/timekeeping.h>

#include "helpers.h"

struct gpio_desc *morse_helper_gpiod_get(struct device *dev, const char *con_id,
					 bool output)
{
	return gpiod_get_optional(dev, con_id, output ? GPIOD_OUT_LOW : GPIOD_IN);
}

void morse_helper_gpiod_put(struct gpio_desc *desc)
{
	gpiod_put(desc);
}

int morse_helper_gpiod_set(struct gpio_desc *desc, bool active)
{
	return gpiod_set_value_cansleep(desc, active);
}

int morse_helper_gpiod_set_value(struct gpio_desc *desc, bool active)
{
	return gpiod_set_value(desc, active);
}

static void spin_until(ktime_t time)
{
	while (ktime_before(ktime_get(), time))
		cpu_relax();
}

/* local_irq_save() is a macro, so the whole sequence is in C. */
int morse_helper_gpiod_set_at(struct gpio_desc *desc, bool active, ktime_t at, s64 closed_ns)
{
	unsigned long flags;
	int ret;

	/* On PREEMPT_RT the lock of the chip may be one that sleeps. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || gpiod_cansleep(desc)) {
		spin_until(at);
		return gpiod_set_value_cansleep(desc, active);
	}
	spin_until(ktime_sub_ns(at, closed_ns));
	local_irq_save(flags);
	spin_until(at);
	ret = gpiod_set_value(desc, active);
	local_irq_restore(flags);
	return ret;
}

int morse_helper_gpiod_value(struct gpio_desc *desc)
{
	return gpiod_get_value(desc);
}

int morse_helper_gpiod_value_cansleep(struct gpio_desc *desc)
{
	return gpiod_get_value_cansleep(desc);
}

int morse_helper_gpiod_to_irq(struct gpio_desc *desc)
{
	return gpiod_to_irq(desc);
}

bool morse_helper_gpiod_cansleep(struct gpio_desc *desc)
{
	return gpiod_cansleep(desc);
}

#ifdef CONFIG_LEDS_TRIGGERS
/*
 * An LED shines at the brightness that its user set before or since, or else at
 * its maximum. Its trigger data is that brightness.
 */
int morse_helper_led_activate(struct led_classdev *led)
{
	unsigned long level = (unsigned long)led_get_trigger_data(led);
	struct led_trigger *trigger = led->trigger;
	int on;

	if (!level)
		level = led->brightness ?: led->max_brightness;
	led_set_trigger_data(led, (void *)level);
	/*
	 * The LED is on the list already, and no lock of the LED core keeps show()
	 * from setting it meanwhile. Either this sees the new state and repeats it,
	 * or show() sets the LED last.
	 */
	do {
		on = READ_ONCE(trigger->brightness);
		led_set_brightness(led, on ? level : LED_OFF);
		smp_mb(); /* Set, then read. Pairs with that of show(). */
	} while (on != READ_ONCE(trigger->brightness));
	return 0;
}

void morse_helper_led_show(struct led_trigger *trigger, bool on)
{
	struct led_classdev *led;
	unsigned long level;

	WRITE_ONCE(trigger->brightness, on);
	smp_mb(); /* Store, then set. Pairs with that of activate(). */
	rcu_read_lock();
	list_for_each_entry_rcu(led, &trigger->led_cdevs, trig_list) {
		level = led->brightness ?: (unsigned long)led_get_trigger_data(led);
		led_set_trigger_data(led, (void *)level);
		led_set_brightness(led, on ? level : LED_OFF);
	}
	rcu_read_unlock();
}
#endif

bool morse_helper_has_node(const struct of_device_id *table)
{
	struct device_node *node;

	for_each_matching_node(node, table) {
		if (of_device_is_available(node)) {
			of_node_put(node);
			return true;
		}
	}
	return false;
}

struct device *morse_helper_next_device(struct device *start, const char *name,
					const struct of_device_id *table)
{
	const struct platform_driver like = {
		.driver = {
			.name = name,
			.of_match_table = table,
		},
	};
	struct device *next;

	next = platform_find_device_by_driver(start, &like.driver);
	put_device(start);
	return next;
}

void morse_helper_driver_name(struct device *dev, char *name, size_t size)
{
	device_lock(dev);
	strscpy(name, dev->driver ? dev->driver->name : "", size);
	device_unlock(dev);
}

void morse_helper_tasklet_schedule(struct tasklet_struct *tasklet)
{
	tasklet_schedule(tasklet);
}

void morse_helper_spin_lock_bh(spinlock_t *lock)
{
	spin_lock_bh(lock);
}

int morse_helper_spin_trylock_bh(spinlock_t *lock)
{
	return spin_trylock_bh(lock);
}

void morse_helper_spin_unlock_bh(spinlock_t *lock)
{
	spin_unlock_bh(lock);
}

u32 morse_helper_irq_trigger_type(unsigned int irq)
{
	return irq_get_trigger_type(irq);
}

#ifdef CONFIG_IRQ_SIM
struct irq_domain *morse_helper_irq_sim_create(void)
{
	return irq_domain_create_sim(NULL, 1);
}

void morse_helper_irq_sim_remove(struct irq_domain *domain)
{
	irq_domain_remove_sim(domain);
}
#endif

void morse_helper_synchronize_rcu_expedited(void)
{
	synchronize_rcu_expedited();
}

bool morse_helper_iocb_is_nowait(int ki_flags)
{
	return ki_flags & IOCB_NOWAIT;
}

bool morse_helper_iocb_is_dsync(int ki_flags)
{
	return ki_flags & IOCB_DSYNC;
}

fmode_t morse_helper_fmode_nowait(void)
{
	return FMODE_NOWAIT;
}

bool morse_helper_in_hardirq(void)
{
	return in_hardirq();
}

bool morse_helper_in_serving_softirq(void)
{
	return in_serving_softirq();
}

const char *morse_helper_current_comm(void)
{
	return current->comm;
}

unsigned int morse_helper_processor(void)
{
	return raw_smp_processor_id();
}

void morse_helper_set_idle(void)
{
	set_current_state(TASK_IDLE);
}

int morse_helper_register_pm_notifier(struct notifier_block *nb)
{
	return register_pm_notifier(nb);
}

int morse_helper_unregister_pm_notifier(struct notifier_block *nb)
{
	return unregister_pm_notifier(nb);
}

int morse_helper_register_reboot_notifier(struct notifier_block *nb)
{
	return register_reboot_notifier(nb);
}

int morse_helper_unregister_reboot_notifier(struct notifier_block *nb)
{
	return unregister_reboot_notifier(nb);
}

int morse_helper_wake_irq_set(struct device *dev, unsigned int irq)
{
	int ret = device_init_wakeup(dev, true);

	if (!ret)
		ret = dev_pm_set_wake_irq(dev, irq);
	if (ret)
		device_init_wakeup(dev, false);
	return ret;
}

void morse_helper_wake_irq_clear(struct device *dev)
{
	dev_pm_clear_wake_irq(dev);
	device_init_wakeup(dev, false);
}

void morse_helper_wakeup_event(struct device *dev)
{
	pm_wakeup_event(dev, 0);
}
