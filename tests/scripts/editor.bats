# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` and `status` of bats
# What an editor is told of the kernel crate, the driver, samples and exercises.

setup() {
	load common
}

@test "rust-project.json names each crate's file, all of which are there" {
	succeeds '/rust-project\.json$' "$top/scripts/rust-analyzer"
	json=$top/rust-project.json
	for crate in core kernel morse wq latency exercise solution; do
		succeeds . grep -o "\"display_name\": \"$crate\"" "$json"
	done
	run python3 -c "
import json, os, sys
for crate in json.load(open(sys.argv[1]))['crates']:
    if not os.path.exists(crate['root_module']):
        print(crate['root_module'])" "$json"
	[ -z "$output" ]
}
