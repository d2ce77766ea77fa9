// SPDX-License-Identifier: GPL-2.0

//! Names for the addresses in events.

use std::collections::HashMap;

use morse_board::Board;

use crate::lab::LONG;
use crate::Result;

/// The functions of a module, by address.
#[derive(Debug)]
pub struct Symbols(HashMap<u64, String>);

impl Symbols {
    /// Reads those of a module that is loaded.
    pub fn read(board: &mut Board, module: &str) -> Result<Symbols> {
        // A busy host takes its time for the whole kernel's symbols.
        let command = format!("grep '\\[{module}\\]' /proc/kallsyms");
        let text = board.execute(&command, LONG)?.success(&command)?;
        Ok(Symbols(text.lines().filter_map(line).collect()))
    }

    /// The name of a function in lower case, as the linker has it; `None` if it is not the module's.
    pub fn name(&self, address: u64) -> Option<&str> {
        self.0.get(&address).map(String::as_str)
    }
}

/// Reads `ADDRESS TYPE NAME [MODULE]`.
fn line(line: &str) -> Option<(u64, String)> {
    let mut words = line.split_whitespace();
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    let is_code = words.next()?.eq_ignore_ascii_case("t");
    let name = words.next()?.to_lowercase();
    // The assembler's marks stand at the addresses of functions.
    (is_code && !name.starts_with('$')).then_some((address, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_kallsyms() {
        let known = |text| line(text);
        assert_eq!(
            known("ffff800078e00120 t _RNvDrain_trampoline\t[morse]"),
            Some((0xffff_8000_78e0_0120, "_rnvdrain_trampoline".to_owned()))
        );
        assert_eq!(known("ffff800078e00120 t $x\t[morse]"), None);
        assert_eq!(known("ffff800078e00120 d data\t[morse]"), None);
        assert_eq!(known(""), None);
    }
}
