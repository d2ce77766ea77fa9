# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common

setup() { load ../common; }

teardown() { rm -rf "${other:-}"; }

@test "packages are the same bytes, wherever, whenever and by whom they are built" {
	local first deb
	first=$("$top/scripts/deb")
	other=$(mktemp -d "$top/build/another-place.XXXXXX")
	umask 077
	(cd "$top" && git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=-) |
		tar -x --no-same-permissions --no-same-owner --touch -C "$other"
	git -C "$other" init --quiet
	env --unset=MAKEFLAGS TZ=Pacific/Kiritimati make --silent -C "$other" deb
	for deb in "$first"/*.deb; do
		cmp "$deb" "$other/build/deb/${first##*/}/${deb##*/}"
	done
	[ "$(ls "$first")" = "$(ls "$other/build/deb/${first##*/}")" ]
}
