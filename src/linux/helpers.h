/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prototypes of helpers.c. The Rust files that use a helper declare it again;
 * keep both in step.
 */
#ifndef MORSE_HELPERS_H
#define MORSE_HELPERS_H

#include <linux/ktime.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

struct device;
struct gpio_desc;
struct irq_domain;
struct led_classdev;
struct led_trigger;
struct notifier_block;
struct of_device_id;
struct tasklet_struct;

struct gpio_desc *morse_helper_gpiod_get(struct device *dev, const char *con_id,
					 bool output);
void morse_helper_gpiod_put(struct gpio_desc *desc);
int morse_helper_gpiod_set(struct gpio_desc *desc, bool active);
int morse_helper_gpiod_set_at(struct gpio_desc *desc, bool active, ktime_t at, s64 closed_ns);
int morse_helper_gpiod_set_value(struct gpio_desc *desc, bool active);
int morse_helper_gpiod_value(struct gpio_desc *desc);
int morse_helper_gpiod_value_cansleep(struct gpio_desc *desc);
int morse_helper_gpiod_to_irq(struct gpio_desc *desc);
bool morse_helper_gpiod_cansleep(struct gpio_desc *desc);
int morse_helper_led_activate(struct led_classdev *led);
void morse_helper_led_show(struct led_trigger *trigger, bool on);
bool morse_helper_has_node(const struct of_device_id *table);
struct device *morse_helper_next_device(struct device *start, const char *name,
					const struct of_device_id *table);
void morse_helper_driver_name(struct device *dev, char *name, size_t size);
void morse_helper_tasklet_schedule(struct tasklet_struct *tasklet);
void morse_helper_spin_lock_bh(spinlock_t *lock);
int morse_helper_spin_trylock_bh(spinlock_t *lock);
void morse_helper_spin_unlock_bh(spinlock_t *lock);
u32 morse_helper_irq_trigger_type(unsigned int irq);
struct irq_domain *morse_helper_irq_sim_create(void);
void morse_helper_irq_sim_remove(struct irq_domain *domain);
void morse_helper_synchronize_rcu_expedited(void);
bool morse_helper_iocb_is_nowait(int ki_flags);
bool morse_helper_iocb_is_dsync(int ki_flags);
fmode_t morse_helper_fmode_nowait(void);
bool morse_helper_in_hardirq(void);
bool morse_helper_in_serving_softirq(void);
const char *morse_helper_current_comm(void);
unsigned int morse_helper_processor(void);
void morse_helper_set_idle(void);
int morse_helper_register_pm_notifier(struct notifier_block *nb);
int morse_helper_unregister_pm_notifier(struct notifier_block *nb);
int morse_helper_register_reboot_notifier(struct notifier_block *nb);
int morse_helper_unregister_reboot_notifier(struct notifier_block *nb);
int morse_helper_wake_irq_set(struct device *dev, unsigned int irq);
void morse_helper_wake_irq_clear(struct device *dev);
void morse_helper_wakeup_event(struct device *dev);

#endif /* MORSE_HELPERS_H */
