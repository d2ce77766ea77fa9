# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` of bats
# The first steps of a user of the host without rights, with a home of mode 0700 and an empty cache.

setup() {
	load common
	load newcomer
	needs_host
}

@test "a user with a private home sends a message" {
	# The compiled libraries, as the next checkout finds them.
	"$top/scripts/tools" keep
	succeeds '^seen: E$' as_newcomer "$(cache_directory)" make run MSG=E
	[[ ! $output =~ '  RUSTC' ]]
}

@test "a user sees the same tool root and may not change that of root" {
	succeeds '^-rwx' as_newcomer "$(cache_directory)" sh -c 'ls -l scripts/tools; id; scripts/tools run rustc --version'
	says '^rustc 1\.'
	says 'newcomer'
}
