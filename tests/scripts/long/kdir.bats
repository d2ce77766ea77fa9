# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `lines`, `stderr_lines` and `status` of bats
# The oldest kernel that is supported, by the compilers of another suite.

setup() {
	load ../common
	run --separate-stderr of_sid "$top/scripts/kernel" --series 7.2
	# sid moves on, and its mirror may be stale.
	[ "$status" -eq 0 ] || skip "${stderr_lines[-1]}"
	tree=${lines[-1]}
}

teardown() { rm -rf "$top/build/"*".${BATS_RUN_TMPDIR##*/}"; }

# of_sid COMMAND...: outside of this tool root, with the modules of each test in a place of their own, as the tests run
# at the same time.
of_sid() { env --unset=MORSE_INSIDE SUITE=sid MORSE_OUT="${BATS_RUN_TMPDIR##*/}" "$@"; }

@test "a tree of 7.2 is built against" {
	succeeds '/build/7\.2\.[^/]*\.bats-run-[^.]*$' of_sid KDIR="$tree/build" "$top/scripts/module" morse.ko
}

@test "a kernel of sid that is asked for by its release sends a message" {
	succeeds '/build/7\.2\.[^/]*\.bats-run-[^.]*$' of_sid RELEASE="$(cat "$tree/release")" "$top/scripts/module" morse.ko
	succeeds '^kernel: 7\.2\.' env MORSE_KERNEL="$tree" MORSE_MODULE_DIR="${lines[-1]}" \
		MORSE_BUSYBOX="$("$top/scripts/guest")" "$top/build/tools/debug/morse-run" --virtual E
	says '^seen: E$'
}
