# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # `top` is of common
# A Debian system in QEMU, with the packages in /srv.

# system: makes a disk with the system, and the packages for it. Nothing of it is left after the test.
system() {
	needs_root
	entry=$("$top/scripts/system")
	packages=$(ARCH=amd64 "$top/scripts/deb")
	root=$BATS_TEST_TMPDIR/root
	# As big as the system; the tool root's /tmp is memory.
	work=$top/build/system
	rm -rf "$work"
	mkdir -p "$work"
	root=$work/root
	cp -a "$entry/root" "$root"
	release=$(cat "$entry/release") second=$(cat "$entry/second")
	cp "$packages"/*.deb "$root/srv/"
	install -D -t "$root/srv/steps" "$top"/tests/system/*
	cat >"$root/etc/systemd/system/morse-test.service" <<-END
		[Unit]
		After=multi-user.target
		[Service]
		ExecStart=/srv/steps/run
	END
	# The steps load the profiles that they need; all of Debian's take an emulated processor a minute.
	ln -s /dev/null "$root/etc/systemd/system/apparmor.service"
	ln -s ../morse-test.service "$root/etc/systemd/system/multi-user.target.wants/"
}

# inside COMMAND...: in the system, before it is booted.
inside() {
	mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
	DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"
}

disk() {
	! mountpoint -q "$root/proc" || umount "$root/proc"
	truncate -s 6G "$work/disk"
	mke2fs -q -t ext4 -d "$root" "$work/disk"
}

# boot RELEASE STEP [ARGUMENT...]: boots the disk; what the step says is in $output.
boot() {
	local kernel=$1 step=$2
	shift 2
	timeout 1500 qemu-system-x86_64 -M q35 -cpu max -accel tcg -smp 2 -m 1536 -display none -no-reboot -nic none \
		-drive "file=$work/disk,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci \
		-kernel "$root/boot/vmlinuz-$kernel" -initrd "$root/boot/initrd.img-$kernel" \
		-append "root=/dev/vda rw console=ttyS0 systemd.show_status=no panic=-1 teststep=$step $*" \
		-serial "file:$work/$step.console" -serial "file:$work/$step.log"
	output=$(tr -d '\r' <"$work/$step.log")
	echo "$output"
	[[ $output = *"$step: ok" ]] || { tail -20 "$work/$step.console"; return 1; }
}
