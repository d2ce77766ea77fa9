#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sends its arguments in Morse, and returns when they are sent. WPM=N sets the speed first.

[ -z "$WPM" ] || echo "$WPM" > /sys/class/misc/morse/wpm || exit

# `echo "$*" > /dev/morse` would return at once; with conv=fsync, dd waits until the lamp has gone dark.
echo "$*" | dd of=/dev/morse conv=fsync,notrunc 2> /dev/null || exit

echo sent
