# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `status` and `output` of bats
# A certain kernel: by its release, that of the running one, or one of another suite.

setup() {
	load common
	kernel=$top/scripts/kernel
}

# release_of TREE
release_of() { cat "$1/release"; }

# runs RELEASE: this host seems to run this kernel.
runs() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n[ "$*" = -r ] && echo %s || /usr/bin/uname "$@"\n' "$1" >"$BATS_TEST_TMPDIR/bin/uname"
	chmod +x "$BATS_TEST_TMPDIR/bin/uname"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "a release of the archive is taken" {
	tree=$("$kernel")
	succeeds "" "$kernel" --release "$(release_of "$tree")"
	[ "$output" = "$tree" ]
	succeeds "" env RELEASE="$(release_of "$tree")" ARCH=amd64 FLAVOUR=rt-amd64 "$kernel"
	[ "$output" = "$tree" ]
}

@test "the kernel that runs is taken" {
	tree=$("$kernel")
	runs "$(release_of "$tree")"
	succeeds "" env RELEASE=running "$kernel"
	[ "$output" = "$tree" ]
}

@test "a release that the archive has no more is named beside those it has" {
	runs 7.3.0+deb13-arm64
	fails 'has no kernel 7\.3\.0\+deb13-arm64; with this flavour it has: .*7\.3\.[1-9]' env RELEASE=running "$kernel"
	says 'On 7\.3\.0\+deb13-arm64 insmod refuses a module for 7\.3\.[1-9]'
}

@test "a kernel that is not Debian's is refused" {
	for release in 6.18.44-generic 7.3.4-riscv64 7.3.4 x; do
		fails "'$release' is no kernel of Debian 13 or later" "$kernel" --release "$release"
	done
}

@test "a tree of another release than the one asked for is refused" {
	tree=$("$kernel")
	fails "KDIR is a tree of $(release_of "$tree" | sed 's/+/./'); insmod on 7\.3\.0\+deb13-arm64, .* refuses" \
		env KDIR="$tree/build" RELEASE=7.3.0+deb13-arm64 "$top/scripts/module"
}

@test "a suite that is not known is refused" {
	fails "unknown suite 'bookworm': trixie, forky and sid" env SUITE=bookworm "$kernel"
	fails "unknown suite 'x'" "$kernel" --suite x
	fails '--suite wants a value' "$kernel" --suite
}
