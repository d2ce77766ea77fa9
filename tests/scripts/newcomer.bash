# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common
# A user of the host without rights, with a home of mode 0700 and an empty cache.

needs_host() {
	needs_root
	[ -d /host ] || skip "needs the host's tree at /host: MORSE_HOST_DOOR=1"
}

# as_newcomer CACHE COMMAND...: in a new home with a copy of the checkout, and with a cache that begins as CACHE and changes
# nothing there. All of it is mounted in a namespace that ends with COMMAND. Kernel trees have the names of their
# directories in them, so the home takes the place of root's.
as_newcomer() {
	local begin=$1 cache
	shift
	cache=$(cache_directory)
	[[ $cache = /?*/.cache/morse ]] || skip "needs a cache in root's home"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --pid --fork --kill-child --mount-proc bash -euc '
		top=$1 begin=$2 cache=$3 home=/host${3%/.cache/morse} id=54321
		shift 3
		mount -t tmpfs -o mode=0755,size=12G tmpfs /host/mnt
		mkdir -p /host/mnt/{begin,changed,work}
		mount --bind -o "X-mount.idmap=b:0:$id:1" "$begin" /host/mnt/begin
		# The index of the archive is a copy: another run may refresh it, and its lock does not reach from there to here.
		shopt -s nullglob
		for index in "$begin"/apt/*/lock.morse; do
			index=${index%/*}
			mkdir -p /host/mnt/changed/apt
			flock --shared "$index/lock.morse" cp -a "$index" /host/mnt/changed/apt/
		done
		mount -t tmpfs -o mode=0700,size=2G tmpfs "$home"
		mkdir -p "$home/morse" "/host$cache"
		(cd "$top" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null |
			tar -c --no-recursion --files-from=-) | tar -x -C "$home/morse"
		sed "\$anewcomer:x:$id:$id::${home#/host}:/bin/bash" /host/etc/passwd >/host/mnt/passwd
		mount --bind /host/mnt/passwd /host/etc/passwd
		chown -R "$id:$id" "$home" /host/mnt/{changed,work}
		mount -t overlay overlay "/host$cache" \
			-o lowerdir=/host/mnt/begin,upperdir=/host/mnt/changed,workdir=/host/mnt/work
		cd /host
		pivot_root . .
		umount -l .
		mount -t proc proc /proc
		cd "${home#/host}/morse"
		exec setpriv --reuid "$id" --regid "$id" --clear-groups env -i HOME="${home#/host}" TERM=dumb \
			PATH=/usr/local/bin:/usr/bin:/bin "$@"
	' bash "$top" "$begin" "$cache" "$@"
}

cache_directory() { realpath "$("$top/scripts/tools")/../../.."; }
