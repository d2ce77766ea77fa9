# SPDX-License-Identifier: GPL-2.0
#
# Included by the Kbuild files whose modules use src/linux.

# The kernel crate changes with each release; src/linux asks for the oldest one that has what it uses.
kernel-ge = $(call test-ge, $(shell expr $(VERSION) '*' 1000 + $(PATCHLEVEL)), $(shell expr $1 '*' 1000 + $2))
subdir-rustflags-$(call kernel-ge,7,3) += --cfg=kernel_7_3
