// SPDX-License-Identifier: GPL-2.0
/*
 * The alphabet: one table, searched the one way and indexed the other.
 */

#include <linux/array_size.h>
#include <linux/ctype.h>

#include "code.h"

static const u8 codes[] = {
	['"'] = 0x52, ['\''] = 0x5e, ['('] = 0x36, [')'] = 0x6d, ['+'] = 0x2a,
	[','] = 0x73, ['-'] = 0x61, ['.'] = 0x55, ['/'] = 0x32,
	['0'] = 0x3f, ['1'] = 0x2f, ['2'] = 0x27, ['3'] = 0x23, ['4'] = 0x21,
	['5'] = 0x20, ['6'] = 0x30, ['7'] = 0x38, ['8'] = 0x3c, ['9'] = 0x3e,
	[':'] = 0x78, ['='] = 0x31, ['?'] = 0x4c, ['@'] = 0x5a,
	['A'] = 0x05, ['B'] = 0x18, ['C'] = 0x1a, ['D'] = 0x0c, ['E'] = 0x02,
	['F'] = 0x12, ['G'] = 0x0e, ['H'] = 0x10, ['I'] = 0x04, ['J'] = 0x17,
	['K'] = 0x0d, ['L'] = 0x14, ['M'] = 0x07, ['N'] = 0x06, ['O'] = 0x0f,
	['P'] = 0x16, ['Q'] = 0x1d, ['R'] = 0x0a, ['S'] = 0x08, ['T'] = 0x03,
	['U'] = 0x09, ['V'] = 0x11, ['W'] = 0x0b, ['X'] = 0x19, ['Y'] = 0x1b,
	['Z'] = 0x1c,
};

/* Returns the code of a character, or 0 if it has none. */
u8 morse_encode(char c)
{
	u8 index = toupper(c);

	return index < ARRAY_SIZE(codes) ? codes[index] : 0;
}

/* Returns the character of a code, or '#' if there is none. */
char morse_decode(u8 code)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i] == code && code)
			return i;
	return '#';
}
