# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common
# Spaces and other odd characters in paths work, or are refused at once with the reason.

setup() {
	load common
	# Nothing may be downloaded before the refusal.
	export http_proxy=http://127.0.0.1:9
}

# cache_home: the directory that has the cache.
cache_home() { realpath "$("$top/scripts/tools")/../../../.."; }

@test "a checkout whose path has a space is refused" {
	mkdir -p "$BATS_TEST_TMPDIR/a b/scripts"
	cp "$top"/Makefile "$BATS_TEST_TMPDIR/a b/"
	cp "$top"/scripts/*.sh "$top"/scripts/{module,kernel,tools,board} "$BATS_TEST_TMPDIR/a b/scripts/"
	cd "$BATS_TEST_TMPDIR/a b"
	for command in make 'make run' scripts/module scripts/kernel scripts/tools; do
		# shellcheck disable=SC2086 # words
		fails "the path of this checkout has a character .* such as a space" env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" $command
	done
	[ ! -e "$BATS_TEST_TMPDIR/morse" ]
}

@test "a cache or a home whose path is odd is refused" {
	for dir in "$BATS_TEST_TMPDIR/a b" "$BATS_TEST_TMPDIR/a:b" "$BATS_TEST_TMPDIR/a'b" "$BATS_TEST_TMPDIR/a\$b"; do
		fails 'the path of the cache .* has a character' env XDG_CACHE_HOME="$dir" "$top/scripts/tools"
		fails 'the path of the cache .* has a character' env --unset=XDG_CACHE_HOME HOME="$dir" "$top/scripts/tools"
		[ ! -e "$dir" ]
	done
	fails 'has to be absolute' env XDG_CACHE_HOME=cache "$top/scripts/tools"
	fails 'neither HOME nor XDG_CACHE_HOME' env --unset=XDG_CACHE_HOME --unset=HOME "$top/scripts/tools"
}

@test "a home whose path is odd does not matter if the cache is elsewhere" {
	succeeds '^/' env HOME="$BATS_TEST_TMPDIR/a b" XDG_CACHE_HOME="$(cache_home)" "$top/scripts/tools"
}

@test "a kernel tree whose path is odd, or that is not there, is refused" {
	mkdir "$BATS_TEST_TMPDIR/a b"
	fails 'KDIR has a character' env KDIR="$BATS_TEST_TMPDIR/a b" "$top/scripts/module"
	fails 'KDIR: there is no directory' env KDIR="$BATS_TEST_TMPDIR/nothing" "$top/scripts/module"
}

@test "odd letters are fine" {
	mkdir -p "$BATS_TEST_TMPDIR/Zoë,a=b@c~+/scripts"
	cp "$top"/scripts/*.sh "$top"/scripts/tools "$BATS_TEST_TMPDIR/Zoë,a=b@c~+/scripts/"
	cd "$BATS_TEST_TMPDIR/Zoë,a=b@c~+"
	succeeds '^/.*/Zoë,a=b@c~\+$' env --unset=MORSE_INSIDE XDG_CACHE_HOME="$(cache_home)" scripts/tools run pwd
}

@test "a drawing may be wanted in a directory whose path is odd" {
	mkdir "$BATS_TEST_TMPDIR/a b"
	# shellcheck disable=SC2016 # for the inner shell
	succeeds '' env DIAGRAM="$BATS_TEST_TMPDIR/a b/c d.svg" "$top/scripts/board" --bare sh -c 'touch "$DIAGRAM"'
	[ -e "$BATS_TEST_TMPDIR/a b/c d.svg" ]
	fails 'DIAGRAM: there is no directory' env DIAGRAM="$BATS_TEST_TMPDIR/nothing/c.svg" "$top/scripts/board" --bare true
}
