# SPDX-License-Identifier: GPL-2.0
# Whether a prepared tree is the right one for a binary kernel; sourced after common.sh. Each check takes the directory of
# scripts/kernel while it is being made (`config`, `build/`) and the variable `release`, and ends the script
# with a message that names the difference.

# config NAME FILE: the value of a string in a kernel configuration.
config() { sed -n "s/^CONFIG_$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" "$2"; }

compiler_help="if Debian's compiler has moved on since the tool root was made, scripts/tools renew helps"
check_compiler() {
	local dir=$1 wanted have
	[ "$(config RUST "$dir/config")" = y ] ||
		die "$release was built without Rust (CONFIG_RUST is not set), so no Rust module can be built for it"
	[ "$(config MODVERSIONS "$dir/config")" != y ] || [ "$(config EXTENDED_MODVERSIONS "$dir/config")" = y ] ||
		die "$release has CONFIG_MODVERSIONS without CONFIG_EXTENDED_MODVERSIONS, which cannot name Rust symbols"
	wanted=$(config RUSTC_VERSION_TEXT "$dir/config")
	have=$("$tools" run rustc --version)
	[ "$wanted" = "$have" ] || die "compiler mismatch: $release was built with '$wanted', but rustc here is '$have'; \
$compiler_help"
}

# Settings of the package's configuration that the prepared tree does not have, or has otherwise. Only such as depend
# on the very tools of the machine may differ; anything else could change the layout of a struct.
check_config() {
	local dir=$1 differ
	differ=$(diff <(grep ^CONFIG_ "$dir/config") <(grep ^CONFIG_ "$dir/build/.config") |
		sed -n 's/^[<>] //p' | grep -vE '^CONFIG_[A-Z_]*(VERSION|VERSION_TEXT)=' || true)
	[ -z "$differ" ] || die "the prepared configuration differs from that of $release: $(paste -sd' ' <<<"$differ")"
}

# Every symbol that the prepared Rust crates export must be exported by the binary kernel under the very same name.
# check_symbols DIR SYMVERS, the Module.symvers of the binary kernel
check_symbols() {
	local dir=$1 symvers=$2 ours missing
	ours=$(cat "$dir"/build/rust/exports_*_generated.h | sed -n 's/^EXPORT_SYMBOL_RUST_GPL(\(.*\));$/\1/p' | sort -u)
	[ "$(wc -l <<<"$ours")" -gt 100 ] || die "found no Rust symbols in the prepared tree"
	missing=$(comm -23 <(echo "$ours") <(cut -f2 "$symvers" | sort -u))
	[ -z "$missing" ] || die "symbol mismatch: $(wc -l <<<"$missing") of $(wc -l <<<"$ours") Rust symbols of the prepared \
tree are not exported by $release, first: $(head -1 <<<"$missing"); source, configuration or compiler is not the one it was built with"
	wc -l <<<"$ours" >"$dir/symbols"
}
