# SPDX-License-Identifier: GPL-2.0
# Debian's archive for any architecture, through apt in the tool root; sourced after common.sh.
#
# apt keeps its index and its trust in a place of its own in the cache, one for each architecture, so that neither the
# tool root nor the host is changed, no root rights are needed, and an architecture whose index is broken harms no other.

tools=$top/scripts/tools
# A version that the index names is taken for the newest for a day. Before something is downloaded the index has to be
# newer, as the archive drops a package soon after there is a newer one.
resolve_max_age_minutes=1440
download_max_age_minutes=10

# The machine architecture that the kernel and the compilers mean by a Debian architecture.
kernel_arch() {
	case $1 in
	arm64) echo arm64 ;;
	armhf) echo arm ;;
	amd64) echo x86 ;;
	*) die "unknown architecture '$1': arm64, armhf and amd64 are supported" ;;
	esac
}

# apt ARCH PROGRAM ARGS...: runs apt-get, apt-cache or apt-helper for ARCH.
apt() {
	local arch=$1 program=$2 dir=$cache/apt/$1
	shift 2
	"$tools" run "$program" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o Dir::State="$dir" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=- \
		-o APT::Sandbox::User= -o Acquire::Retries=3 -o Acquire::Languages=none "$@"
}

# refresh_index ARCH MAX_AGE_MINUTES: the index of ARCH is there and not older. If the archive cannot be reached an older
# one is kept, with a warning.
refresh_index() {
	local arch=$1 dir=$cache/apt/$1 root lock
	[ -z "$(find "$dir/stamp" -mmin "-$2" 2>/dev/null)" ] || return 0
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	touch "$dir/status"
	exec {lock}>"$dir/lock.morse"
	flock "$lock"
	root=$("$tools")
	# The mirrors that the tool root came from, and backports of the same.
	sed -n "s/ $suite main\$/ $suite main/p" "$root/etc/apt/sources.list" >"$dir/sources.list"
	sed "s/ $suite main/ $suite-backports main/" "$dir/sources.list" >"$dir/sources.list.backports"
	cat "$dir/sources.list.backports" >>"$dir/sources.list"
	rm "$dir/sources.list.backports"
	if logged "apt-$arch" apt "$arch" apt-get update --error-on=any; then
		touch "$dir/stamp"
	elif [ -e "$dir/stamp" ]; then
		say "warning: the archive cannot be reached; going on with the index of $(date -r "$dir/stamp" +%F)"
	else
		die "cannot read Debian's index for $arch: is the network up? (apt-get's own words are above)"
	fi
	exec {lock}>&-
}

# download ARCH DIR PACKAGE[=VERSION]...: fetches and verifies packages into DIR.
download() {
	local arch=$1 dir=$2
	shift 2
	(cd "$dir" && logged "download-$arch" apt "$arch" apt-get download "$@") ||
		die "cannot download $*: is the network up? (apt-get's own words are above)"
}
