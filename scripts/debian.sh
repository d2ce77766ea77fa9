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

# index_of ARCH: the directory of its index.
index_of() { echo "$cache/apt/$suite-$1"; }

# The kernel's and the compilers' name of a Debian architecture.
kernel_arch() {
	case $1 in
	arm64) echo arm64 ;;
	armhf) echo arm ;;
	amd64) echo x86 ;;
	*) die "unknown architecture '$1': arm64, armhf and amd64 are supported" ;;
	esac
}

# is_fresh ARCH MAX_AGE_MINUTES: the index is there and not older.
is_fresh() { [ -n "$(find "$(index_of "$1")/stamp" -mmin "-$2" 2>/dev/null)" ]; }

# apt ARCH PROGRAM ARGS...: runs apt-get, apt-cache or apt-helper for ARCH, under the shared lock of its index.
apt() (
	flock --shared 9
	apt_locked "$@"
) 9>>"$(index_of "$1")/lock.morse"

# As apt, for a caller that holds the lock of the index.
apt_locked() {
	local arch=$1 program=$2 dir
	dir=$(index_of "$1")
	shift 2
	"$tools" run "$program" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o Dir::State="$dir" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=- \
		-o Acquire::Check-Valid-Until="${MORSE_EXPIRED:+false}" -o APT::Sandbox::User= -o Acquire::Retries=3 -o Acquire::Languages=none "$@"
}

# is_out_of_step ARCH: the last refresh failed because the mirror's files do not fit one another.
is_out_of_step() { grep -qE 'has unexpected size|Hash Sum mismatch' "$log_dir/apt-$1.log"; }

# may_be_unverified ARCH: succeeds if MORSE_UNVERIFIED has ARCH.
may_be_unverified() { [[ " ${MORSE_UNVERIFIED:-} " = *" $1 "* ]]; }

# take_unverified_index ARCH: puts the mirror's index where apt looks for a verified one. Packages are verified against it,
# but no signature shows that it is Debian's. Programs made of them run in the emulated guest only.
take_unverified_index() {
	local arch=$1 dir uri suite_name target
	dir=$(index_of "$1")
	say "warning: taking the mirror's index for $arch unverified, as MORSE_UNVERIFIED says"
	touch "$dir/unverified"
	while read -r _ uri suite_name _; do
		uri=$uri/dists/$suite_name/main/binary-$arch/Packages
		target=${uri#*://}
		logged "unverified-$arch" apt_locked "$arch" /usr/lib/apt/apt-helper download-file "$uri.xz" "$dir/index.xz" ||
			die "cannot read $uri.xz: is the network up? (apt's own words are above)"
		"$tools" run xz -dc "$dir/index.xz" >"$dir/lists/${target//\//_}"
		rm "$dir/index.xz"
	done <"$dir/sources.list"
}

# refresh_index ARCH MAX_AGE_MINUTES: the index of ARCH is there and not older. If the archive cannot be reached an older
# one is kept, with a warning.
refresh_index() {
	local arch=$1 dir root lock
	dir=$(index_of "$1")
	# A run uses an unverified index only if its user has allowed that, too.
	[ ! -e "$dir/unverified" ] || may_be_unverified "$arch" || rm -rf "$dir/lists" "$dir/stamp" "$dir/unverified"
	! is_fresh "$arch" "$2" || return 0
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	touch "$dir/status"
	exec {lock}>"$dir/lock.morse"
	flock "$lock"
	# Another run may have refreshed it meanwhile.
	if is_fresh "$arch" "$2"; then
		exec {lock}>&-
		return
	fi
	root=$("$tools")
	# The mirrors that the tool root came from, and backports of the same; only a stable suite has any.
	sed -n "/ $suite main\$/p" "$root/etc/apt/sources.list" >"$dir/sources.list"
	[ "$suite" != trixie ] || sed -i "p; s/ $suite main/ $suite-backports main/" "$dir/sources.list"
	if logged "apt-$arch" apt_locked "$arch" apt-get update --error-on=any; then
		rm -f "$dir/unverified"
		touch "$dir/stamp"
	elif is_out_of_step "$arch" && may_be_unverified "$arch"; then
		take_unverified_index "$arch"
		touch "$dir/stamp"
	elif [ -e "$dir/stamp" ]; then
		say "warning: the archive cannot be reached; going on with the index of $(date -r "$dir/stamp" +%F)"
	elif is_out_of_step "$arch"; then
		die "the mirror's index for $arch is not the one that its Release file names and signs, so that no package of \
$arch can be verified: try again later, or with MORSE_UNVERIFIED=$arch to go on without verification"
	else
		die "cannot read Debian's index for $arch$(blame "apt-$arch")"
	fi
	# Make apt's own cache of the index, so that any number of readers find it.
	logged "apt-cache-$arch" apt_locked "$arch" apt-cache gencaches
	exec {lock}>&-
}

# download ARCH DIR PACKAGE[=VERSION]...: fetches and verifies packages into DIR.
download() {
	local arch=$1 dir=$2 options=()
	shift 2
	[ ! -e "$(index_of "$arch")/unverified" ] || options=(--allow-unauthenticated)
	(cd "$dir" && logged "download-$arch" apt "$arch" apt-get download "${options[@]}" "$@") ||
		die "cannot download $*$(blame "download-$arch")"
}
