# SPDX-License-Identifier: GPL-2.0
# Trees that no module can be built against. Each is the good tree with one thing wrong.

setup() {
	load common
	spoiled=$BATS_TEST_TMPDIR/tree
}

# spoil: makes a tree of links to the good one, whose configuration can be changed.
spoil() {
	local tree
	tree=$("$top/scripts/kernel")/build
	mkdir -p "$spoiled/include/config"
	ln -s "$tree"/* "$spoiled/" 2>/dev/null || true
	cp "$tree/include/config/auto.conf" "$spoiled/include/config/"
}

built() { KDIR=$spoiled "$top/scripts/module"; }

@test "a directory that is no tree is refused" {
	mkdir "$spoiled"
	fails 'is no kernel build tree' built
}

@test "a tree that is not prepared is answered with how to prepare it" {
	mkdir "$spoiled"
	touch "$spoiled/Makefile"
	fails 'is not configured and prepared; run: make -C' built
}

@test "a tree without Rust is refused" {
	spoil
	sed -i '/^CONFIG_RUST=/d' "$spoiled/include/config/auto.conf"
	fails 'has no CONFIG_RUST' built
}

@test "a tree without metadata of the kernel crate is refused" {
	spoil
	rm "$spoiled/rust"
	fails 'no metadata of the kernel crate' built
}

@test "a tree without symbols is refused" {
	spoil
	rm "$spoiled/Module.symvers"
	fails 'has no Module.symvers' built
}

@test "a tree of another rustc is refused, with quotes in its configuration and without" {
	spoil
	for text in '"rustc 1.99.0 (a b)"' 'rustc 1.99.0 (a b)'; do
		sed -i "s/^CONFIG_RUSTC_VERSION_TEXT=.*/CONFIG_RUSTC_VERSION_TEXT=$text/" "$spoiled/include/config/auto.conf"
		fails "was prepared with 'rustc 1\.99\.0 \(a b\)'" built
	done
}

@test "a tree of a compiler that is not here is refused" {
	spoil
	sed -i 's/^CONFIG_CC_VERSION_TEXT=.*/CONFIG_CC_VERSION_TEXT=vax-linux-gcc-3 (x) 3/' "$spoiled/include/config/auto.conf"
	fails 'the tool root has no vax-linux-gcc-3' built
}

@test "a tree of a kernel that is too old is refused" {
	spoil
	echo 6.12.1-x >"$spoiled/include/config/kernel.release"
	fails 'is of Linux 6\.12\.1-x; 7\.2 or newer is needed' built
}

@test "with all in the cache no network is needed" {
	needs_root
	succeeds 'build/[0-9]' unshare --net "$top/scripts/module"
}

@test "builds of one directory wait for one another" {
	export MORSE_OUT=bats-run.$$
	"$top/scripts/module" morse.ko >"$BATS_TEST_TMPDIR/first" 2>&1 &
	succeeds 'build/[0-9]' "$top/scripts/module" morse.ko
	wait $! || {
		cat "$BATS_TEST_TMPDIR/first"
		false
	}
	rm -r "${output##*$'\n'}"
}

@test "programs built by two runs at once are whole" {
	for _ in 1 2 3; do
		"$top/scripts/programs" >"$BATS_TEST_TMPDIR/first" 2>&1 &
		succeeds 'build/programs-arm64$' "$top/scripts/programs"
		wait $! || {
			cat "$BATS_TEST_TMPDIR/first"
			false
		}
	done
}
