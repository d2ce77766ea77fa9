// SPDX-License-Identifier: GPL-2.0

//! Runs the bench; see `bench/README.md`.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Parser;
use morse_bench::keying::{self, UNITS_US};
use morse_bench::lab::{Key, Lab};
use morse_bench::{table, Report, Result, Setting, Subject};

/// Measures the morse driver against its baselines.
#[derive(Parser)]
struct Arguments {
    /// Directory of the results and plots
    #[arg(long, default_value = "build/bench")]
    out: PathBuf,
    /// Measure in virtual time only, which takes a fraction of the time
    #[arg(long)]
    exact: bool,
    /// Measure nothing, tell and draw what this file has
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
    for setting in settings {
        eprintln!("{:4} s  {setting}", start.elapsed().as_secs());
        report.measurements.extend(in_setting(&lab, *setting)?);
    }
    fs::create_dir_all(&arguments.out)?;
    let path = arguments
        .out
        .join(format!("{}.json", report.date.replace(':', "")));
    serde_json::to_writer(BufWriter::new(File::create(&path)?), &report)?;
    eprintln!(
        "{:4} s  results in {}",
        start.elapsed().as_secs(),
        path.display()
    );
    Ok(report)
}

fn in_setting(lab: &Lab, setting: Setting) -> Result<Vec<morse_bench::Measurement>> {
    let mut measurements = Vec::new();
    let mut board = lab.boot(setting, Key::Wired)?;
    for subject in Subject::ALL {
        subject.load(&mut board)?;
        for unit_us in UNITS_US {
            if subject.can_have(unit_us) {
                measurements.extend(keying::measure(&mut board, setting, subject, unit_us)?);
            }
        }
        subject.unload(&mut board)?;
    }
    board.check_log()?;
    Ok(measurements)
}

/// What is measured, and on what.
fn describe(lab: &Lab) -> Result<Report> {
    let said = |program: &str, arguments: &[&str]| -> Result<String> {
        let output = Command::new(program).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().next().unwrap_or_default().trim().to_owned())
    };
    Ok(Report {
        date: said("date", &["--utc", "+%Y-%m-%dT%H:%M:%SZ"])?,
        commit: said("git", &["describe", "--always", "--dirty", "--abbrev=12"])?,
        kernel: lab.config.release.clone(),
        qemu: said(lab.config.machine.qemu, &["--version"])?,
        host_cpus: std::thread::available_parallelism()?.get(),
        measurements: Vec::new(),
    })
}
