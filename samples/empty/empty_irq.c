// SPDX-License-Identifier: GPL-2.0
/*
 * An interrupt with an empty handler, as a baseline for costs.
 *
 * Writing N to the parameter "raise" raises it N times.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irqdomain.h>
#include <linux/module.h>

static struct irq_domain *domain;
static unsigned int virq;

static irqreturn_t empty_irq_handle(int irq, void *cookie)
{
	return IRQ_HANDLED;
}

static int empty_irq_raise(const char *text, const struct kernel_param *kp)
{
	unsigned int count;
	int err = kstrtouint(text, 10, &count);

	while (!err && count--)
		err = irq_set_irqchip_state(virq, IRQCHIP_STATE_PENDING, true);
	return err;
}

static const struct kernel_param_ops empty_irq_raise_ops = {
	.set = empty_irq_raise,
};
module_param_cb(raise, &empty_irq_raise_ops, NULL, 0200);
MODULE_PARM_DESC(raise, "Raise the interrupt N times");

static int __init empty_irq_init(void)
{
	int err;

	domain = irq_domain_create_sim(NULL, 1);
	if (IS_ERR(domain))
		return PTR_ERR(domain);
	virq = irq_create_mapping(domain, 0);
	if (virq)
		err = request_irq(virq, empty_irq_handle, IRQF_NO_THREAD,
				  "empty-irq", NULL);
	else
		err = -ENOMEM;
	if (err) {
		irq_dispose_mapping(virq);
		irq_domain_remove_sim(domain);
	}
	return err;
}
module_init(empty_irq_init);

static void __exit empty_irq_exit(void)
{
	free_irq(virq, NULL);
	irq_dispose_mapping(virq);
	irq_domain_remove_sim(domain);
}
module_exit(empty_irq_exit);

MODULE_DESCRIPTION("An interrupt whose handler does nothing");
MODULE_LICENSE("GPL");
