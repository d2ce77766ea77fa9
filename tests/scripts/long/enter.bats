# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common
# Root of a container that grants no namespace builds the driver.

setup() {
	load ../common
	needs_root
}

teardown() { rm -rf "$top"/build/*.enter-test; }

@test "the driver is built without namespaces" {
	succeeds '/build/[^/]*\.enter-test$' without_namespaces env MORSE_OUT=enter-test "$top/scripts/module" morse.ko
	[ -s "${lines[-1]}/morse.ko" ]
}
