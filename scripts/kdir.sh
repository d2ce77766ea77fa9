# SPDX-License-Identifier: GPL-2.0
# A kernel tree that was prepared by other means than scripts/kernel; sourced after common.sh and verify.sh.

# prepared TREE: stops with a message if no Rust module can be built against TREE.
prepared() {
	local tree=$1 conf=$1/include/config/auto.conf release
	[ -d "$tree" ] || die "KDIR: there is no directory $tree"
	check_path KDIR "$tree"
	[ -e "$tree/Makefile" ] || die "$tree is no kernel build tree (no Makefile there)"
	[ -e "$conf" ] || die "$tree is not configured and prepared; run: make -C $tree olddefconfig prepare modules_prepare"
	[ "$(config MODULES "$conf")" = y ] || die "$tree has no CONFIG_MODULES"
	release=$(cat "$tree/include/config/kernel.release" 2>/dev/null || true)
	[ "$(printf '%s\n' 7.2 "${release:-7.2}" | sort -V | head -1)" = 7.2 ] ||
		die "$tree is of Linux $release; 7.2 or newer is needed"
	[ "$(config RUST "$conf")" = y ] ||
		die "$tree has no CONFIG_RUST; enable it there, if $tree/scripts/config is at hand: scripts/config -e RUST, \
then make olddefconfig prepare (make rustavailable names the missing tools)"
	[ -e "$tree/rust/libkernel.rmeta" ] ||
		die "$tree has no metadata of the kernel crate (rust/libkernel.rmeta). In a source tree, run: make -C $tree prepare. \
Debian's header packages never have it: leave out KDIR, and scripts/kernel prepares a tree for Debian's kernel"
	[ -e "$tree/Module.symvers" ] ||
		die "$tree has no Module.symvers; build the kernel there, or copy the file of the kernel that will run"
}

# choose_compilers TREE: sets `run`, the words before make, and `variables`, the arguments of make, so that the modules are
# compiled by the compilers that TREE was prepared with, of this host or of the tool root.
choose_compilers() {
	local conf=$1/include/config/auto.conf cc karch place rustc compiler reasons=()
	rustc=$(config RUSTC_VERSION_TEXT "$conf")
	for karch in ARM64:arm64 ARM:arm X86:x86 RISCV:riscv LOONGARCH:loongarch S390:s390 PPC:powerpc; do
		[ "$(config "${karch%:*}" "$conf")" != y ] || break
	done
	variables=("ARCH=${karch#*:}")
	if [ "$(config CC_IS_CLANG "$conf")" = y ]; then
		variables+=(LLVM=1)
		compiler=clang
	else
		# The text begins with the name that the compiler was called by.
		compiler=$(config CC_VERSION_TEXT "$conf")
		compiler=${compiler%% *}
		cc=${compiler%gcc*}
		variables+=("CROSS_COMPILE=$cc" "CC=$compiler")
	fi
	for place in host 'tool root'; do
		run=()
		[ "$place" = host ] || run=("$tools" run)
		if fits; then
			[ "$place" != host ] || command -v bindgen >/dev/null || variables+=("BINDGEN=$tools run bindgen")
			return
		fi
	done
	die "$1 was prepared with '$rustc' and $compiler; ${reasons[*]} Metadata of the kernel crate can be read by the very \
same rustc only: put it first in PATH, take the tool root of another suite (SUITE=trixie, forky or sid), \
or run make -C $1 prepare with the one that is here"
}

# fits: `place` has the compilers that the tree was prepared with; if not, `reasons` tells why.
fits() {
	local has
	has=$("${run[@]}" sh -c 'cd / && rustc --version' 2>/dev/null) || has=none
	if [ "$has" != "$rustc" ]; then
		reasons+=("rustc of the $place is '$has'.")
	elif ! "${run[@]}" sh -c "command -v $compiler" >/dev/null; then
		reasons+=("the $place has no $compiler.")
	else
		return 0
	fi
	return 1
}
