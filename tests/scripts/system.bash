# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # `top` is of common
# A Debian system in QEMU, with the packages in /srv.

# system: makes a copy of the system, with the packages. Nothing of it is left after the test.
system() {
	needs_root
	entry=$("$top/scripts/system")
	packages=$(ARCH=amd64 "$top/scripts/deb")
	release=$(cat "$entry/release") second=$(cat "$entry/second")
	# As big as the system; the tool root's /tmp is memory. Other tests have copies of their own.
	work=$(mktemp -d "$top/build/system.XXXXXX")
	root=$work/root
	cp -a "$entry/root" "$root"
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
	# The nodes of its own /dev are of no use below a bind mount of bubblewrap.
	# shellcheck disable=SC2016 # for the inner shell
	DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
		unshare --mount sh -ec 'mount --rbind /dev "$0/dev"; mount -t proc proc "$0/proc"; exec chroot "$0" "$@"' \
		"$root" "$@" </dev/null
}

disk() {
	truncate -s 6G "$work/disk"
	mke2fs -q -t ext4 -d "$root" "$work/disk"
}

# boot RELEASE STEP [ARGUMENT...]: boots the disk; what the step says is in $output.
boot() {
	local kernel=$1 step=$2
	shift 2
	rm -f "$work/$step".*
	timeout 1500 qemu-system-x86_64 -M q35 -cpu max,svm=off -vga none -m 1536 "${processors[@]}" -display none -no-reboot -nic none \
		-drive "file=$work/disk,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci "${firmware[@]}" \
		-kernel "$root/boot/vmlinuz-$kernel" -initrd "$root/boot/initrd.img-$kernel" \
		-append "root=/dev/vda rw console=ttyS0 systemd.show_status=no panic=-1 teststep=$step $*" \
		-serial "file:$work/$step.console" -serial "file:$work/$step.log"
	output=$(tr -d '\r' <"$work/$step.log")
	echo "$output"
	[[ $output = *"$step: ok" ]] || { tail -20 "$work/$step.console"; return 1; }
}
firmware=()
processors=(-accel tcg -smp 2)

# trust CERTIFICATE: further boots are by a firmware whose keys (db) have this certificate of the machine's owner (DER, in the
# system).
trust() {
	inside openssl x509 -inform DER -in "$1" -out /srv/owner.pem
	inside virt-fw-vars --input /usr/share/OVMF/OVMF_VARS_4M.fd --output /srv/variables \
		--add-db 605dab50-e046-4300-abb6-3dd810dd8b23 /srv/owner.pem
	cp "$root/srv/variables" "$work/"
	firmware=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$root/usr/share/OVMF/OVMF_CODE_4M.fd"
		-drive "if=pflash,unit=1,format=raw,file=$work/variables")
}
