# SPDX-License-Identifier: GPL-2.0
# How the tool root is made; sourced by scripts/tools.
#
# apt downloads, tar extracts, and no program of a package runs: that needs no right of root, no subordinate ids and no
# mount, and every file belongs to the user of this script. The few things that maintainer scripts would have made are
# made here. dpkg has no record of the packages; the file `versions` beside the root names the extracted packages.

# Versions that go with the suite: the newest clang and the gcc that Debian's kernels of that suite are built with.
case $suite in
trixie) llvm=19 gcc=14 ;;
*) llvm=21 gcc=16 ;;
esac

# The purpose of each group stands in front; the key of the root is made from this list.
packages=(
	# the kernel crate must be built by the distribution's own rustc: symbol names carry a hash of it
	rustc rust-src bindgen rustfmt rust-clippy
	# the host crate
	cargo libc6-dev
	# the independent decoder that receives beside the driver's
	libcw-dev
	# kernel builds; pahole because the stock configuration has BTF
	gcc make bc bison flex libelf-dev libssl-dev python3 perl kmod cpio rsync xz-utils zstd pahole
	# stock kernels are built by gcc for these; the 32-bit one also builds the arm64 compat vDSO
	gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-x86-64-linux-gnu
	# static guest programs
	libc6-dev-arm64-cross libc6-dev-armhf-cross
	# sanitizer kernels (KASAN with Rust needs clang)
	"clang-$llvm" "lld-$llvm" "llvm-$llvm"
	# the board
	qemu-system-arm qemu-system-x86 device-tree-compiler gdb-multiarch
	# checks of device tree bindings (dt-schema itself comes from PyPI)
	yamllint python3-pip python3-libfdt python3-ruamel.yaml python3-jsonschema python3-rfc3987 python3-referencing
	# lint, and the tests of these scripts
	shellcheck git bats
	# the archive
	apt debian-archive-keyring ca-certificates
	# packages of the driver, and the file system of a machine to install them on
	debhelper dh-dkms lintian e2fsprogs
	# how a tool root is made and entered, as a test does it on a Debian of this suite
	mmdebstrap bubblewrap proot mount
	# no package that is essential depends on an awk
	mawk
)
# The packages that a kernel tree depends on: a tree made with other versions of these is another tree.
compilers=(rustc rust-src bindgen gcc "gcc-$gcc-aarch64-linux-gnu" "gcc-$gcc-arm-linux-gnueabihf" "clang-$llvm" "lld-$llvm"
	pahole)
# Guest programs are built for these. scripts/guest puts their standard library beside the root, which has links to it.
rust_targets=(aarch64-unknown-linux-gnu armv7-unknown-linux-gnueabihf)
space_gib=8

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Programs that the host must have: "program package" a line.
host_needs() {
	echo 'mmdebstrap mmdebstrap'
	echo 'flock util-linux'
	# Root does not need bubblewrap (see enter.sh).
	[ "$(id -u)" = 0 ] && namespaces_refused >/dev/null || echo 'bwrap bubblewrap'
	[ -e "$keyring" ] || echo 'debian-archive-keyring debian-archive-keyring'
}

host_packages_missing() {
	local program package
	while read -r program package; do
		command -v "$program" >/dev/null || echo "$package"
	done < <(host_needs) | sort -u | paste -sd' '
}

# Installs the host's missing packages if root may do that here; otherwise names them, and every other obstacle in the same
# message.
prepare_host() {
	local missing refused=''
	missing=$(host_packages_missing)
	if [ "$(id -u)" != 0 ]; then
		if refused=$(namespaces_refused); then say "error: $refused"; fi
		[ -z "$missing" ] ||
			die "this host lacks: $missing. Install them (on Debian or Ubuntu: sudo apt-get install $missing) and run this again"
		[ -z "$refused" ] || exit 1
	elif [ -n "$missing" ]; then
		command -v apt-get >/dev/null || die "this host lacks: $missing, and has no apt-get to install them with"
		say "installing $missing on this host"
		# shellcheck disable=SC2086 # a list of words
		DEBIAN_FRONTEND=noninteractive logged host-packages sh -c \
			"apt-get update && apt-get install -y --no-install-recommends $missing" ||
			die "could not install $missing$(blame host-packages)"
	fi
}

# without_descriptors CMD ARGS...: runs CMD without the files that this process has open. mmdebstrap tells dash the number of a
# new one, which must have one digit.
without_descriptors() (
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -lt 3 ] || eval "exec $fd>&-"
	done
	exec "$@"
)

make_root() {
	local dir=$1 system=$1/root package options=(--aptopt='Acquire::Retries "3"')
	[ -z "${MORSE_EXPIRED:-}" ] || options+=(--aptopt='Acquire::Check-Valid-Until "false"')
	need_space "$cache" "$space_gib"
	say "making the Debian tool root ($suite) in $system (about a minute)"
	use_proxy
	# Read the versions from the archives' names before they are removed. Newer versions of mmdebstrap warn root of scripts
	# that run without a chroot; no script runs.
	# shellcheck disable=SC2016 # for mmdebstrap's shell
	logged tools without_descriptors mmdebstrap --mode=chrootless --variant=extract --skip=check/chrootless --keyring="$keyring" "${options[@]}" \
		--include='?essential' --include="$(IFS=,; echo "${packages[*]}")" \
		--extract-hook='ls "$1/var/cache/apt/archives" >"$1/../archives"' \
		"$suite" "$system" ||
		die "could not make the tool root$(blame tools)"
	sed -nE 's/%3a/:/; s/^([^_]+)_([^_]+)_[^_]+\.deb$/\1\t\2/p' "$dir/archives" | LC_ALL=C sort >"$dir/versions"
	rm "$dir/archives" "$system/etc/apt/apt.conf.d/99mmdebstrap"
	for package in "${compilers[@]}"; do
		grep -P "^\Q$package\E\t" "$dir/versions" || die "the tool root came without $package"
	done | LC_ALL=C sort >"$dir/compilers"
	finish_root "$system"
}

# finish_root SYSTEM: makes the few links and files that the packages' own scripts would have made.
finish_root() (
	cd "$1"
	link() { [ -e "usr/bin/$2" ] || die "the tool root has no $2"; ln -sfn "$2" "usr/bin/$1"; }
	link awk mawk
	link cc gcc
	link which which.debianutils
	link yacc bison.yacc
	cp usr/share/base-passwd/passwd.master etc/passwd
	cp usr/share/base-passwd/group.master etc/group
	mkdir -p etc/ssl/certs
	ln -s "${rust_targets[@]/#/${1%/root}-guest/}" usr/lib/rustlib/
	cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
	# The host's are bound over these.
	touch etc/resolv.conf etc/hosts
	absent_calls >etc/absent-calls.bpf
	# Other users could run these programs with the rights of the root's owner.
	find . -type f -perm /6000 -exec chmod ug-s {} +
	# Packages unpacked by root give a few directories to users of the system.
	find . ! -uid "$(id -u)" -exec chown --no-dereference "$(id -u):$(id -g)" {} +
)
