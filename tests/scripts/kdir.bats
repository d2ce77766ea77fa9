# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` of bats
# Kernel trees of the user: the right compilers are chosen by their configuration. The trees are those of the cache.

setup() {
	load common
	out=kdir-test.$$
}

teardown() { rm -rf "$top"/build/*."$out"; }

# compiles TREE TARGET...: parts of the driver and its samples, and prints what they were compiled by.
compiles() {
	KDIR=$1 MORSE_OUT=$out "$top/scripts/module" "${@:2}" >"$BATS_TEST_TMPDIR/out" &&
		cat "$(cat "$BATS_TEST_TMPDIR/out")"/src/linux/.helpers.o.cmd
}

tree_of() { "$top/scripts/kernel" "$@"; }

@test "a tree of gcc is built against with gcc" {
	tree=$(tree_of)
	succeeds '^savedcmd.*:= aarch64-linux-gnu-gcc-' compiles "$tree/build" src/linux/helpers.o samples/empty/
}

@test "a tree of clang is built against with clang" {
	tree=$(tree_of --flavour sanitizer)
	succeeds '^savedcmd.*:= clang ' compiles "$tree/build" src/linux/helpers.o samples/empty/
}
