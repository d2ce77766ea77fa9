# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `release` and `second` are of system
# The packages in a Debian system with systemd, in QEMU. tests/system has the steps that run in it.

setup() {
	load ../common
	load ../system
}

teardown() { rm -rf "$top/build/system"; }

# none_left: no file of the packages. The group stays, as files may be its own.
none_left() {
	local left
	left=$(find "$root"/{etc,usr,var} -xdev -iname '*morse*' ! -name morse-test.service ! -name '*MORSEMICRO*' \
		! -path '*/usr/lib/modules/*/kernel/*')
	[ -z "$left" ] || { echo "$left"; return 1; }
}

@test "packages are installed, used by the group alone, and purged without a rest" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-modules-*.deb'
	disk
	boot "$release" use
	boot "$release" reboot
	inside sh -c 'apt-get --quiet=2 purge --yes "morse*"'
	none_left
	! grep -q morse "$root/usr/lib/modules/$release/modules.dep"
}

@test "under lockdown and sig_enforce an unsigned module is refused" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-modules-*.deb'
	disk
	boot "$release" lockdown lockdown=integrity
	boot "$release" lockdown module.sig_enforce=1
}

@test "DKMS builds for each kernel, and the second one loads it" {
	system
	inside sh -c 'apt-get --quiet=2 install --yes /srv/morse_*.deb /srv/morse-dkms_*.deb'
	[ -e "$root/usr/lib/modules/$release/updates/dkms/morse.ko.xz" ]
	disk
	boot "$second" dkms
	inside sh -c 'apt-get --quiet=2 purge --yes "morse*"'
	none_left
}
