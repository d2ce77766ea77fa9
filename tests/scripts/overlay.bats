# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` and `status` of bats
# The overlay, applied to device trees of boards as Debian's own kernel package has them.

setup() {
	load common
}

# applied BOARD PARAMETERS...: the node of the device in the tree of BOARD, to which the overlay is applied.
applied() {
	local tree base overlay
	tree=$("$top/scripts/kernel" --arch arm64)
	base=$(echo "$tree"/dtb/*/"$1".dtb)
	shift
	overlay=$("$top/scripts/overlay" "$@")
	fdtoverlay -i "$base" -o "$BATS_TEST_TMPDIR/board.dtb" "$overlay" || return
	node=$BATS_TEST_TMPDIR/board.dtb
}

# line PROPERTY LABEL LINE FLAGS: the property is this line of the controller with this label.
line() {
	local path phandle
	path=$(fdtget "$node" /__symbols__ "$2")
	phandle=$(fdtget -t x "$node" "$path" phandle)
	[ "$(fdtget -t x "$node" /morse "$1")" = "$phandle $3 $4" ]
	# A controller of lines that can interrupt, as the key has to.
	fdtget "$node" "$path" gpio-controller
	fdtget "$node" "$path" interrupt-controller
}

@test "on a Raspberry Pi 4 the lamp is GPIO 17 and the key GPIO 27" {
	applied bcm2711-rpi-4-b
	line led-gpios gpio 11 0
	line key-gpios gpio 1b 11
	[ "$(fdtget "$node" /morse compatible)" = gpio-morse ]
}

@test "on a Raspberry Pi 5 the lines are those of its own controller" {
	applied bcm2712-rpi-5-b -DMORSE_GPIO=rp1_gpio
	line led-gpios rp1_gpio 11 0
	line key-gpios rp1_gpio 1b 11
}

@test "lines, flags and pulls are parameters" {
	applied rk3399-rockpro64 -DMORSE_GPIO=gpio1 -DMORSE_LED=5 -DMORSE_LED_FLAGS=GPIO_ACTIVE_LOW \
		-DMORSE_KEY=6 '-DMORSE_KEY_FLAGS=(GPIO_ACTIVE_HIGH|GPIO_PULL_DOWN)'
	line led-gpios gpio1 5 1
	line key-gpios gpio1 6 20
}

@test "a label that the board lacks is refused" {
	fails 'FDT_ERR_NOTFOUND|BADOVERLAY' applied rk3399-rockpro64
}

@test "the parameters of a Raspberry Pi are cells of the properties" {
	local dtbo
	dtbo=$("$top/scripts/overlay")
	fdtget "$dtbo" /__overrides__ led_flags >/dev/null
	for cell in led-gpios:4 led-gpios:8 key-gpios:4 key-gpios:8 debounce-interval:0; do grep -qa "$cell" "$dtbo"; done
}
