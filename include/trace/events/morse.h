/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the Morse transceiver: what came in, what went out, and when
 * each of the mechanisms that defer work was at it.
 *
 *     trace-cmd record -C mono -e morse
 *     perf record -k mono -e 'morse:*' -a
 *
 * The clock is that of the fields, so that stamps and fields can be compared.
 *
 * The field "device" of all events is the number in the device's name: 0 is
 * /dev/morse, 1 is /dev/morse1.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM morse

#if !defined(_TRACE_MORSE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_MORSE_H

#include <linux/tracepoint.h>

/*
 * The bottom half takes an edge of the key, before debouncing. An edge for
 * which there was no room (sysfs: edges_dropped) has no event.
 *
 * mark:	1 if the key is down from then on, else 0
 * time_ns:	when the interrupt came, in ns on CLOCK_MONOTONIC (the trace
 *		clock "mono")
 * latency_ns:	from then to this event
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
 * mark:	1 if the lamp is lit from then on, else 0
 * time_ns:	the deadline of the edge, in ns on CLOCK_MONOTONIC; where there
 *		is none, the time when the keyer switched the lamp
 * latency_ns:	from then to this event
 * planned:	1 if there is a deadline; 0 for the first edge of a message, from
 *		which the others are counted, and for what ends a message early
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
 * A read(2) has copied text or pulses to its reader.
 *
 * count:	how many bytes
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
 * A character, a prosign or, if received, U+FFFD for a code that means nothing.
 *
 * text:	its UTF-8; a received prosign is in brackets, <AR>, one that is
 *		sent comes letter by letter
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

/* A character has been decoded. Readers will get it, and spaces as well. */
DEFINE_EVENT(morse_character, morse_character_received,
	     TP_PROTO(u32 device, const char *text, u32 length),
	     TP_ARGS(device, text, length)
);

/* The last mark of a character is over. */
DEFINE_EVENT(morse_character, morse_character_sent,
	     TP_PROTO(u32 device, const char *text, u32 length),
	     TP_ARGS(device, text, length)
);

/* As enum Mechanism of src/linux/trace.rs. */
#define show_morse_mechanism(mechanism)		\
	__print_symbolic(mechanism,		\
			 { 0, "softirq" },	\
			 { 1, "gap" },		\
			 { 2, "deliver" },	\
			 { 3, "keyer" },	\
			 { 4, "ticker" })

/*
 * A stretch of deferred work.
 *
 * mechanism:	0 softirq: BH work item or tasklet, takes edges
 *		1 gap: delayed work, notices what is over for lack of edges
 *		2 deliver: work item, wakes readers
 *		3 keyer: work item, keys the lamp from the first symbol of a
 *		  message to its last
 *		4 ticker: timer, looks after rates and stuck keys
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

/* The handler was entered. */
DEFINE_EVENT(morse_deferral, morse_deferral_start,
	     TP_PROTO(u32 device, u32 mechanism),
	     TP_ARGS(device, mechanism)
);

/* The handler is about to return. */
DEFINE_EVENT(morse_deferral, morse_deferral_stop,
	     TP_PROTO(u32 device, u32 mechanism),
	     TP_ARGS(device, mechanism)
);

#endif /* _TRACE_MORSE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
