# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `output` is of bats
# A new user's first message, with nothing in the cache: some minutes, and 900 MB of downloads into memory.

setup() {
	load ../common
	load ../newcomer
	needs_host
}

@test "a user with a private home makes all that a message needs" {
	mkdir "$BATS_TEST_TMPDIR/nothing"
	succeeds '^seen: E$' as_newcomer "$BATS_TEST_TMPDIR/nothing" make run MSG=E
	says '^tools: making the Debian tool root'
}
