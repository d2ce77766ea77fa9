// SPDX-License-Identifier: GPL-2.0
/*
 * Defines the tracepoints, and the functions that src/linux/trace.rs calls when
 * one of them is enabled.
 */

#define CREATE_TRACE_POINTS
#define CREATE_RUST_TRACE_POINTS
#include <trace/events/morse.h>
