# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` and `status` of bats
# The tool root: how it is made, entered, and what is said when it cannot be.

setup() {
	load common
	tools=$top/scripts/tools
}

@test "inside a command is just run" {
	succeeds '^1$' "$tools" run printenv MORSE_INSIDE
	fails 'cannot be made anew from inside' "$tools" renew
}

@test "its files belong to the user who made it and give no rights to others" {
	root=$("$tools")
	run find "$root" ! -uid "$(stat -c %u "$root")" -o -type f -perm /6000
	[ -z "$output" ]
}

@test "its compilers and their versions are named" {
	root=$("$tools")
	for package in rustc gcc pahole; do
		succeeds "^$package"$'\t[0-9]' grep "^$package"$'\t' "${root%/root}/compilers"
	done
}

@test "the proxy of the host's apt is used, and named when it is down" {
	echo 'Acquire::http::Proxy "http://127.0.0.1:9";' >"$BATS_TEST_TMPDIR/apt.conf"
	fails 'Could not connect to 127\.0\.0\.1:9' \
		env --unset=http_proxy XDG_CACHE_HOME="$BATS_TEST_TMPDIR" APT_CONFIG="$BATS_TEST_TMPDIR/apt.conf" "$tools"
	says 'is the proxy http://127\.0\.0\.1:9 up\?'
}

@test "without a network it is asked for, and nothing half made is taken for whole" {
	needs_root
	for _ in 1 2; do
		fails 'is the network up\?' env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" unshare --net "$tools"
	done
	run find "$BATS_TEST_TMPDIR" -name .complete
	[ -z "$output" ]
}

@test "a cache that cannot be written is not taken for a network that is down" {
	needs_root
	chmod 755 "$BATS_TEST_TMPDIR"
	fails "cannot (create|write)" as_user env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" "$tools"
	[[ $output != *network* ]]
}

# blamed LINE: how a message goes on after a log with LINE.
blamed() {
	mkdir -p "$BATS_TEST_TMPDIR/morse/log"
	echo "$1" >"$BATS_TEST_TMPDIR/morse/log/it.log"
	# shellcheck disable=SC2016 # for the inner shell
	env --unset=http_proxy --unset=https_proxy XDG_CACHE_HOME="$BATS_TEST_TMPDIR" \
		bash -c '. "$0/scripts/common.sh"; blame it' "$top"
}

@test "the log decides what is blamed" {
	succeeds 'is the network up' blamed "Err:1 http://h trixie InRelease Temporary failure resolving 'h'"
	succeeds 'is the network up' blamed 'Could not connect to h:80 (192.0.2.1), connection timed out'
	succeeds 'is the disk|disk is full' blamed 'tar: x: Cannot write: No space left on device'
	succeeds 'is the clock right' blamed 'E: Release file for http://h is not valid yet (invalid for another 3h)'
	succeeds 'no more; run this again' blamed 'Err:1 http://h pool/x.deb 404  Not Found [IP: 192.0.2.1 80]'
	succeeds "signature cannot be verified" blamed "the public key is not available: NO_PUBKEY 6ED0E7B82643E131"
	succeeds '^ \(the log is above\)$' blamed 'E: cannot create /home/x/.cache: Permission denied'
}
