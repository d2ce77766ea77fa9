# SPDX-License-Identifier: GPL-2.0
#
# The front door; `make help` lists the targets. scripts/ do the work, and Kbuild for the module.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := modules

# Settings, from the command line or the environment.
export DESTDIR RELEASE SUITE SERIES ARCH FLAVOUR KERNELS KDIR MSG DIAGRAM TIMELINE TIME V KEY GDB

help:
	@echo 'morse: a two-way Morse device for Linux, in Rust'
	@echo
	@echo '  make            build the modules for Debian'"'"'s stock kernel, into build/RELEASE/'
	@echo '  make run        boot a board, load morse.ko, and give its shell with LED and key below it'
	@echo '                    MSG="CQ DE MORSE"   send that, show the LED, and check it'
	@echo '                    DIAGRAM=led.svg     draw it too      TIME=virtual   in exact virtual time'
	@echo '                    TIMELINE=irq.svg    draw which handlers ran when in the last moments, by their contexts'
	@echo '                    GDB=1                let gdb attach, with the symbols of the module'
	@echo '                    KEY=none             leave the terminal plain: the LED alone, and no mouse'
	@echo '  make reload     rebuild changed modules, and reload them in the running board (Ctrl-A r there does the same)'
	@echo '  make exercise N=1   check an exercise of samples/exercises on a board; SOLUTION=yes its solution'
	@echo '  make rust-analyzer   write rust-project.json, from which an editor gets the kernel crate, the driver and samples'
	@echo '  make test       unit tests on the host, and boot tests on the board; scripts/test NAME for some of them'
	@echo '                    FLAVOUR=sanitizer              on the kernel with every sanitizer'
	@echo '                    KERNELS="stock sanitizer"      on both, as CI does'
	@echo '  make bench      measure against baselines in C: a table, JSON and plots (bench/README.md)'
	@echo '  make matrix     the boot tests on four kernels: arm64, PREEMPT_RT, 32-bit ARM, amd64 (some 20 minutes or more)'
	@echo '  make lint       formatting, clippy, sleeping in atomic context, checkpatch, shellcheck, schemas, the workflow'
	@echo '  make deb        build Debian packages, into build/deb/ARCH (packaging/README.md)'
	@echo '  make install DESTDIR=DIR   install module, programs and man pages below DIR (/ by default)'
	@echo '  make tools      only bring up the tool root        make kernel   only prepare the kernel tree'
	@echo '  make clean      remove build/                      make distclean   remove the cache as well'
	@echo
	@echo 'Settings: SERIES=7.3  ARCH=arm64|armhf|amd64  FLAVOUR=rt-arm64|sanitizer|...  SUITE=trixie|forky|sid'
	@echo '          RELEASE=running   build for the Debian kernel that runs here; or for another by its release'
	@echo '          KDIR=TREE   build against any other prepared kernel tree with CONFIG_RUST   (see scripts/kernel)'
	@echo '          V=1   show the output of Kbuild'
	@echo 'The first run downloads some 900 MB into $${XDG_CACHE_HOME:-~/.cache}/morse and takes a few minutes.'

modules:
	@out=$$(scripts/module) && echo "$${out#"$$PWD"/}/morse.ko"

run:
	@# A person at a terminal may want to try the guest programs; sending one message needs none of them.
	@bare=--bare; if [ -z "$$MSG" ] && [ -t 0 ] && [ -t 1 ]; then bare=; fi; \
	scripts/board $$bare cargo run --quiet --package morse-board --bin morse-run

exercise:
	@MORSE_SOURCE=samples/exercises MORSE_OUT=$(if $(SOLUTION),solutions,exercises) EXERCISE=$(N) SOLUTION=$(SOLUTION) \
		scripts/board --bare cargo run --quiet --package morse-board --bin morse-run -- --exercise "$(N)"

rust-analyzer:
	@scripts/rust-analyzer

reload:
	@scripts/module >/dev/null && scripts/tools run build/tools/debug/morse-run --reload

test:
	@scripts/test

bench:
	@scripts/bench

matrix:
	@scripts/matrix

lint:
	@scripts/lint

deb:
	@out=$$(scripts/deb) && echo "$${out#"$$PWD"/}:" && ls "$$out"

install:
	@scripts/install

tools:
	@scripts/tools

kernel:
	@scripts/kernel

clean:
	rm -rf build

distclean: clean
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/morse"

.PHONY: help modules run reload exercise rust-analyzer test matrix bench lint deb install tools kernel clean distclean
