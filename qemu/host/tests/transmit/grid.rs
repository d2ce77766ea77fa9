// SPDX-License-Identifier: GPL-2.0

//! The ideal times of edges when the settings change within a message, from the formulas alone.

use morse_board::{Message, Pace};

/// The settings of a transmitter.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// In microseconds.
    pub unit_us: f64,
    /// In words per minute; 0 for none.
    pub farnsworth_wpm: f64,
    /// In percent.
    pub weight: f64,
}

impl Settings {
    /// A speed; the other settings at their defaults.
    pub fn wpm(wpm: f64) -> Self {
        Settings {
            // The word PARIS has 50 units, and a minute 60 s.
            unit_us: 60e6 / 50.0 / wpm,
            farnsworth_wpm: 0.0,
            weight: 50.0,
        }
    }

    /// With a Farnsworth speed.
    pub fn farnsworth(self, wpm: f64) -> Self {
        Settings {
            farnsworth_wpm: wpm,
            ..self
        }
    }

    /// With a weight.
    pub fn weight(self, percent: f64) -> Self {
        Settings {
            weight: percent,
            ..self
        }
    }

    /// How much longer every mark is, in us, and every space shorter: the mark is `weight` percent
    /// of two units, rather than half of them.
    fn delta_us(self) -> f64 {
        2.0 * self.unit_us * self.weight / 100.0 - self.unit_us
    }

    /// How long a mark or space of so many units is, in us.
    fn length_us(self, is_mark: bool, units: u64) -> f64 {
        if is_mark {
            return units as f64 * self.unit_us + self.delta_us();
        }
        units as f64 * self.space_unit_us(units) - self.delta_us()
    }

    /// Bloom, "A Standard for Morse Timing Using the Farnsworth Technique", QEX, April 1990: the
    /// total delay t_a = (60 c - 37.2 s) / (s c) is shared out, 3/19 to a gap between letters and
    /// 7/19 to one between words.
    fn space_unit_us(self, units: u64) -> f64 {
        let (c, s) = (1.2e6 / self.unit_us, self.farnsworth_wpm);
        if units == 1 || s == 0.0 || s >= c {
            return self.unit_us;
        }
        (60.0 * c - 37.2 * s) / (s * c) * 1e6 / 19.0
    }
}

/// Returns the ideal time of each edge of `text`, in us since the first. `settings` returns the settings at
/// a time; those at its beginning determine the length of a mark or space.
pub fn edges_us(text: &str, settings: impl Fn(f64) -> Settings) -> Vec<f64> {
    let message = Message::parse(text).expect("it can be sent");
    // At one ns a unit, times are in units.
    let units: Vec<u64> = message
        .edges(Pace::new(1))
        .iter()
        .map(|edge| edge.at_ns)
        .collect();
    let mut at_us = 0.0;
    let mut edges = vec![at_us];
    for (index, pair) in units.windows(2).enumerate() {
        at_us += settings(at_us).length_us(index % 2 == 0, pair[1] - pair[0]);
        edges.push(at_us);
    }
    edges
}

#[test]
fn paris_has_its_speed() {
    // To the beginning of a second one: a minute has as many as there are words.
    let text = "PARIS E";
    let start_of_next = |settings: Settings| edges_us(text, |_| settings)[28];
    for settings in [
        Settings::wpm(20.0),
        Settings::wpm(20.0).weight(70.0),
        Settings::wpm(50.0).farnsworth(20.0),
        Settings::wpm(50.0).farnsworth(20.0).weight(30.0),
    ] {
        let us = start_of_next(settings);
        assert!((us - 3e6).abs() < 1e-3, "{settings:?}: {us} us");
    }
}

#[test]
fn weight_is_the_share_of_the_mark() {
    // A dot and the space after it: one unit of mark and one of space.
    let edges = edges_us("I", |_| Settings::wpm(12.0).weight(70.0));
    assert_eq!(
        edges.iter().map(|us| us.round() as u64).collect::<Vec<_>>(),
        [0, 140_000, 200_000, 340_000]
    );
}
