#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Shows how late the driver is while a command runs: histograms that the kernel makes of the driver's tracepoints.
#
#   latency.sh COMMAND [ARGUMENT...]
#
# For root, on a kernel with CONFIG_HIST_TRIGGERS and CONFIG_SYNTH_EVENTS. Documentation/latency.md explains the output.

set -eu
[ $# -gt 0 ] || { echo 'usage: latency.sh COMMAND [ARGUMENT...]' >&2 && exit 2; }
here=$PWD
cd /sys/kernel/tracing
die() { echo "latency.sh: $1" >&2 && exit 1; }
[ -d events/morse ] || die 'morse.ko is not loaded, or without tracepoints'
{ [ -e events/morse/morse_read/trigger ] && [ -e synthetic_events ]; } ||
	die 'this kernel has no CONFIG_HIST_TRIGGERS or no CONFIG_SYNTH_EVENTS'

received=events/morse/morse_edge_received/trigger
read=events/morse/morse_read/trigger
keyed=events/morse/morse_edge_keyed/trigger
reader=events/synthetic/morse_edge_to_reader/trigger

by_latency='hist:keys=latency_ns.log2:sort=latency_ns'
planned="$by_latency if planned == 1"
# The time of the last edge waits in a variable for the next read(2), which takes it away.
edge='hist:keys=device:edge_ns=time_ns:clock=mono'
# shellcheck disable=SC2016 # these are the kernel's variables
edge_to_read='hist:keys=device:ns=common_timestamp-$edge_ns:clock=mono:onmatch(morse.morse_edge_received).morse_edge_to_reader($ns)'
by_ns='hist:keys=ns.log2:sort=ns'

clock=$(sed 's/.*\[\(.*\)\].*/\1/' trace_clock)
# shellcheck disable=SC2317 # the trap calls it
remove() {
	{
		echo "!$by_ns" >>"$reader"
		echo "!$edge_to_read" >>"$read"
		echo "!$edge" >>"$received"
		echo '!morse_edge_to_reader' >>synthetic_events
		echo "!$planned" >>"$keyed"
		echo "!$by_latency" >>"$received"
		echo "$clock" >trace_clock
	} 2>/dev/null || true
}
trap remove EXIT
trap 'exit 130' INT TERM

echo 'morse_edge_to_reader u64 ns' >>synthetic_events
echo "$by_latency" >>"$received"
echo "$planned" >>"$keyed"
echo "$edge" >>"$received"
echo "$edge_to_read" >>"$read"
echo "$by_ns" >>"$reader"

status=0
(cd "$here" && exec "$@") || status=$?

# show TITLE FIELD EVENT: the kernel's bucket 2^N has the times above 2^(N-1), up to 2^N.
show() {
	echo "$1"
	sed -n "s/^{ $2: *~ 2^\([0-9]*\) *} hitcount: *\([0-9]*\).*/\1 \2/p" "events/$3/hist" |
		while read -r power count; do
			echo "  up to $((1 << power)) ns: $count"
		done
}
show 'edge of the key to bottom half' latency_ns morse/morse_edge_received
show 'edge of the key to reader' ns synthetic/morse_edge_to_reader
show 'deadline to edge of the lamp' latency_ns morse/morse_edge_keyed
exit "$status"
