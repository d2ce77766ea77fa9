# SPDX-License-Identifier: GPL-2.0
# A kernel that lacks what the driver can do without: Debian's for virtual machines, without LED triggers.

setup() { load ../common; }

@test "a message is sent on a kernel without LED triggers" {
	tree=$(FLAVOUR=cloud-arm64 "$top/scripts/kernel")
	run ! grep '^CONFIG_LEDS_TRIGGERS=' "$tree/config"
	succeeds '^seen: E$' make -C "$top" run MSG=E FLAVOUR=cloud-arm64
}
