// SPDX-License-Identifier: GPL-2.0

//! The pages of the kernel's trace ring buffer, on a little-endian machine of 4 KiB pages.
//!
//! The layout is that of `include/linux/ring_buffer.h` and of `events/header_page` and
//! `events/header_event` in tracefs, which is ABI.

const PAGE_BYTES: usize = 4096;
/// Where the length is, after the time stamp.
const LENGTH_AT: usize = 8;
/// The bits of the length; above them are flags.
const LENGTH_MASK: u64 = 0xf_ffff;
/// Set in the length if events before this page were lost.
const MISSED_EVENTS: u64 = 1 << 31;

/// The first word of an event: 5 bits of type or length, 27 bits of time since the one before.
const TYPE_BITS: u32 = 5;
const DELTA_BITS: u32 = 27;
const TYPE_PADDING: u32 = 29;
const TYPE_TIME_EXTEND: u32 = 30;
const TYPE_TIME_STAMP: u32 = 31;
/// Absolute stamps have 59 bits; the upper ones are those of the page.
const STAMP_BITS: u32 = DELTA_BITS + u32::BITS;

/// An event whose fields have not been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw<'a> {
    pub ns: u64,
    pub data: &'a [u8],
}

impl Raw<'_> {
    /// The number of its format.
    pub fn id(&self) -> Option<u16> {
        Some(u16::from_le_bytes(*self.data.first_chunk()?))
    }
}

/// Reads pages, one after the other. The events begin at `data_at` of each: after a length of 8 or 4 bytes.
pub fn read(pages: &[u8], data_at: usize) -> Result<Vec<Raw<'_>>, &'static str> {
    if pages.len() % PAGE_BYTES != 0 {
        return Err("the trace ends within a page");
    }
    let mut events = Vec::new();
    for page in pages.chunks(PAGE_BYTES) {
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0, |value, byte| (value << 8) | u64::from(*byte))
        };
        let (start_ns, commit) = (
            number(&page[..LENGTH_AT]),
            number(&page[LENGTH_AT..data_at]),
        );
        if commit & MISSED_EVENTS != 0 {
            return Err("the trace is not whole");
        }
        let length = (commit & LENGTH_MASK) as usize;
        let data = page
            .get(data_at..data_at + length)
            .ok_or("a page of the trace is longer than a page")?;
        read_page(start_ns, data, &mut events).ok_or("a page of the trace ends within an event")?;
    }
    Ok(events)
}

fn read_page<'a>(start_ns: u64, mut data: &'a [u8], events: &mut Vec<Raw<'a>>) -> Option<()> {
    let mut ns = start_ns;
    while !data.is_empty() {
        let head = word(&mut data)?;
        let kind = head & ((1 << TYPE_BITS) - 1);
        let delta = u64::from(head >> TYPE_BITS);
        match kind {
            TYPE_PADDING => {
                let length = word(&mut data)?;
                if delta == 0 {
                    return Some(());
                }
                ns += delta;
                take(&mut data, (length as usize).checked_sub(size_of::<u32>())?)?;
            }
            TYPE_TIME_EXTEND => ns += extended(&mut data, delta)?,
            TYPE_TIME_STAMP => {
                let stamp = extended(&mut data, delta)?;
                ns = ((start_ns >> STAMP_BITS) << STAMP_BITS) | stamp;
            }
            words => {
                ns += delta;
                let length = match words {
                    0 => (word(&mut data)? as usize).checked_sub(size_of::<u32>())?,
                    words => words as usize * size_of::<u32>(),
                };
                let event = take(&mut data, length)?;
                events.push(Raw { ns, data: event });
            }
        }
    }
    Some(())
}

/// The time of an event that has a second word for its upper bits.
fn extended(data: &mut &[u8], lower: u64) -> Option<u64> {
    Some((u64::from(word(data)?) << DELTA_BITS) | lower)
}

fn word(data: &mut &[u8]) -> Option<u32> {
    let (word, rest) = data.split_first_chunk()?;
    *data = rest;
    Some(u32::from_le_bytes(*word))
}

fn take<'a>(data: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = data.split_at_checked(length)?;
    *data = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(start_ns: u64, words: &[u32]) -> Vec<u8> {
        let mut page = start_ns.to_le_bytes().to_vec();
        page.extend((words.len() as u64 * 4).to_le_bytes());
        page.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        page.resize(PAGE_BYTES, 0);
        page
    }

    fn head(kind: u32, delta: u32) -> u32 {
        (delta << TYPE_BITS) | kind
    }

    #[test]
    fn events_and_their_times() {
        let words = [
            head(2, 0),
            0x0007,
            0xaaaa,
            head(TYPE_TIME_EXTEND, 5),
            2,
            head(1, 10),
            0x0008,
            // Longer than the type can say.
            head(0, 1),
            12,
            0x0009,
            0xbbbb,
            head(TYPE_TIME_STAMP, 3),
            1,
            head(1, 0),
            0x000a,
            head(TYPE_PADDING, 0),
            4,
        ];
        let pages = [page(1000, &words), page(7, &[head(1, 1), 1])].concat();
        let events = read(&pages, 16).unwrap();
        let seen: Vec<_> = events
            .iter()
            .map(|event| (event.ns, event.id().unwrap(), event.data.len()))
            .collect();
        let extended = 1000 + (2 << 27) + 5 + 10;
        assert_eq!(
            seen,
            [
                (1000, 7, 8),
                (extended, 8, 4),
                (extended + 1, 9, 8),
                ((1 << 27) + 3, 10, 4),
                (8, 1, 4)
            ]
        );
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let mut lost = page(0, &[]);
        lost[8..16].copy_from_slice(&MISSED_EVENTS.to_le_bytes());
        assert!(read(&lost, 16).is_err());
        assert!(read(&page(0, &[head(9, 0)]), 16).is_err());
        assert!(read(&[0; 100], 16).is_err());
        assert!(read(&[], 16).unwrap().is_empty());
    }
}
