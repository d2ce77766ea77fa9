# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # `top` is of common, `output` of bats
# The lines of Documentation/kernel.md, with a module that has nothing of this driver.

setup() {
	load ../common
}

@test "a module of two files is built for Debian's kernel, and runs on it" {
	local module=$BATS_TEST_TMPDIR/module line
	mkdir "$module"
	echo 'obj-m := hello.o' >"$module/Kbuild"
	cat >"$module/hello.rs" <<-'END'
		// SPDX-License-Identifier: GPL-2.0
		//! Says hello.
		use kernel::prelude::*;
		module! {
		    type: Hello,
		    name: "hello",
		    authors: ["A test"],
		    description: "Says hello",
		    license: "GPL",
		}
		struct Hello;
		impl kernel::Module for Hello {
		    fn init(_: &'static ThisModule) -> Result<Self> {
		        pr_info!("hello from a module of two files\n");
		        Ok(Hello)
		    }
		}
		impl Drop for Hello {
		    fn drop(&mut self) {
		        pr_info!("goodbye\n");
		    }
		}
	END
	cd "$top"
	sed -n 's/^    \(tree=\|scripts\/\)/\1/p' Documentation/kernel.md >"$BATS_TEST_TMPDIR/lines"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/lines")" = 4 ]
	sed -i "s|\$PWD/MODULE|$module|; s|MODULE/|$module/|; s|build/initrd|$BATS_TEST_TMPDIR/initrd|g" "$BATS_TEST_TMPDIR/lines"
	run timeout 300 bash -e "$BATS_TEST_TMPDIR/lines"
	for line in 'loaded hello.ko' 'hello: hello from a module of two files' 'unloaded hello' 'hello: goodbye'; do says "$line"; done
}
