# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common
# A program of the reader's own, as samples/README.md says it comes onto the board.

setup() { load ../common; }

teardown() {
	exec 4>&-
	[ -z "${board:-}" ] || kill "$board" 2>/dev/null || true
}

@test "a program of one's own is typed at the board's shell" {
	copy=$BATS_TEST_TMPDIR/morse screen=$BATS_TEST_TMPDIR/screen
	mkdir "$copy"
	(cd "$top" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null |
		tar -c --no-recursion --files-from=-) | tar -x -C "$copy"
	cat >"$copy/samples/use/src/bin/hello.rs" <<-'RUST'
		fn main() {
		    println!("{} of my own", "a program");
		}
	RUST
	mkfifo "$BATS_TEST_TMPDIR/keyboard"
	env CARGO_TARGET_DIR="$copy/build/tools" TERM=dumb script -qfc "make -C $copy run KEY=none" "$screen" \
		<"$BATS_TEST_TMPDIR/keyboard" >/dev/null 3>&- &
	board=$!
	exec 4>"$BATS_TEST_TMPDIR/keyboard"
	for ((i = 0; i < 3000; i++)); do
		! grep -q 'board:~#' "$screen" 2>/dev/null || break
		kill -0 "$board"
		sleep 1
	done
	printf 'hello\rexit\r' >&4
	wait "$board"
	succeeds '^a program of my own' cat "$screen"
}
