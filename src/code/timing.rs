// SPDX-License-Identifier: GPL-2.0

//! The durations of marks and spaces.
//!
//! The *unit* is 1.2 s / WPM, from the standard word PARIS of 50 units (ITU-R M.1677-1, part I, section
//! 2 for the ratios 1, 3 and 7). With U for the unit, s for the Farnsworth speed and w for the weight:
//!
//! ```text
//! delta        = U * (w - 50) / 50
//! dot          = U + delta                    dash       = 3 U + delta
//! element gap  = U - delta
//! letter gap   = 3 G - delta                  word gap   = 7 G - delta
//! G            = U, or with Farnsworth spacing  (60 s / s - 31 U) / 19
//! ```
//!
//! *Farnsworth spacing* sends characters at full speed and stretches the gaps between them, so that the text
//! is sent at `s` WPM. PARIS has 31 units inside its characters and 19 between and after them. The formula is
//! from Jon Bloom, KE3Z, "A Standard for Morse Timing Using the Farnsworth Technique",
//! QEX, April 1990 (ARRL): t_a = (60 c - 37.2 s) / (s c), t_c = 3 t_a / 19, t_w = 7 t_a / 19, with 31 U
//! for the 37.2 / c of a character speed c.
//!
//! *Weight* is the share of the mark in a dot and the space after it. More weight moves the end of every
//! mark by the same `delta`, taken from the space that follows, so the speed does not change.

use core::num::NonZeroU32;

use super::element::Element;
use super::span::Span;
use super::symbol::Gap;

/// The value is out of range, and the setting keeps its old value. `EINVAL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// The speed as it was set, so that only the other form is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speed {
    Wpm(NonZeroU32),
    UnitUs(NonZeroU32),
}

/// The settings of a transmitter, and the exact durations that follow from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    speed: Speed,
    /// Zero for none.
    farnsworth_wpm: u32,
    weight: u32,
    dot: Span,
    dash: Span,
    element_gap: Span,
    letter_gap: Span,
    word_gap: Span,
}

/// The unit at one word per minute, in microseconds.
const UNIT_AT_1_WPM_US: u32 = 1_200_000;
const NS_PER_US: u64 = 1_000;
const MINUTE_NS: u64 = 60_000_000_000;

/// The units of PARIS inside its characters, and between and after them.
const PARIS_INSIDE_UNITS: u64 = 31;
const PARIS_OUTSIDE_UNITS: u64 = 19;

/// The default unit, that of the course whose exercises the driver replaces: dots of 200 ms.
const DEFAULT_UNIT_US: NonZeroU32 = NonZeroU32::new(200_000).unwrap();

impl Default for Timing {
    fn default() -> Self {
        Self::with(Speed::UnitUs(DEFAULT_UNIT_US), 0, Timing::WEIGHT_STANDARD)
    }
}

impl Timing {
    /// The slowest speed in words per minute.
    pub const WPM_MIN: u32 = 1;
    /// The fastest speed in words per minute.
    pub const WPM_MAX: u32 = 1_000;
    /// The shortest unit in microseconds, that of [`Timing::WPM_MAX`].
    pub const UNIT_MIN_US: u32 = UNIT_AT_1_WPM_US / Timing::WPM_MAX;
    /// The longest unit in microseconds: two minutes, for beacons that are slower than any operator.
    pub const UNIT_MAX_US: u32 = 120_000_000;
    /// The lightest weight in percent.
    pub const WEIGHT_MIN: u32 = 20;
    /// The heaviest weight in percent.
    pub const WEIGHT_MAX: u32 = 80;
    /// The weight in percent at which dots and element gaps are equally long.
    pub const WEIGHT_STANDARD: u32 = 50;

    /// Computes the durations. The arguments are in range, so no operation overflows: the largest number is
    /// 19 * 80 * 1.2e14, of the longest unit at the fastest Farnsworth speed. Wrapping arithmetic avoids the
    /// checks.
    fn with(speed: Speed, farnsworth_wpm: u32, weight: u32) -> Self {
        // The unit is the fraction unit_ns / parts.
        let (unit_ns, parts) = match speed {
            Speed::Wpm(wpm) => (u64::from(UNIT_AT_1_WPM_US).wrapping_mul(NS_PER_US), wpm),
            Speed::UnitUs(us) => (u64::from(us.get()).wrapping_mul(NS_PER_US), ONE),
        };
        let weight_of_gaps = u64::from(100_u32.saturating_sub(weight));

        // A mark or gap of `units`, the last of which is `last` instead of 50 fiftieths long.
        let fiftieths = |units: u64, last: u64| {
            let fiftieths = units.wrapping_sub(1).wrapping_mul(50).wrapping_add(last);
            Span::from_ratio(unit_ns.wrapping_mul(fiftieths), parts.saturating_mul(FIFTY))
        };

        // A minute less 31 s U, and 19 s U, both times `parts`. Their ratio is G / U.
        let s_units_ns = unit_ns.wrapping_mul(u64::from(farnsworth_wpm));
        let outside_ns = MINUTE_NS
            .wrapping_mul(u64::from(parts.get()))
            .saturating_sub(s_units_ns.wrapping_mul(PARIS_INSIDE_UNITS));
        let outside_unstretched_ns = s_units_ns.wrapping_mul(PARIS_OUTSIDE_UNITS);

        let gap = |units: u64| match NonZeroU32::new(farnsworth_wpm) {
            Some(s) if outside_ns > outside_unstretched_ns => {
                // units * G - delta, over the common denominator 19 * 50 * s * parts.
                let stretched = units.wrapping_mul(50).wrapping_mul(outside_ns);
                Span::from_ratio(
                    stretched
                        .wrapping_add(outside_unstretched_ns.wrapping_mul(weight_of_gaps))
                        .wrapping_sub(outside_unstretched_ns.wrapping_mul(50)),
                    parts.saturating_mul(s).saturating_mul(OUTSIDE_FIFTIETHS),
                )
            }
            _ => fiftieths(units, weight_of_gaps),
        };

        Self {
            speed,
            farnsworth_wpm,
            weight,
            dot: fiftieths(1, u64::from(weight)),
            dash: fiftieths(3, u64::from(weight)),
            element_gap: fiftieths(1, weight_of_gaps),
            letter_gap: gap(3),
            word_gap: gap(7),
        }
    }

