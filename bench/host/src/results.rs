// SPDX-License-Identifier: GPL-2.0

//! The results, and the form in which they are kept: JSON.

use serde::{Deserialize, Serialize};

use crate::{Setting, Subject};

/// A run of the bench.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// When, in UTC.
    pub date: String,
    /// The commit measured, with `-dirty` if the tree had changes.
    pub commit: String,
    /// `uname -r` of the guest.
    pub kernel: String,
    /// QEMU's words about itself.
    pub qemu: String,
    /// Processors of the host.
    pub host_cpus: usize,
    /// All that was measured.
    pub measurements: Vec<Measurement>,
}

/// One figure of one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Under which circumstances.
    pub setting: Setting,
    /// Key of the figure, see [`crate::figure`].
    pub figure: String,
    /// A parameter of the measurement: a speed, a mechanism.
    pub parameter: String,
    /// The driver measured.
    pub subject: Subject,
    /// The figure, in the unit of [`crate::figure`].
    pub value: f64,
    /// The samples of the figure, if there was more than one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<i64>,
    /// When each sample was taken, in ns, if that matters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times_ns: Vec<u64>,
}

impl Measurement {
    /// A figure without samples.
    pub fn new(
        setting: Setting,
        figure: &str,
        parameter: &str,
        subject: Subject,
        value: f64,
    ) -> Measurement {
        Measurement {
            setting,
            figure: figure.to_owned(),
            parameter: parameter.to_owned(),
            subject,
            value,
            samples: Vec::new(),
            times_ns: Vec::new(),
        }
    }

    /// The median of `samples`.
    pub fn median(
        setting: Setting,
        figure: &str,
        parameter: &str,
        subject: Subject,
        samples: &[i64],
    ) -> Measurement {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        let value = sorted.get(sorted.len() / 2).copied().unwrap_or(0) as f64;
        Measurement::new(setting, figure, parameter, subject, value).with_samples(samples)
    }

    /// Adds the samples of the figure.
    pub fn with_samples(mut self, samples: &[i64]) -> Measurement {
        self.samples = samples.to_vec();
        self
    }

    /// With the times of the samples.
    pub fn with_times(mut self, times_ns: &[u64]) -> Measurement {
        self.times_ns = times_ns.to_vec();
        self
    }
}

impl Report {
    /// The one figure, if it was measured.
    pub fn find(
        &self,
        setting: Setting,
        figure: &str,
        parameter: &str,
        subject: Subject,
    ) -> Option<&Measurement> {
        self.measurements.iter().find(|measurement| {
            measurement.setting == setting
                && measurement.figure == figure
                && measurement.parameter == parameter
                && measurement.subject == subject
        })
    }

    /// The parameters of a figure, in the order of measuring.
    pub fn parameters(&self, figure: &str) -> Vec<&str> {
        let mut parameters = Vec::new();
        for measurement in &self.measurements {
            let parameter = measurement.parameter.as_str();
            if measurement.figure == figure && !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back() {
        let mut report = Report {
            kernel: "7.3.4".to_owned(),
            ..Report::default()
        };
        report.measurements.push(
            Measurement::new(
                Setting::VIRTUAL,
                "keying-worst",
                "20 ms",
                Subject::MorseC,
                -3.5,
            )
            .with_samples(&[-3, 4])
            .with_times(&[0, 1]),
        );
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains(r#""clock":"virtual""#) && text.contains(r#""subject":"morse-c""#));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn figures_are_found() {
        let median = |subject, samples: &[i64]| {
            Measurement::median(Setting::REAL, "top-half", "bh", subject, samples)
        };
        let report = Report {
            measurements: vec![
                median(Subject::Morse, &[9, 1, 5]),
                median(Subject::MorseC, &[]),
            ],
            ..Report::default()
        };
        let find = |setting, subject| report.find(setting, "top-half", "bh", subject);
        assert_eq!(find(Setting::REAL, Subject::Morse).unwrap().value, 5.0);
        assert_eq!(find(Setting::REAL, Subject::MorseC).unwrap().value, 0.0);
        assert_eq!(find(Setting::VIRTUAL, Subject::Morse), None);
        assert_eq!(report.parameters("top-half"), ["bh"]);
    }
}
