# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts beside it; sourced by bash, never run.
#
# The cache holds entries that are slow to make and the same for every checkout: the tool root, kernel sources, prepared kernel
# trees, guest programs. Each entry is a directory whose name carries a key of all that made it. An entry counts only
# when it holds the file .complete, which is written last: an entry that a kill left half-made is removed and made again.
# (It is made in its place, not renamed into it, because kernel builds write the name of their directory into files.)

set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/morse
log_dir=$cache/log

# check_path NAME PATH: stops with a message if PATH has characters that make or Kbuild would split or misread.
check_path() {
	local odd=$' \t\n!"#$%&\'()*:;<>?[\\]^`{|}'
	[[ $2 != *["$odd"]* ]] || die "$1 has a character that Kbuild cannot have in a path, such as a space or a colon: '$2'"
	[[ $2 = /* ]] || die "$1 has to be absolute: '$2'"
}

# The next run removes a half-made entry (see entry), so there is nothing to clean up.
trap 'say interrupted; exit 130' INT TERM

say() { printf '%s\n' "${0##*/}: $*" >&2; }
die() { say "error: $*"; exit 1; }

[ -n "${XDG_CACHE_HOME:-${HOME:-}}" ] || die "neither HOME nor XDG_CACHE_HOME says where the cache is"
check_path "the path of this checkout" "$top"
check_path "the path of the cache (set XDG_CACHE_HOME to another)" "$cache"

# A release determines series, flavour, architecture and suite.
if [ -n "${RELEASE:-}" ]; then
	[ "$RELEASE" != running ] || RELEASE=$(uname -r)
	[[ $RELEASE =~ ^([0-9]+\.[0-9]+)[^+-]*\+deb(13|14)-((rt-|cloud-)?(arm64|amd64|armmp)(-[a-z0-9]+)?)$ ]] ||
		die "RELEASE: '$RELEASE' is no kernel of Debian 13 or later for arm64, armhf or amd64 (one is called \
7.3.4+deb13-rt-arm64); build for it with KDIR=TREE"
	SERIES=${BASH_REMATCH[1]} FLAVOUR=${BASH_REMATCH[3]} ARCH=${BASH_REMATCH[5]/armmp/armhf}
	case ${BASH_REMATCH[2]} in
	13) SUITE=${SUITE:-trixie} ;;
	14) SUITE=${SUITE:-sid} ;;
	esac
	export RELEASE SERIES FLAVOUR ARCH SUITE
fi
suite=${SUITE:-trixie}
case $suite in
trixie | forky | sid) ;;
*) die "unknown suite '$suite': trixie, forky and sid are supported" ;;
esac

# hash TEXT... FILE-CONTENTS...: a short key of standard input.
hash_stdin() { sha256sum | cut -c1-12; }

# need_space DIR GIB: stops with a message when the file system of DIR has less than GIB free.
need_space() {
	local free
	mkdir -p "$1" || die "cannot create $1"
	free=$(df --output=avail -BG "$1" | tail -1 | tr -dc 0-9)
	[ "$free" -ge "$2" ] ||
		die "$1 has $free GiB free, $2 GiB are needed; free some space or set XDG_CACHE_HOME to a larger disk"
}

# logged NAME COMMAND...: runs COMMAND with its output in a log; on failure shows the end of it and returns the status.
logged() {
	local log=$log_dir/$1.log status=0
	shift
	mkdir -p "$log_dir"
	"$@" >"$log" 2>&1 </dev/null || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 20 "$log" | sed 's/^/  | /' >&2
		say "the whole log: $log"
	fi
	return "$status"
}

# blame NAME: prints the end of a message about a failure, from the log of `logged NAME`. It names the network only if the
# log does.
blame() {
	local log=$log_dir/$1.log proxy=${http_proxy:-${https_proxy:-}}
	says() { grep -qiE "$1" "$log"; }
	if says 'could not (resolve|connect)|failure resolving|connection (timed out|refused|failed)|network is unreachable|no route to host'; then
		if [ -n "$proxy" ]; then
			echo ": is the proxy $proxy up? (the log is above)"
		else
			echo ': is the network up? (the log is above)'
		fi
	elif says 'no space left'; then
		echo ': the disk is full'
	elif says 'release file .* is expired'; then
		echo ": the mirror's index is older than the archive allows. The mirror is stale, or this host's clock is ahead; \
MORSE_EXPIRED=yes takes the packages all the same"
	elif says 'is not valid yet|not live until|certificate is not yet valid'; then
		echo ': is the clock right? (the log is above)'
	elif says '\b404 +not found'; then
		echo ': the archive has it no more; run this again, which reads the new index (the log is above)'
	elif says 'NO_PUBKEY|not signed|missing key'; then
		echo ": the archive's signature cannot be verified; is debian-archive-keyring of this host up to date? (the log is above)"
	else
		echo ' (the log is above)'
	fi
}

# entry DIR MAKER ARGS...: DIR is whole when this returns. MAKER is called with DIR, fresh and empty, and ARGS. Runs at
# the same time wait for one another; an entry that a killed run left is removed.
entry() {
	local dir=$1 maker=$2 lock
	shift 2
	[ -e "$dir/.complete" ] && return
	mkdir -p "${dir%/*}"
	exec {lock}>"$dir.lock"
	if ! flock --nonblock "$lock"; then
		say "waiting for another run that is making ${dir##*/}"
		flock "$lock"
	fi
	if [ ! -e "$dir/.complete" ]; then
		rm -rf "$dir"
		mkdir "$dir"
		"$maker" "$dir" "$@"
		# After a power cut .complete must not exist without the other files.
		sync -f "$dir"
		touch "$dir/.complete"
	fi
	exec {lock}>&-
}
