# SPDX-License-Identifier: GPL-2.0
# Prepares a tree for a kernel of Debian; sourced after common.sh and verify.sh, by scripts/kernel and scripts/dkms. Their
# variables name the kernel: `release`, `karch` (its architecture, as the kernel says it) and `rust_lib_src`.

# configure DIR HEADERS: DIR gets the configuration of the header package that is unpacked in HEADERS, if the compiler here
# is the one that the kernel was built with.
configure() {
	cp "$2/.config" "$1/config"
	check_compiler "$1"
}

# prepare DIR HEADERS SOURCE: makes DIR/build from the source tree SOURCE and verifies it.
prepare() {
	local dir=$1 headers=$2 source=$3 gcc cross variables
	cross=$(sed -n 's/^override CROSS_COMPILE = //p' "$headers/.kernelvariables")
	# shellcheck disable=SC2016 # make's variable
	gcc=$(sed -n 's/^CC = .*$(CROSS_COMPILE)//p' "$headers/.kernelvariables")
	variables="ARCH=$karch CROSS_COMPILE=$cross CROSS_COMPILE_COMPAT=arm-linux-gnueabihf- CC=$cross$gcc"
	variables+=" KERNELRELEASE=$release RUST_LIB_SRC=$rust_lib_src"
	say "preparing a tree for $release (one to two minutes)"
	mkdir "$dir/build"
	cp "$dir/config" "$dir/build/.config"
	logged "prepare-$release" "$tools" run sh -ec "
		make -C $source O=$dir/build $variables olddefconfig
		make -C $source O=$dir/build $variables -j$(nproc) prepare modules_prepare" ||
		die "could not prepare the tree for $release"
	check_config "$dir"
	check_symbols "$dir" "$headers/Module.symvers"
	cp "$headers/Module.symvers" "$dir/build/"
	echo "$variables" >"$dir/variables"
	say "all $(cat "$dir/symbols") Rust symbols of the prepared tree are exported by Debian's $release${version:+ ($version)}"
}
