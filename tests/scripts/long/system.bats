# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `release` and `second` are of system
# The packages in a Debian system with systemd, in QEMU. tests/system has the steps that run in it.

setup() {
	load ../common
	load ../system
}

teardown() { rm -rf "$top/build/system"; }

@test "packages are installed, used by the group alone, and purged without a rest" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /root/morse_*.deb /root/morse-modules-*.deb'
	disk
	boot "$release" use
	boot "$release" reboot
	# The group stays: files may be its own.
	inside sh -c 'apt-get --quiet=2 purge --yes "morse*"'
	[ -z "$(find "$root"/{etc,usr,var} -xdev -iname '*morse*' ! -path '*/usr/lib/modules/*/kernel/*' | tee /dev/stderr)" ]
	! grep -q morse "$root/usr/lib/modules/$release/modules.dep"
}

@test "under lockdown and sig_enforce an unsigned module is refused" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /root/morse_*.deb /root/morse-modules-*.deb'
	disk
	boot "$release" lockdown lockdown=integrity
	boot "$release" lockdown module.sig_enforce=1
}

@test "DKMS builds for each kernel, and the second one loads it" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /root/morse_*.deb /root/morse-dkms_*.deb'
	[ -e "$root/usr/lib/modules/$release/updates/dkms/morse.ko.xz" ]
	disk
	boot "$second" dkms
	inside sh -c 'apt-get --quiet=2 purge --yes "morse*"'
	[ -z "$(find "$root"/{usr/src,usr/lib/modules,var/lib/dkms} -iname '*morse*' ! -path '*/kernel/*' | tee /dev/stderr)" ]
}
