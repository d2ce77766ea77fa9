# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `output` is of bats
# A new user's first tests and first message, with nothing in the cache: some minutes, and 900 MB of downloads into memory.

setup() {
	load ../common
	load ../newcomer
	needs_host
}

@test "a user with a private home makes all that tests need, tests twice, sends, and removes it" {
	mkdir "$BATS_TEST_TMPDIR/nothing"
	# The cache's directory is mounted here and stays.
	# shellcheck disable=SC2016 # for the inner shell
	succeeds '^seen: E$' as_newcomer "$BATS_TEST_TMPDIR/nothing" sh -c '
		scripts/test smoke && scripts/test smoke && make run MSG=E && { make distclean || true; } && [ -z "$(ls -A ~/.cache/morse)" ] && echo nothing is left'
	says '^tools: making the Debian tool root'
	[ "$(grep -c ' passed, 0 failed' <<<"$output")" = 2 ]
	says '^nothing is left$'
}
