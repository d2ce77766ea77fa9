# SPDX-License-Identifier: GPL-2.0
# How the tool root is entered; sourced by scripts/tools.
#
# bubblewrap enters it in new namespaces, which end with the command. In a container root may have no right to create any;
# proot then traces the system calls, which is slower but needs no rights.

# namespaces_refused: succeeds if bubblewrap cannot do its work here, and prints why and the command that helps.
namespaces_refused() {
	local said cause help sysctl=/proc/sys
	if command -v bwrap >/dev/null; then
		! said=$(bwrap --unshare-pid --unshare-ipc --ro-bind / / --proc /proc --dev /dev true 2>&1) || return 1
	else
		! said=$(unshare --map-root-user --pid --fork --mount-proc true 2>&1) || return 1
	fi
	is() { [ "$(cat "$sysctl/$1" 2>/dev/null)" = "$2" ]; }
	if is user/max_user_namespaces 0; then
		cause='the limit user.max_user_namespaces is 0'
		help='sudo sysctl user.max_user_namespaces=10000'
	elif is kernel/unprivileged_userns_clone 0; then
		cause='kernel.unprivileged_userns_clone is 0'
		help='sudo sysctl kernel.unprivileged_userns_clone=1'
	elif is kernel/apparmor_restrict_unprivileged_userns 1; then
		cause='AppArmor denies them to programs without a profile of their own'
		help='sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0'
	elif [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -n "${container:-}" ]; then
		cause='this container is not allowed to make any'
		help='run this as root in the container, or start it with: docker run --privileged'
	else
		cause='the kernel or the container gives no further reason'
		help='run this as root, or outside of the container or chroot'
	fi
	echo "user namespaces are refused to $(id -un) here ($said): $cause. The tool root is entered with them. This helps: $help"
}

# use_proxy: the proxy of the host's apt is the one of the tool root's, too.
use_proxy() {
	local proxy=''
	[ -z "${http_proxy:-}" ] && command -v apt-config >/dev/null || return 0
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	case $proxy in '' | DIRECT) ;; *) export http_proxy=$proxy ;; esac
}

# The environment that programs of the tool root run with.
set_environment() {
	local bin=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	# Variables that a toolchain reads, and make's own flags, must not leak into the tool root.
	unset MAKEFLAGS MFLAGS MAKELEVEL RUSTUP_HOME RUSTUP_TOOLCHAIN RUSTC RUSTDOC CARGO RUSTFLAGS CC CXX CFLAGS LDFLAGS \
		PYTHONHOME PYTHONPATH PYENV_ROOT TMPDIR
	# A target directory of its own, beside that of a developer's cargo outside: each holds its lock for a whole build.
	export CARGO_HOME=$cache/cargo CARGO_TARGET_DIR=$top/build/tools LC_ALL=C.UTF-8
	# There are many programs to link.
	export CARGO_BUILD_RUSTFLAGS=-Clink-arg=-fuse-ld=lld
	export PATH=$bin:/usr/lib/llvm-$llvm/bin
	export MORSE_INSIDE=1
	use_proxy
}

# enter CMD ARGS...: replaces this process by CMD in the tool root.
enter() {
	local system=$root/root seen=() file dir place
	set_environment
	mkdir -p "$CARGO_HOME"
	# Pairs of a path of the host and its place inside. First the host's network settings: names and certificates.
	for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
		[ ! -s "$file" ] || seen+=("$(realpath "$file")" "$file")
	done
	seen+=("$cache" "$cache" "$top" "$top")
	# The repository of a git worktree lies elsewhere.
	if [ -f "$top/.git" ]; then
		dir=$(sed -n 's/^gitdir: //p' "$top/.git")
		dir=${dir%/worktrees/*}
		[ ! -d "$dir" ] || seen+=("$dir" "$dir")
	fi
	while read -r dir; do
		[ -z "$dir" ] || seen+=("$dir" "$dir")
	done <<<"${MORSE_BINDS:-}"
	# A directory that does not exist inside cannot be the current one.
	for ((place = 1; place < ${#seen[@]}; place += 2)); do
		[[ $PWD/ != "${seen[place]}"/* ]] || break
	done
	[ "$place" -lt "${#seen[@]}" ] || cd "$top"
	if [ "$(id -u)" != 0 ] || ! namespaces_refused >/dev/null; then
		enter_namespaces "$@"
	else
		enter_traced "$@"
	fi
}

enter_namespaces() {
	local binds=() parents=() dir i
	# Other users, whom tests run as root become, may pass through the directories above these.
	for dir in "$cache" "$top"; do
		while dir=${dir%/*} && [ -n "$dir" ]; do parents=(--perms 0755 --dir "$dir" "${parents[@]}"); done
	done
	for ((i = 0; i < ${#seen[@]}; i += 2)); do binds+=(--bind "${seen[i]}" "${seen[i + 1]}"); done
	[ -z "${MORSE_HOST_DOOR:-}" ] || [ "$(id -u)" != 0 ] || binds+=(--dev-bind / /host)
	# A checkout or kernel tree may lie in one of the system's directories: they can be written until it is bound there.
	exec bwrap --unshare-pid --unshare-ipc --die-with-parent \
		--bind "$system/usr" /usr --bind "$system/etc" /etc --bind "$system/var" /var \
		--symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
		--dev /dev --dev-bind-try /dev/kvm /dev/kvm --proc /proc --ro-bind /sys /sys --tmpfs /tmp --tmpfs /run \
		"${parents[@]}" "${binds[@]}" --remount-ro /usr --remount-ro /etc --remount-ro /var --chdir "$PWD" -- "$@"
}

# proot and its libraries are those of the tool root, so that they need not fit the host's. It does not know the newest
# system calls, whose paths it would leave untranslated; libraries fall back to the older ones when they find none.
enter_traced() {
	local binds=() i loader
	for ((i = 0; i < ${#seen[@]}; i += 2)); do binds+=(--bind="${seen[i]}:${seen[i + 1]}"); done
	loader=$(echo "$system"/usr/lib/*-linux-gnu/ld-linux-*.so.*)
	exec "$loader" --library-path "${loader%/*}" "$system/usr/bin/proot" --rootfs="$system" \
		--bind=/dev --bind=/proc --bind=/sys --bind=/tmp "${binds[@]}" --cwd="$PWD" \
		setpriv --no-new-privs --seccomp-filter /etc/absent-calls.bpf "$@"
}

# absent_calls: a filter of seccomp (struct sock_filter) that gives ENOSYS for the system calls that proot does not know.
absent_calls() {
	local calls=(437 439 452) call left word # openat2, faccessat2, fchmodat2; then statx, renameat2
	case $(uname -m) in
	x86_64) calls+=(332 316) ;;
	aarch64) calls+=(291 276) ;;
	esac
	instruction() {
		for word in $(($1 | $2 << 16 | $3 << 24)) "$4"; do
			# shellcheck disable=SC2059 # made here
			printf "$(printf '\\x%02x' $((word & 255)) $((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255)))"
		done
	}
	instruction 0x20 0 0 0 # load the number
	left=${#calls[@]}
	for call in "${calls[@]}"; do
		instruction 0x15 "$left" 0 "$call" # if it is this one, skip the rest and the next line
		left=$((left - 1))
	done
	instruction 0x06 0 0 0x7fff0000  # allow
	instruction 0x06 0 0 $((0x50026)) # errno 38, ENOSYS
}
