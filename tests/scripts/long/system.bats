# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `release` and `second` are of system
# The packages in a Debian system with systemd, in QEMU. tests/system has the steps that run in it.

setup() {
	load ../common
	load ../system
}

teardown() { rm -rf "${work:-}"; }

@test "packages are installed, used by the group alone, and purged without a rest" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-modules-*.deb'
	disk
	boot "$release" use
	boot "$release" reboot
	boot "$release" purge
}

@test "lockdown and sig_enforce refuse the module until it is signed with a key that the firmware has" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-modules-*.deb'
	# As packaging/README.md has it.
	inside sh -c 'cd /srv && for name in owner stranger; do
		openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$name/" -keyout $name.key -outform DER -out $name.der
	done'
	trust /srv/owner.der
	disk
	boot "$release" signed
}

@test "DKMS builds and signs for each kernel, and the second loads it under sig_enforce" {
	local started
	system
	started=$SECONDS
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-dkms_*.deb ||
		{ cat /var/lib/dkms/morse/*/build/make.log; exit 1; }'
	echo "built for both in $((SECONDS - started)) s"
	for kernel in "$release" "$second"; do
		[ "$(inside modinfo --set-version "$kernel" --field filename morse)" = "/lib/modules/$kernel/updates/dkms/morse.ko.xz" ]
	done
	inside dkms status morse
	trust /var/lib/dkms/mok.pub
	disk
	boot "$second" dkms
}

@test "a kernel that DKMS cannot serve is told with the reason in its log" {
	system
	inside sh -c 'dpkg --unpack /srv/morse-dkms_*.deb'
	module=morse/$(inside dpkg-query --show --showformat='${Version}' morse-dkms)
	inside dkms add "$module"
	build() { fails "$1" inside dkms build --force "$module" -k "$2"; }
	log() { cat "$root/var/lib/dkms/$module/build/make.log"; }
	build 'does not match this kernel/arch/config' "$(basename "$root"/usr/src/linux-headers-6.*-amd64 | sed 's/linux-headers-//')"
	mv "$root"/usr/src/linux-source-*.tar.xz "$root/srv"
	build 'Bad return status for module build' "$second"
	log | grep "linux-source-.* is not installed; it is needed in the version .*, that of $second"
	mv "$root"/srv/linux-source-*.tar.xz "$root/usr/src"
	printf '#!/bin/sh\necho rustc 1.2.3\n' >"$root/usr/local/bin/rustc"
	chmod +x "$root/usr/local/bin/rustc"
	build 'Bad return status for module build' "$second"
	log | grep "compiler mismatch: $second was built with 'rustc 1.*', but rustc here is 'rustc 1.2.3'"
}

@test "a contest logger keys the lamp through morse-cwd" {
	system
	cp "$(ARCH=amd64 "$top/scripts/module")/qemu/board/morse-board.ko" "$root/srv/"
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-modules-*.deb'
	disk
	# In virtual time, 4 ns an instruction, other programs of this host make no edge late. QEMU lets several processors take turns
	# of 100 ms there.
	processors=(-accel tcg -icount shift=2 -smp 1)
	boot "$release" contest
}
