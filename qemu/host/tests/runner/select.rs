// SPDX-License-Identifier: GPL-2.0

//! Selects the trials of a run: by tier, by names, by kernels.

use super::kernel::Kernel;
use super::test::{Kind, Test};
use super::{crates, examples, must_not_compile, scripts, Trial};

/// The extent of a run; the first word on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// The tests without a board, and one board that sends and receives.
    Smoke,
    /// All tests, with the long ones kept to minutes.
    #[default]
    Default,
    /// The tests of the driver on a board, for another kernel.
    Boards,
    /// The tests of adjustable length, at full length.
    Long,
}

impl Tier {
    /// Parses a tier.
    fn of(word: &str) -> Option<Tier> {
        match word {
            "smoke" => Some(Tier::Smoke),
            "boards" => Some(Tier::Boards),
            "long" => Some(Tier::Long),
            _ => None,
        }
    }

    fn has(self, test: &Test) -> bool {
        match self {
            Tier::Smoke => test.is_smoke,
            Tier::Default => true,
            Tier::Boards => !test.is_of_board,
            Tier::Long => test.has_long,
        }
    }
}

/// The selection of the command line.
pub struct Selection {
    pub tier: Tier,
    pub names: Vec<String>,
    /// Whether names must match as a whole.
    pub exact: bool,
    /// Whether to run the lints, too. Otherwise they run only by name.
    pub lints: bool,
    /// All tests on boards.
    pub tests: Vec<Test>,
}

impl Selection {
    /// Makes a selection; takes the tier from `words`.
    pub fn new(mut words: Vec<String>, exact: bool, lints: bool, tests: Vec<Test>) -> Self {
        let tier = words.first().and_then(|word| Tier::of(word));
        if tier.is_some() {
            words.remove(0);
        }
        Selection {
            tier: tier.unwrap_or_default(),
            names: words,
            exact,
            lints,
            tests,
        }
    }

    /// Returns the trials on these kernels, long ones first.
    pub fn trials(&self, kernels: &[Kernel]) -> Vec<Trial> {
        let mut trials = Vec::new();
        // The slow kernels first, so that no long trial is left to the end.
        let mut order: Vec<usize> = (0..kernels.len()).collect();
        order.sort_by_key(|kernel| kernels[*kernel].is_stock());
        for kernel in order {
            let is_further = kernels.len() > 1 && !kernels[kernel].is_stock();
            let mut of_kernel = self.on_boards(kernel, is_further);
            for trial in &mut of_kernel {
                trial.flavour = (kernels.len() > 1).then(|| kernels[kernel].flavour.clone());
            }
            trials.extend(of_kernel);
        }
        let others = match self.tier {
            Tier::Default | Tier::Smoke => self.without_boards(kernels),
            Tier::Boards => Vec::new(),
            Tier::Long => scripts::bats("tests/scripts/long"),
        };
        trials.extend(others.into_iter().filter(|trial| self.wants(&trial.name)));
        trials
    }

    fn on_boards(&self, kernel: usize, is_further: bool) -> Vec<Trial> {
        let mut trials = Vec::new();
        let mut kinds: Vec<&Kind> = Vec::new();
        for test in &self.tests {
            if !self.wants(&test.name) || !self.tier.has(test) || is_further && test.stock_only {
                continue;
            }
            trials.push(Trial::on_board(test, kernel));
            if let Some(kind) = test
                .board
                .filter(|kind| kinds.iter().all(|other| other.name != kind.name))
            {
                kinds.push(kind);
            }
        }
        trials.extend(kinds.iter().map(|kind| Trial::leaks(kind, kernel)));
        trials
    }

    fn without_boards(&self, kernels: &[Kernel]) -> Vec<Trial> {
        let mut trials = Vec::new();
        if self.tier == Tier::Default {
            trials.extend(must_not_compile::trials(0));
            trials.push(examples::trial(0));
            trials.extend(scripts::bats("tests/scripts"));
            trials.extend(scripts::fuzz());
            trials.extend(crates::examples());
            if self.lints || !self.names.is_empty() {
                trials.extend(scripts::lints(
                    kernels.iter().any(|kernel| kernel.flavour == "sanitizer"),
                ));
            }
        }
        // cargo must build these tests to list them.
        if self.names.is_empty() || !self.names.iter().all(|name| self.is_group(name)) {
            trials.extend(crates::trials());
        }
        trials
    }

    /// Whether a name is selected.
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| self.matches(name, wanted))
    }

    /// A wanted name is a group, a part of names in a group, or a part of any name.
    fn matches(&self, name: &str, wanted: &str) -> bool {
        if self.exact {
            return name == wanted;
        }
        match wanted.split_once("::") {
            _ if wanted == group(name) => true,
            Some((first, part)) if first == group(name) => name[first.len()..].contains(part),
            _ => !self.is_group(wanted) && name.contains(wanted),
        }
    }

    /// Whether this is a group of tests that are known without a build.
    fn is_group(&self, wanted: &str) -> bool {
        const OTHERS: [&str; 7] = [
            "docs",
            "examples",
            "fuzz",
            "leaks",
            "lint",
            "must_not_compile",
            "scripts",
        ];
        let is_on_boards = || {
            self.tests
                .iter()
                .any(|test| group(&test.name) == group(wanted))
        };
        OTHERS.contains(&group(wanted)) || is_on_boards()
    }

    /// Returns the first selected name that no trial has.
    pub fn unknown(&self, trials: &[Trial]) -> Option<&str> {
        let has_none =
            |wanted: &&String| !trials.iter().any(|trial| self.matches(&trial.name, wanted));
        self.names.iter().find(has_none).map(String::as_str)
    }
}

/// The part of a name before the first `::`.
fn group(name: &str) -> &str {
    name.split("::").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(words: &[&str], exact: bool) -> Selection {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let test = |module: &str, name: &str| Test::new(module, name, || ());
        let tests = vec![
            test("x::boot", "sos"),
            test("x::receive::inside", "boot_in_a_name"),
        ];
        Selection::new(words, exact, false, tests)
    }

    #[test]
    fn names_are_groups_and_parts() {
        for (words, name, is_wanted) in [
            (&[][..], "boot::sos", true),
            (&["boot"], "boot::sos", true),
            (&["boot"], "receive::inside::boot_in_a_name", false),
            (
                &["receive::inside"],
                "receive::inside::boot_in_a_name",
                true,
            ),
            (&["receive::boot"], "receive::inside::boot_in_a_name", true),
            (&["in_a_name"], "receive::inside::boot_in_a_name", true),
            (&["sos", "in_a"], "boot::sos", true),
            (&["smoke", "sos"], "boot::sos", true),
            (&["nothing"], "boot::sos", false),
        ] {
            assert_eq!(
                selection(words, false).wants(name),
                is_wanted,
                "{words:?} {name}"
            );
        }
        assert!(!selection(&["boot"], true).wants("boot::sos"));
        assert!(selection(&["boot::sos"], true).wants("boot::sos"));
    }

    #[test]
    fn a_name_that_no_test_has_is_told() {
        let selection = selection(&["boot", "nothing"], false);
        let trials = [Trial::new("boot::sos", || ())];
        assert_eq!(selection.unknown(&trials), Some("nothing"));
    }

    #[test]
    fn the_first_word_may_be_a_tier() {
        assert_eq!(selection(&["long", "boot"], false).tier, Tier::Long);
        assert_eq!(selection(&["boot", "long"], false).tier, Tier::Default);
    }
}
