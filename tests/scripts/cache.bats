# SPDX-License-Identifier: GPL-2.0
# Entries of the cache: made once, and made again when their making was interrupted.

setup() {
	load common
	work=$BATS_TEST_TMPDIR
}

# with_things COMMANDS: runs them where entries are made by make_thing, which waits as long as it is told.
with_things() {
	WORK=$work bash -c ". $top/scripts/common.sh"'
		make_thing() {
			local never
			# Waits without a child, which would outlive a kill and hold the lock.
			[ -z "${2:-}" ] || { exec {never}<> <(:) && read -rt "$2" -u "$never"; } || true
			touch "$1/thing"
		}'"
		$1"
}

@test "an entry is made once" {
	# shellcheck disable=SC2016 # for the inner shell
	succeeds '^made once$' with_things '
		entry "$WORK/twice" make_thing
		rm "$WORK/twice/thing"
		entry "$WORK/twice" make_thing
		[ ! -e "$WORK/twice/thing" ] && echo made once'
}

@test "an entry of a killed run is made again" {
	# shellcheck disable=SC2016 # for the inner shell
	succeeds '^made again$' with_things '
		(entry "$WORK/killed" make_thing 30) &
		sleep 0.5
		[ -d "$WORK/killed" ] && [ ! -e "$WORK/killed/.complete" ]
		kill -9 $!
		touch "$WORK/killed/half"
		entry "$WORK/killed" make_thing
		[ -e "$WORK/killed/thing" ] && [ ! -e "$WORK/killed/half" ] && echo made again'
}

@test "a disk without space is told" {
	fails 'GiB free, 900000 GiB are needed' bash -c ". $top/scripts/common.sh; need_space $work 900000"
}

# with_index COMMANDS: runs them where Debian's index is, and tells in which order it was refreshed and read.
with_index() {
	cat >"$work/slow_apt" <<-'END'
		#!/bin/sh
		[ $# -gt 0 ] || exec echo "$WORK"
		case $* in
		*apt-get*update*) touch "$WORK/begun"; sleep 0.5; echo refreshed >>"$WORK/index" ;;
		*pkgnames*) echo read >>"$WORK/index" ;;
		esac
	END
	chmod +x "$work/slow_apt"
	mkdir -p "$work/etc/apt"
	echo "deb nowhere trixie main" >"$work/etc/apt/sources.list"
	WORK=$work XDG_CACHE_HOME=$work/cache bash -c "
		. $top/scripts/common.sh; . $top/scripts/debian.sh; tools=$work/slow_apt
		read_index() { apt arm64 apt-cache pkgnames; }
		$1" && paste -sd' ' "$work/index"
}

@test "the index is refreshed once and not read meanwhile" {
	# shellcheck disable=SC2016 # for the inner shell
	succeeds '^refreshed read read$' with_index '
		want() { refresh_index arm64 10 && read_index; }
		want &
		want && wait $!'
}

@test "the index is not read while another refreshes it" {
	# shellcheck disable=SC2016 # for the inner shell
	succeeds '^refreshed read$' with_index '
		refresh_index arm64 10; rm -f "$WORK/index" "$WORK/begun"
		touch -d "20 minutes ago" "$(index_of arm64)/stamp"
		refresh_index arm64 10 &
		for _ in {1..100}; do [ -e "$WORK/begun" ] || sleep 0.05; done
		read_index && wait $!'
}
