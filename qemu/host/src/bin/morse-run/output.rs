// SPDX-License-Identifier: GPL-2.0

//! The guest's output while a person has its shell, up to the end of the session.

/// Finds the end of the session in the guest's output, which may arrive in several pieces.
pub struct Output {
    end: Vec<u8>,
    held: Vec<u8>,
    /// The bytes to show.
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

    /// Adds the bytes to show to `ready`; returns true at the end of the session.
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
        // A possible beginning of the end mark waits for the rest.
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
