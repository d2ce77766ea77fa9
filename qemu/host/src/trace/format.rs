// SPDX-License-Identifier: GPL-2.0

//! The kernel's description of an event: the file `format` of its directory in tracefs.

use std::collections::HashMap;

/// How an event is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub name: String,
    pub id: u16,
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    offset: usize,
    size: usize,
}

impl Format {
    pub fn parse(text: &str) -> Option<Format> {
        let after = |mark: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(mark))
                .map(str::trim)
        };
        Some(Format {
            name: after("name:")?.to_owned(),
            id: after("ID:")?.parse().ok()?,
            fields: text.lines().filter_map(field).collect(),
        })
    }

    /// The fields that are numbers, by name.
    pub fn fields(&self, data: &[u8]) -> HashMap<String, u64> {
        let mut values = HashMap::new();
        for field in &self.fields {
            let bytes = field
                .offset
                .checked_add(field.size)
                .and_then(|end| data.get(field.offset..end));
            if let Some(bytes) = bytes {
                let value = bytes
                    .iter()
                    .rev()
                    .fold(0, |value, byte| (value << 8) | u64::from(*byte));
                values.insert(field.name.clone(), value);
            }
        }
        values
    }
}

/// The offset and the size of a field of `events/header_page`.
pub fn header(text: &str, name: &str) -> Option<(usize, usize)> {
    let declares = |line: &&str| {
        line.split(';')
            .next()
            .is_some_and(|declaration| declaration.ends_with(&format!(" {name}")))
    };
    let mut parts = text
        .lines()
        .find(declares)?
        .split(';')
        .skip(1)
        .map(str::trim);
    let mut number = |mark: &str| parts.next()?.strip_prefix(mark)?.parse().ok();
    Some((number("offset:")?, number("size:")?))
}

/// Reads `field:TYPE NAME; offset:N; size:N; signed:N;`. Arrays and strings are none.
fn field(line: &str) -> Option<Field> {
    let mut parts = line.trim().split(';').map(str::trim);
    let declaration = parts.next()?.strip_prefix("field:")?;
    let mut number = |mark: &str| parts.next()?.strip_prefix(mark)?.parse().ok();
    let offset = number("offset:")?;
    let size = number("size:")?;
    let name = declaration.split_whitespace().next_back()?;
    (size <= size_of::<u64>() && !name.ends_with(']')).then(|| Field {
        name: name.trim_start_matches('*').to_owned(),
        offset,
        size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GPIO: &str = "name: gpio_value
ID: 512
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:unsigned gpio;\toffset:8;\tsize:4;\tsigned:0;
\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;
\tfield:int value;\toffset:28;\tsize:4;\tsigned:1;

print fmt: \"%u %s %d\", REC->gpio
";

    #[test]
    fn fields_of_an_event() {
        let format = Format::parse(GPIO).unwrap();
        assert_eq!((format.name.as_str(), format.id), ("gpio_value", 512));
        let mut data = [0; 32];
        data[0..2].copy_from_slice(&512_u16.to_le_bytes());
        data[2] = 0x10;
        data[4..8].copy_from_slice(&77_u32.to_le_bytes());
        data[8..12].copy_from_slice(&515_u32.to_le_bytes());
        data[28] = 1;
        let fields = format.fields(&data);
        assert_eq!(fields["common_pid"], 77);
        assert_eq!(fields["common_flags"], 0x10);
        assert_eq!((fields["gpio"], fields["value"]), (515, 1));
        assert!(!fields.contains_key("comm[16]"));
        // A truncated event has the fields that are complete.
        assert!(!format.fields(&data[..12]).contains_key("value"));
    }

    #[test]
    fn what_is_no_format_is_an_error() {
        assert!(Format::parse("").is_none());
        assert!(Format::parse("name: x\nID: many\n").is_none());
    }
}
