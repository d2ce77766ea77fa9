# SPDX-License-Identifier: GPL-2.0
# The runner of the tests: what it says in the end, whatever comes before.

setup() {
	load common
	# scripts/test would wait for the run that this is a part of.
	runner=$top/build/tools/debug/morse-tests
	cd "$top"
}

closes() { [ "${lines[-1]}" = "$1" ] || { printf '%s\n' "$output" && return 1; }; }

@test "the last line has the count" {
	succeeds 'test scripts::cache::an entry is made once +\.\.\. ok' "$runner" 'scripts::cache::an entry is made once'
	closes '1 passed, 0 failed'
}

@test "what passed once passes the second time" {
	for _ in first second; do
		succeeds '^test must_not_compile::wrong_queue +\.\.\. ok$' "$runner" must_not_compile::wrong_queue
		closes '1 passed, 0 failed'
	done
}

@test "a name that no test has is told" {
	fails 'no test is named nosuchtest' "$runner" docs nosuchtest
	closes '0 passed, 0 failed'
}

@test "a failure is told with how to run it again" {
	fails '^again: MORSE_SEED=7 scripts/test must_not_compile::wrong_queue$' \
		env MORSE_SEED=7 MORSE_TEST_LIMIT=0 "$runner" must_not_compile::wrong_queue
	says 'did not end within'
	closes '0 passed, 1 failed'
}

@test "an interrupted run is summed up" {
	env MORSE_SEED=7 "$runner" fuzz::parser docs::morse-code >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	sleep 3
	kill -INT $!
	# Not by `run`: a subshell has no children to wait for.
	wait $! && false
	run cat "$BATS_TEST_TMPDIR/out"
	says 'FAILED: .* was interrupted'
	says '^[0-9] passed, [12] failed$'
}
