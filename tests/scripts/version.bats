# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common
# modinfo, and the places that have the version.

setup() {
	load common
}

@test "modinfo tells version, parameters with their values, and the alias of the device tree" {
	local module version
	module=$("$top/scripts/module")/morse.ko
	version=$(modinfo --field version "$module")
	grep -q "^morse ($version) " "$top/packaging/debian/changelog"
	grep -q "^version = \"$version\"$" "$top/Cargo.toml"
	modinfo --field parm "$module" | grep -q '^bottom_half:.*bh.*tasklet.*thread'
	modinfo --field alias "$module" | grep -q '^of:N\*T\*Cgpio-morse$'
}
