# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` and `status` of bats
# The oldest kernel that is supported, by the compilers of another suite.

setup() {
	load ../common
	unset MORSE_INSIDE
	export SUITE=sid
	run --separate-stderr "$top/scripts/kernel" --series 7.2
	[ "$status" -eq 0 ] || skip "sid has no kernel 7.2"
	tree=${lines[-1]}
}

@test "a tree of 7.2 is built against" {
	trap 'rm -rf "$top"/build/*.kdir-test' EXIT
	succeeds '/build/7\.2\.[^/]*\.kdir-test$' env KDIR="$tree/build" MORSE_OUT=kdir-test "$top/scripts/module"
}

@test "a message is sent by a kernel of sid that is asked for by its release" {
	unset SUITE
	succeeds '^seen: E$' make -C "$top" run MSG=E RELEASE="$(cat "$tree/release")"
	says '^kernel: 7\.2\.'
}
