# SPDX-License-Identifier: GPL-2.0
# What CI calls ends as the tests do, whether the kernel that it builds meanwhile is done or not.

setup() { load common; }

# ci SECONDS STATUS: such a kernel, and tests that end so.
ci() {
	local work=$BATS_TEST_TMPDIR
	mkdir -p "$work/.ci" "$work/scripts"
	cp "$top/.ci/run" "$work/.ci/"
	printf '#!/bin/sh\n' >"$work/scripts/tools"
	printf '#!/bin/sh\nexec sleep %s\n' "$1" >"$work/scripts/kernel"
	chmod +x "$work"/scripts/*
	# shellcheck disable=SC2016 # make's
	printf 'test:\n\t@sleep 0.3; echo the tests ran: $$LINT; exit %s\n' "$2" >"$work/Makefile"
	"$work/.ci/run"
}

@test "good tests are enough" {
	succeeds 'the tests ran: yes' ci 0 0
}

@test "a kernel that no test needs is not waited for" {
	succeeds 'the tests ran: yes' ci 600 0
}

@test "failures are told" {
	fails 'the tests ran: yes' ci 0 1
}
