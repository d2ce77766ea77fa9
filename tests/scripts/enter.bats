# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` and `status` of bats
# Hosts and containers that refuse namespaces.

setup() {
	load common
	needs_root
	tools=$top/scripts/tools
	"$tools" >/dev/null
}

# refused_to_user COMMAND...: a user in such a place, with an empty cache.
refused_to_user() {
	chmod 755 "$BATS_TEST_TMPDIR"
	install -d -o 54321 "$BATS_TEST_TMPDIR/cache"
	XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache without_namespaces setpriv --reuid 54321 --regid 54321 --clear-groups "$@"
}

@test "a user is told what is refused and what helps, before anything is downloaded" {
	fails 'user namespaces are refused .* limit user\.max_user_namespaces is 0' refused_to_user "$tools"
	says 'This helps: sudo sysctl user\.max_user_namespaces=10000'
	[[ $output != *network* ]]
	[ -z "$(ls "$BATS_TEST_TMPDIR/cache")" ]
}

@test "root goes on without namespaces" {
	succeeds '^rustc 1\.' without_namespaces "$tools" run rustc --version
}

@test "without namespaces the newest system calls see the tool root, too" {
	# faccessat2, statx
	succeeds '^/usr/lib/rustlib$' without_namespaces "$tools" run sh -c '[ -x /usr/bin/pahole ] && stat -c %n /usr/lib/rustlib'
}

@test "without namespaces nothing is left mounted or running" {
	before=$(cat /proc/self/mounts)
	succeeds '^done$' without_namespaces "$tools" run echo "done"
	[ "$before" = "$(cat /proc/self/mounts)" ]
}
