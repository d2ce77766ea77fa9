// SPDX-License-Identifier: GPL-2.0

//! What the guest writes while a person has its shell, up to the end of the session.

/// Finds the end of the session in what the guest writes, in however many pieces it comes.
pub struct Output {
    end: Vec<u8>,
    held: Vec<u8>,
    /// What is to be shown.
    pub ready: Vec<u8>,
}

impl Output {
    /// Looks for `end`.
    pub fn new(end: Vec<u8>) -> Self {
        Output {
            end,
            held: Vec::new(),
            ready: Vec::new(),
        }
    }

    /// Whether the end came; what is to be shown is added to `ready`.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        self.held.extend_from_slice(bytes);
        if let Some(at) = self
            .held
            .windows(self.end.len())
            .position(|window| window == self.end)
        {
            self.ready.extend(self.held.drain(..at));
            return true;
        }
        // What may be the end's beginning waits for the rest.
        let keep = (1..self.end.len())
            .rev()
            .find(|length| self.held.ends_with(&self.end[..*length]))
            .unwrap_or(0);
        let show = self.held.len() - keep;
        self.ready.extend(self.held.drain(..show));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_in_pieces() {
        let mut output = Output::new(b"\x1e7".to_vec());
        assert!(!output.take(b"hello\x1e"));
        assert_eq!(output.ready, b"hello");
        assert!(!output.take(b"8 not yet"));
        assert_eq!(output.ready, b"hello\x1e8 not yet");
        assert!(output.take(b" bye\x1e7 0\n"));
        assert_eq!(output.ready, b"hello\x1e8 not yet bye");
    }
}
