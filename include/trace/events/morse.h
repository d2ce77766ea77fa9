/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the Morse transceiver: edges and characters in both directions,
 * and the runs of the mechanisms that defer work.
 *
 *     trace-cmd record -C mono -e morse
 *     perf record -k mono -e 'morse:*' -a
 *
 * With this clock, time stamps can be compared with the fields of events.
 *
 * The field "device" of all events is the number in the name of the device: 0
 * for /dev/morse, 1 for /dev/morse1.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM morse

#if !defined(_TRACE_MORSE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_MORSE_H

#include <linux/tracepoint.h>

/*
 * The bottom half takes an edge of the key, before debouncing. An edge that was
 * dropped (sysfs: edges_dropped) has no event.
 *
 * mark:	1 if the key is down after the edge, else 0
 * time_ns:	time of the interrupt, in ns on CLOCK_MONOTONIC (the trace clock
 *		"mono")
 * latency_ns:	ns from then to this event
 */
TRACE_EVENT(morse_edge_received,
	    TP_PROTO(u32 device, bool mark, u64 time_ns),
	    TP_ARGS(device, mark, time_ns),
	    TP_STRUCT__entry(__field(u64, time_ns)
			     __field(u64, latency_ns)
			     __field(u32, device)
			     __field(bool, mark)),
	    TP_fast_assign(__entry->time_ns = time_ns;
			   __entry->latency_ns = ktime_get_ns() - time_ns;
			   __entry->device = device;
			   __entry->mark = mark;),
	    TP_printk("device=%u mark=%d time_ns=%llu latency_ns=%llu",
		      __entry->device,
		      __entry->mark,
		      __entry->time_ns,
		      __entry->latency_ns)
);

/*
 * The keyer has lit the lamp or put it out.
 *
 * mark:	1 if the lamp is lit, else 0
 * time_ns:	deadline of the edge, in ns on CLOCK_MONOTONIC; without a
 *		deadline, the time at which the keyer switched the lamp
 * latency_ns:	ns from then to this event
 * planned:	1 if the edge has a deadline; 0 for the first edge of a message,
 *		from which the deadlines are counted, and for an edge that ends a
 *		message early
 */
TRACE_EVENT(morse_edge_keyed,
	    TP_PROTO(u32 device, bool mark, u64 time_ns, bool planned),
	    TP_ARGS(device, mark, time_ns, planned),
	    TP_STRUCT__entry(__field(u64, time_ns)
			     __field(u64, latency_ns)
			     __field(u32, device)
			     __field(bool, mark)
			     __field(bool, planned)),
	    TP_fast_assign(__entry->time_ns = time_ns;
			   __entry->latency_ns = ktime_get_ns() - time_ns;
			   __entry->device = device;
			   __entry->mark = mark;
			   __entry->planned = planned;),
	    TP_printk("device=%u mark=%d time_ns=%llu latency_ns=%llu planned=%d",
		      __entry->device,
		      __entry->mark,
		      __entry->time_ns,
		      __entry->latency_ns,
		      __entry->planned)
);

/*
 * A read(2) has copied text or pulses to user space.
 *
 * count:	number of bytes
 */
TRACE_EVENT(morse_read,
	    TP_PROTO(u32 device, size_t count),
	    TP_ARGS(device, count),
	    TP_STRUCT__entry(__field(size_t, count)
			     __field(u32, device)),
	    TP_fast_assign(__entry->count = count;
			   __entry->device = device;),
	    TP_printk("device=%u count=%zu",
		      __entry->device,
		      __entry->count)
);

/*
 * A character, a prosign or, if received, U+FFFD for a code without a meaning.
 *
 * text:	UTF-8; a received prosign is in brackets, as in <SK>, a sent one has
 *		an event for each letter
 */
DECLARE_EVENT_CLASS(morse_character,
		    TP_PROTO(u32 device, const char *text, u32 length),
		    TP_ARGS(device, text, length),
		    TP_STRUCT__entry(__field(u32, device)
				     __string_len(text, text, length)),
		    TP_fast_assign(__entry->device = device;
				   __assign_str(text);),
		    TP_printk("device=%u text=%s",
			      __entry->device,
			      __get_str(text))
);

/* A character was decoded. Readers also get spaces, which have no event. */
DEFINE_EVENT(morse_character, morse_character_received,
	     TP_PROTO(u32 device, const char *text, u32 length),
	     TP_ARGS(device, text, length)
);

/* The last mark of a character has ended. */
DEFINE_EVENT(morse_character, morse_character_sent,
	     TP_PROTO(u32 device, const char *text, u32 length),
	     TP_ARGS(device, text, length)
);

/* The same numbers as enum Mechanism of src/linux/trace.rs. */
#define show_morse_mechanism(mechanism)		\
	__print_symbolic(mechanism,		\
			 { 0, "softirq" },	\
			 { 1, "gap" },		\
			 { 2, "deliver" },	\
			 { 3, "keyer" },	\
			 { 4, "ticker" })

/*
 * The run of a handler of deferred work.
 *
 * mechanism:	0 softirq: bottom half (BH work item, tasklet or interrupt
 *		  thread), drains edges
 *		1 gap: delayed work, ends letters, words and sessions
 *		2 deliver: work item, reads text and wakes readers
 *		3 keyer: work item, keys a message from its first symbol to its
 *		  last
 *		4 ticker: timer, measures rates and detects a stuck key
 */
DECLARE_EVENT_CLASS(morse_deferral,
		    TP_PROTO(u32 device, u32 mechanism),
		    TP_ARGS(device, mechanism),
		    TP_STRUCT__entry(__field(u32, device)
				     __field(u32, mechanism)),
		    TP_fast_assign(__entry->device = device;
				   __entry->mechanism = mechanism;),
		    TP_printk("device=%u mechanism=%s",
			      __entry->device,
			      show_morse_mechanism(__entry->mechanism))
);

/* The handler is entered. */
DEFINE_EVENT(morse_deferral, morse_deferral_start,
	     TP_PROTO(u32 device, u32 mechanism),
	     TP_ARGS(device, mechanism)
);

/* The handler returns. */
DEFINE_EVENT(morse_deferral, morse_deferral_stop,
	     TP_PROTO(u32 device, u32 mechanism),
	     TP_ARGS(device, mechanism)
);

#endif /* _TRACE_MORSE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
