// SPDX-License-Identifier: GPL-2.0

//! The key of the board in the user's hand.

use std::time::{Duration, Instant};

use morse_board::Edge;

/// A terminal may lose the report that the button went up, as when the pointer leaves its window or a
/// connection stalls. No dash is this long.
const HELD_MAX: Duration = Duration::from_secs(10);

/// The state of the key, and its edges.
#[derive(Default)]
pub struct Key {
    edges: Vec<Edge>,
    pressed_at: Option<Instant>,
}

impl Key {
    /// Whether it is down.
    pub fn is_down(&self) -> bool {
        self.pressed_at.is_some()
    }

    /// The edges that the user made.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Notes a press or a release at a time on the clock of the lamp; false when it is no change.
    pub fn set(&mut self, down: bool, now_ns: u64) -> bool {
        if down == self.is_down() {
            return false;
        }
        self.pressed_at = down.then(Instant::now);
        self.edges.push(Edge {
            at_ns: now_ns,
            on: down,
        });
        true
    }

    /// Returns the time until a held key must be released.
    pub fn left(&self) -> Option<Duration> {
        self.pressed_at
            .map(|at| HELD_MAX.saturating_sub(at.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presses_and_releases_by_turns() {
        let mut key = Key::default();
        assert!(!key.set(false, 1));
        assert_eq!(key.left(), None);
        assert!(key.set(true, 2));
        assert!(!key.set(true, 3));
        assert!(key.left().is_some_and(|left| left <= HELD_MAX));
        assert!(key.set(false, 4));
        let edges: Vec<_> = key.edges().iter().map(|e| (e.at_ns, e.on)).collect();
        assert_eq!(edges, [(2, true), (4, false)]);
    }
}