    /// Sets the speed in words per minute, [`Timing::WPM_MIN`] to [`Timing::WPM_MAX`].
    pub fn set_wpm(&mut self, wpm: u32) -> Result<(), OutOfRange> {
        if !(Self::WPM_MIN..=Self::WPM_MAX).contains(&wpm) {
            return Err(OutOfRange);
        }
        let wpm = NonZeroU32::new(wpm).ok_or(OutOfRange)?;
        *self = Self::with(Speed::Wpm(wpm), self.farnsworth_wpm, self.weight);
        Ok(())
    }

    /// Sets the unit in microseconds, [`Timing::UNIT_MIN_US`] to [`Timing::UNIT_MAX_US`].
    pub fn set_unit_us(&mut self, unit_us: u32) -> Result<(), OutOfRange> {
        if !(Self::UNIT_MIN_US..=Self::UNIT_MAX_US).contains(&unit_us) {
            return Err(OutOfRange);
        }
        let unit_us = NonZeroU32::new(unit_us).ok_or(OutOfRange)?;
        *self = Self::with(Speed::UnitUs(unit_us), self.farnsworth_wpm, self.weight);
        Ok(())
    }

    /// Sets the Farnsworth speed in words per minute, at most [`Timing::WPM_MAX`], or zero for none.
    ///
    /// It only stretches gaps: it has no effect unless it is below the speed of the characters.
    pub fn set_farnsworth_wpm(&mut self, wpm: u32) -> Result<(), OutOfRange> {
        if wpm > Self::WPM_MAX {
            return Err(OutOfRange);
        }
        *self = Self::with(self.speed, wpm, self.weight);
        Ok(())
    }

    /// Sets the weight in percent, [`Timing::WEIGHT_MIN`] to [`Timing::WEIGHT_MAX`].
    pub fn set_weight(&mut self, percent: u32) -> Result<(), OutOfRange> {
        if !(Self::WEIGHT_MIN..=Self::WEIGHT_MAX).contains(&percent) {
            return Err(OutOfRange);
        }
        *self = Self::with(self.speed, self.farnsworth_wpm, percent);
        Ok(())
    }

    /// The speed of the characters in words per minute, as set, or rounded from the unit. It is 0 for units
    /// of more than 2.4 s.
    pub fn wpm(&self) -> u32 {
        match self.speed {
            Speed::Wpm(wpm) => wpm.get(),
            Speed::UnitUs(unit_us) => nearest_part_of_minute(unit_us),
        }
    }

    /// The unit in microseconds, as set, or rounded from the speed.
    pub fn unit_us(&self) -> u32 {
        match self.speed {
            Speed::Wpm(wpm) => nearest_part_of_minute(wpm),
            Speed::UnitUs(unit_us) => unit_us.get(),
        }
    }

    /// The unit in nanoseconds, rounded to the nearest.
    pub fn unit_ns(&self) -> u64 {
        match self.speed {
            Speed::Wpm(wpm) => {
                Span::from_ratio(u64::from(UNIT_AT_1_WPM_US).wrapping_mul(NS_PER_US), wpm)
                    .round_ns()
            }
            Speed::UnitUs(unit_us) => u64::from(unit_us.get()).wrapping_mul(NS_PER_US),
        }
    }

    /// The Farnsworth speed in words per minute, zero for none.
    pub fn farnsworth_wpm(&self) -> u32 {
        self.farnsworth_wpm
    }

    /// The weight in percent.
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// The duration of the mark of `element`.
    pub fn mark(&self, element: Element) -> Span {
        match element {
            Element::Dot => self.dot,
            Element::Dash => self.dash,
        }
    }

    /// The duration of the space between two elements of a character.
    pub fn element_gap(&self) -> Span {
        self.element_gap
    }

    /// The duration of the space between two characters.
    pub fn gap(&self, gap: Gap) -> Span {
        match gap {
            Gap::Joined => self.element_gap,
            Gap::Letter => self.letter_gap,
            Gap::Word => self.word_gap,
        }
    }
}

/// The speed for a unit, or the unit for a speed: 1.2e6 / n, rounded to the nearest.
fn nearest_part_of_minute(n: NonZeroU32) -> u32 {
    UNIT_AT_1_WPM_US.saturating_add(n.get() / 2) / n
}

const ONE: NonZeroU32 = NonZeroU32::MIN;
/// Weight moves edges by fiftieths of a unit.
const FIFTY: NonZeroU32 = NonZeroU32::new(50).unwrap();
/// Fiftieths of the 19 units outside the characters of PARIS.
const OUTSIDE_FIFTIETHS: NonZeroU32 = NonZeroU32::new(19 * 50).unwrap();
