// SPDX-License-Identifier: GPL-2.0

//! All tests under one runner; `scripts/test` starts it in the tool root. See [`runner`].

#[macro_use]
mod runner;

mod abi_fuzz;
mod amount;
mod autoload;
mod boards;
mod boot;
mod cases;
mod contract;
mod failures;
mod faults;
mod fixture;
mod key;
mod ktap;
mod kunit;
mod lifetime;
mod names;
mod outside;
mod panel;
mod power;
mod processors;
mod python;
mod receive;
mod run;
mod samples;
mod security;
mod storms;
mod transmit;

use std::collections::BTreeSet;
use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use amount::Amount;
use runner::kernel::Kernel;
use runner::report::{Report, SEED};
use runner::schedule::{Needs, Schedule};
use runner::select::{Selection, Tier};
use runner::test::Test;
use runner::{context, Run};

/// By this path the operators find the code that is tested.
use morse_code as code;

/// How long a trial may take before it is taken for hanging, in seconds.
const LIMIT_S: Amount<u64> = Amount::new("MORSE_TEST_LIMIT", 900, 4 * 3600);

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    libtest: libtest_mimic::Arguments,
    /// Further names of tests, or parts of them.
    names: Vec<String>,
    /// Tell the time of so many of the slowest.
    #[arg(long, default_value_t = 0)]
    slowest: usize,
}

/// The tests on boards.
fn boot_tests() -> Vec<Test> {
    boot::tests()
        .and(faults::tests())
        .and(samples::tests())
        .and(kunit::tests())
        .and(transmit::tests().stock_only())
        .and(receive::tests().stock_only())
        .and(contract::tests().stock_only())
        .and(storms::tests().stock_only())
        .and(security::tests().stock_only())
        .and(abi_fuzz::tests().stock_only())
        .and(processors::tests().stock_only())
        .and(lifetime::tests().stock_only())
        .and(outside::tests().stock_only())
        .and(key::tests())
        .and(names::tests())
        .and(python::tests().stock_only())
        .and(autoload::tests().stock_only())
        .and(power::tests())
        .and(failures::tests().of_board())
        .and(run::tests().of_board())
        .and(panel::tests().of_board())
        .0
}

/// Sums up when the run is interrupted, too.
fn sum_up_when_interrupted(run: &Arc<Run>) {
    let run = run.clone();
    let mut signals = Signals::new([SIGINT, SIGTERM]).expect("signals can be handled");
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            run.report.close(0);
            std::process::exit(130);
        }
    });
}

fn main() -> ExitCode {
    let mut arguments = Options::parse();
    let words: Vec<String> = arguments
        .libtest
        .filter
        .take()
        .into_iter()
        .chain(arguments.names)
        .collect();
    if env::var_os(SEED).is_none() {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        env::set_var(SEED, now.as_secs().to_string());
    }
    // A test that fails says where; a trace of the runner's own calls adds nothing.
    env::set_var("RUST_BACKTRACE", "0");

    let flavours = env::var("KERNELS")
        .or_else(|_| env::var("FLAVOUR"))
        .unwrap_or_default();
    let mut kernels: Vec<Kernel> = flavours.split_whitespace().map(Kernel::new).collect();
    if kernels.is_empty() {
        kernels.push(Kernel::new("stock"));
    }
    let lints = env::var("LINT").is_ok_and(|lint| !lint.is_empty());
    let selection = Selection::new(words, arguments.libtest.exact, lints, boot_tests());
    amount::set_long(selection.tier == Tier::Long);
    let trials = selection.trials(&kernels);
    if let Some(name) = selection.unknown(&trials) {
        eprintln!("no test is named {name}; --list shows all");
        println!("0 passed, 0 failed");
        return ExitCode::FAILURE;
    }

    let lanes = arguments
        .libtest
        .test_threads
        .or_else(|| thread::available_parallelism().ok().map(Into::into));
    // Each waits for its turn in a thread of its own.
    arguments.libtest.test_threads = Some(trials.len().max(2));
    let needs: Vec<Needs> = trials.iter().map(|trial| trial.needs.clone()).collect();
    let wanted: BTreeSet<usize> = needs.iter().filter_map(|needs| needs.kernel).collect();
    let run = Arc::new(Run {
        kernels,
        schedule: Schedule::new(needs, lanes.unwrap_or(1)),
        report: Report::new(!selection.names.is_empty() || arguments.libtest.nocapture),
        limit: Duration::from_secs(LIMIT_S.get()),
    });
    if !arguments.libtest.list {
        run.prepare_kernels(wanted.into_iter().collect());
        sum_up_when_interrupted(&run);
        context::note_panics();
    }
    let trials = trials.into_iter().enumerate().map(|(number, trial)| {
        let run = run.clone();
        let flavour = trial.flavour.clone().unwrap_or_default();
        libtest_mimic::Trial::ignorable_test(trial.name.clone(), move || run.trial(number, trial))
            .with_kind(flavour)
    });
    let conclusion = libtest_mimic::run(&arguments.libtest, trials.collect());
    if arguments.libtest.list {
        return ExitCode::SUCCESS;
    }
    run.report.close(arguments.slowest);
    match run.report.is_good() && !conclusion.has_failed() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
