// SPDX-License-Identifier: GPL-2.0

//! Runs the bench; see `bench/README.md`.

use std::env;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Parser;
use morse_bench::keying::UNITS_US;
use morse_bench::lab::{Key, Lab};
use morse_bench::{
    costs, interrupt, keying, module, table, Measurement, Report, Result, Setting, Subject,
};
use morse_board::Board;

/// Measures the morse driver against its baselines.
#[derive(Parser)]
struct Arguments {
    /// Directory of the results and plots
    #[arg(long, default_value = "build/bench")]
    out: PathBuf,
    /// Measure in virtual time only, which takes a fraction of the time
    #[arg(long)]
    exact: bool,
    /// Leave out the keying, which takes longest
    #[arg(long)]
    without_keying: bool,
    /// Measure nothing; print and draw the results in this file
    #[arg(long)]
    from: Option<PathBuf>,
    /// Directory of the two plots of the documentation, to be drawn anew
    #[arg(long)]
    documentation: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("morse-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result {
    let report = match &arguments.from {
        Some(path) => serde_json::from_str(&fs::read_to_string(path)?)?,
        None => measure(arguments)?,
    };
    morse_bench::plot::draw(&report, &arguments.out, arguments.documentation.as_deref())?;
    println!(
        "\n{} on {}, {}, {} host CPUs; commit {}\n",
        report.date, report.kernel, report.qemu, report.host_cpus, report.commit
    );
    for setting in [Setting::VIRTUAL, Setting::REAL, Setting::BUSY] {
        if report.measurements.iter().any(|m| m.setting == setting) {
            println!("{}", table::all(&report, setting));
        }
    }
    println!("{}", table::rival(&report));
    for missed in table::missed(&report) {
        println!("missed: {missed}");
    }
    Ok(())
}

fn measure(arguments: &Arguments) -> Result<Report> {
    let start = Instant::now();
    let lab = Lab::from_env()?;
    let mut report = describe(&lab)?;
    let settings: &[Setting] = match arguments.exact {
        true => &[Setting::VIRTUAL],
        false => &[Setting::VIRTUAL, Setting::REAL, Setting::BUSY],
    };
    fs::create_dir_all(&arguments.out)?;
    let path = arguments
        .out
        .join(format!("{}.json", report.date.replace(':', "")));
    for setting in settings {
        eprintln!("{:4} s  {setting}", start.elapsed().as_secs());
        let keys = !arguments.without_keying;
        keep(&mut report, *setting, "keying", || {
            keyers(&lab, *setting, keys)
        })?;
        keep(&mut report, *setting, "wired key", || wired(&lab, *setting))?;
        keep(&mut report, *setting, "costs", || inside(&lab, *setting))?;
        serde_json::to_writer(BufWriter::new(File::create(&path)?), &report)?;
    }
    eprintln!(
        "{:4} s  results in {}",
        start.elapsed().as_secs(),
        path.display()
    );
    Ok(report)
}

/// Adds measurements to a report. In real time, a measurement that a busy host made impossible is reported
/// and left out.
fn keep(
    report: &mut Report,
    setting: Setting,
    name: &str,
    measure: impl FnOnce() -> Result<Vec<Measurement>>,
) -> Result {
    eprintln!("        {name}");
    match measure() {
        Ok(measurements) => report.measurements.extend(measurements),
        Err(error) if !setting.is_exact() => eprintln!("{setting}, {name}, left out: {error}"),
        Err(error) => return Err(format!("{setting}, {name}: {error}").into()),
    }
    Ok(())
}

/// Measures the keying of all subjects.
fn keyers(lab: &Lab, setting: Setting, keys: bool) -> Result<Vec<Measurement>> {
    let mut all = Vec::new();
    if !keys {
        return Ok(all);
    }
    let mut board = lab.boot(setting, Key::Wired)?;
    for subject in Subject::ALL {
        subject.load(&mut board)?;
        for unit_us in UNITS_US {
            if subject.can_have(unit_us) {
                match keying::measure(&mut board, setting, subject, unit_us) {
                    Ok(measurements) => all.extend(measurements),
                    Err(error) if !setting.is_exact() => eprintln!("{setting}, left out: {error}"),
                    Err(error) => return Err(error),
                }
            }
        }
        subject.unload(&mut board)?;
    }
    board.check_log()?;
    Ok(all)
}

/// Measures a key on a GPIO line, pressed from outside; and loading and unloading.
fn wired(lab: &Lab, setting: Setting) -> Result<Vec<Measurement>> {
    let mut board = lab.boot(setting, Key::Wired)?;
    let mut all = interrupts(&mut board, setting, Key::Wired)?;
    for subject in [Subject::Morse, Subject::MorseC, Subject::Msleep] {
        all.extend(module::lifetime(&mut board, setting, subject)?);
    }
    board.check_log()?;
    Ok(all)
}

/// Measures with the simulated key, from inside.
fn inside(lab: &Lab, setting: Setting) -> Result<Vec<Measurement>> {
    let mut all = Vec::new();
    let mut board = lab.boot(setting, Key::Simulated)?;
    if setting.is_exact() {
        all.extend(interrupts(&mut board, setting, Key::Simulated)?);
    }
    for subject in [Subject::Morse, Subject::MorseC] {
        subject.load(&mut board)?;
        all.push(costs::first_edge(&mut board, setting, subject)?);
        all.push(costs::encode(&mut board, setting, subject)?);
        all.push(costs::decode(&mut board, setting, subject)?);
        all.push(costs::storm(&mut board, setting, subject)?);
        if setting.is_exact() {
            all.push(module::memory_of_file(&mut board, setting, subject)?);
            let file = lab.module(subject.module().unwrap_or_default());
            all.extend(module::sizes(&file, setting, subject)?);
        }
        subject.unload(&mut board)?;
    }
    board.check_log()?;
    Ok(all)
}

/// Measures the cost of an edge of the key for both drivers.
fn interrupts(board: &mut Board, setting: Setting, key: Key) -> Result<Vec<Measurement>> {
    let tracing_ns = interrupt::tracing_cost(board, key)?;
    eprintln!("        an event of the trace costs {tracing_ns} ns");
    let mut measurements = Vec::new();
    for subject in [Subject::Morse, Subject::MorseC] {
        for mechanism in interrupt::mechanisms(subject) {
            measurements.extend(interrupt::measure(
                board, setting, key, subject, mechanism, tracing_ns,
            )?);
        }
    }
    Ok(measurements)
}

/// Describes the commit, the host and the guest.
fn describe(lab: &Lab) -> Result<Report> {
    let said = |program: &str, arguments: &[&str]| -> Result<String> {
        let output = Command::new(program).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().next().unwrap_or_default().trim().to_owned())
    };
    Ok(Report {
        date: said("date", &["--utc", "+%Y-%m-%dT%H:%M:%SZ"])?,
        commit: env::var("MORSE_COMMIT").unwrap_or_default(),
        kernel: lab.config.release.clone(),
        qemu: said(lab.config.machine.qemu, &["--version"])?,
        host_cpus: std::thread::available_parallelism()?.get(),
        measurements: Vec::new(),
    })
}
