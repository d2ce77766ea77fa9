# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2034,SC2154 # bats has `output` and `status`, the tests use `top`
# Shared by the tests beside it, which bats runs in the tool root: scripts/tools run bats tests/scripts

bats_require_minimum_version 1.5.0
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Each test makes its own settings.
unset SERIES ARCH FLAVOUR SUITE RELEASE KDIR DIAGRAM TIMELINE MORSE_BINDS

# says PATTERN: $output has an extended regular expression; otherwise it is shown.
says() {
	grep -qE -- "$1" <<<"$output" || {
		printf '%s\n' "not said: $1" "$output"
		return 1
	}
}

# succeeds PATTERN COMMAND..., fails PATTERN COMMAND...: how COMMAND ends, and that it says PATTERN on the way.
succeeds() {
	local pattern=$1
	shift
	run "$@"
	[ "$status" -eq 0 ] || {
		printf '%s\n' "status $status" "$output"
		return 1
	}
	says "$pattern"
}
fails() {
	local pattern=$1
	shift
	run "$@"
	[ "$status" -ne 0 ] || {
		printf '%s\n' "did not fail" "$output"
		return 1
	}
	says "$pattern"
}

needs_root() { [ "$(id -u)" = 0 ] || skip "needs root"; }

# as_user COMMAND...: as an unprivileged uid without a passwd entry.
as_user() { setpriv --reuid 54321 --regid 54321 --clear-groups "$@"; }

# without_namespaces COMMAND...: as root of a container that grants no namespace; COMMAND takes this for the host.
without_namespaces() {
	# shellcheck disable=SC2016 # for the inner shell
	env --unset=MORSE_INSIDE unshare --mount --pid --fork --mount-proc unshare --user --map-users=all --map-groups=all \
		sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin "$@"' sh "$@"
}
