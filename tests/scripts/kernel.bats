# SPDX-License-Identifier: GPL-2.0
# Kernels that are asked for and are not there, and trees that are not the right ones for a binary kernel.

setup() {
	load common
	kernel=$top/scripts/kernel
}

@test "a series that the archive lacks is answered with those it has" {
	fails 'no kernel 4\.4 .* it has: .*7\.3' "$kernel" --series 4.4
}

@test "a series that is none is refused" {
	fails 'is no kernel series' "$kernel" --series 7
}

@test "an architecture that is unknown is answered with the known ones" {
	fails "unknown architecture 'vax'.*arm64" "$kernel" --arch vax
}

@test "a flavour that the archive lacks is answered with those it has" {
	fails "with flavour 'nosuch' for arm64; it has the flavours: .*rt-arm64" "$kernel" --flavour nosuch
	fails "with flavour 'amd64' for arm64" env FLAVOUR=amd64 "$kernel"
}

@test "the sanitizer kernel is for arm64 only" {
	fails 'for arm64 only, not for amd64' env ARCH=amd64 FLAVOUR=sanitizer "$kernel"
}

@test "arguments win over variables" {
	fails 'is no kernel series' env SERIES=7.3 "$kernel" --series 7
}

@test "an argument that is unknown is refused" {
	fails 'unknown argument' "$kernel" --frobnicate
}

@test "a kernel without Rust is refused" {
	fails 'without Rust' "$kernel" --series 6.12
}

# pair: $dir as scripts/kernel has it while it verifies, with small copies of what is looked at.
pair() {
	local tree
	tree=$("$kernel")/build
	dir=$BATS_TEST_TMPDIR/pair
	mkdir -p "$dir/headers" "$dir/build/rust"
	cp "$tree/.config" "$dir/config"
	cp "$tree/.config" "$dir/build/.config"
	cp "$tree"/rust/exports_*_generated.h "$dir/build/rust/"
	cp "$tree/Module.symvers" "$dir/headers/"
}

verified() {
	# shellcheck disable=SC2016 # for the inner shell
	bash -c '. "$1/scripts/common.sh"; . "$1/scripts/verify.sh"; tools=$1/scripts/tools release=test
		check_compiler "$2"; check_config "$2"; check_symbols "$2" "$2/headers/Module.symvers"; echo "fits: $(cat "$2/symbols")"' sh "$top" "$dir"
}

@test "a tree that fits is told by the number of its symbols" {
	pair
	succeeds 'fits: [0-9]{4}' verified
}

@test "a tree of another compiler is refused" {
	pair
	sed -i 's/^\(CONFIG_RUSTC_VERSION_TEXT="rustc\) 1\.[0-9]*/\1 1.7/' "$dir/config"
	fails "compiler mismatch: test was built with 'rustc 1\.7" verified
}

@test "a tree of another configuration is refused" {
	pair
	sed -i '/^CONFIG_SMP=/d' "$dir/build/.config"
	fails 'configuration differs .* CONFIG_SMP=y' verified
}

@test "a tree with other symbols is refused" {
	pair
	sed -i 's/\t_R\([A-Za-z0-9_]*\)6kernel/\t_R\16Kernel/' "$dir/headers/Module.symvers"
	fails 'symbol mismatch: [0-9]+ of [0-9]+ Rust symbols' verified
}
