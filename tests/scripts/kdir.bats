# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` of bats
# Kernel trees of the user: the right compilers are chosen by their configuration. The trees are those of the cache.

setup() {
	load common
	out=kdir-test
	trap 'rm -rf "$top"/build/*.$out' EXIT
}

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

# spoiled SED-SCRIPT: a tree of links to the stock one, with its configuration changed.
spoiled() {
	local tree
	tree=$(tree_of)/build
	spoiled=$BATS_TEST_TMPDIR/tree
	mkdir -p "$spoiled/include/config"
	ln -s "$tree"/* "$spoiled/" 2>/dev/null || true
	cp "$tree/include/config/kernel.release" "$spoiled/include/config/"
	sed "$1" "$tree/include/config/auto.conf" >"$spoiled/include/config/auto.conf"
}

@test "rustc that is not here is named, with quotes and without" {
	spoiled 's/^CONFIG_RUSTC_VERSION_TEXT=.*/CONFIG_RUSTC_VERSION_TEXT=rustc 1.99.0 (a b)/'
	fails "was prepared with 'rustc 1\.99\.0 \(a b\)'" env KDIR="$spoiled" "$top/scripts/module"
	sed -i 's/^\(CONFIG_RUSTC_VERSION_TEXT\)=.*/\1="rustc 1.99.0 (a b)"/' "$spoiled/include/config/auto.conf"
	fails "was prepared with 'rustc 1\.99\.0 \(a b\)'" env KDIR="$spoiled" "$top/scripts/module"
}

@test "a compiler that is not here is named" {
	spoiled 's/^CONFIG_CC_VERSION_TEXT=.*/CONFIG_CC_VERSION_TEXT=vax-linux-gcc-3 (x) 3/'
	fails "the tool root has no vax-linux-gcc-3" env KDIR="$spoiled" "$top/scripts/module"
}

@test "a kernel that is too old is named" {
	spoiled ''
	echo 6.12.1-x >"$spoiled/include/config/kernel.release"
	fails "is of Linux 6\.12\.1-x; 7\.2 or newer is needed" env KDIR="$spoiled" "$top/scripts/module"
}
