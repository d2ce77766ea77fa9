/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Morse code in bytes: from the highest bit that is set downwards, below that
 * bit, 1 is a dash and 0 a dot.
 */
#ifndef MORSE_C_CODE_H
#define MORSE_C_CODE_H

#include <linux/types.h>

/* Units of the marks and spaces, ITU-R M.1677-1. */
#define DOT_UNITS		1
#define DASH_UNITS		3
#define ELEMENT_GAP_UNITS	1
#define LETTER_GAP_UNITS	3
#define WORD_GAP_UNITS		7

#define UNIT_DEFAULT_US		200000

u8 morse_encode(char c);
char morse_decode(u8 code);

#endif /* MORSE_C_CODE_H */
