# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common
# The driver and the samples build for kernels that lack an option.

setup() {
	load ../common
}

builds_without() { succeeds "^without $1: ok\$" "$top/scripts/configurations" "$1"; }

@test "without LEDS_TRIGGERS" { builds_without LEDS_TRIGGERS; }
@test "without GPIOLIB" { builds_without GPIOLIB; }
@test "without DEBUG_FS" { builds_without DEBUG_FS; }
@test "without TRACEPOINTS" { builds_without TRACEPOINTS; }
@test "without IRQ_SIM" { builds_without IRQ_SIM; }
@test "without COMPAT" { builds_without COMPAT; }
@test "without PM" { builds_without PM; }
@test "without SMP" { builds_without SMP; }
@test "without OF" { builds_without OF; }
@test "without all of them that arm64 can be without" { builds_without all; }
