// SPDX-License-Identifier: GPL-2.0

//! README's section "Change something", typed as it stands there.

use std::fs;
use std::path::PathBuf;

use morse_board::config;

use crate::runner::test::Tests;
use crate::runner::{process, top};

use super::{board, morse_run, run, socket};

/// The tests here.
pub fn tests() -> Tests {
    tests![lines_of_the_readme_show_a_changed_sample]
}

const README: &str = include_str!("../../../../README.md");
/// The parts of the checkout that a build of the modules reads.
const PARTS: [&str; 9] = [
    "Makefile",
    "Kbuild",
    "include",
    "src",
    "samples",
    "scripts",
    "qemu/board",
    "tests/code/cases",
    "tests/kunit",
];

/// The indented blocks of the section, each as a script.
fn blocks() -> Vec<String> {
    let (_, section) = README
        .split_once("## Change something\n")
        .expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let indented = |part: &&str| part.starts_with("    ");
    let parts = section.split("\n\n").filter(indented);
    parts
        .map(|part| part.lines().flat_map(|line| [line.trim(), "\n"]).collect())
        .collect()
}

/// A copy of the checkout that has the driver and one sample; returns the directory of its modules, too.
fn copy() -> (PathBuf, PathBuf) {
    let copy = top().join("build/change");
    let _ = fs::remove_dir_all(&copy);
    for part in PARTS {
        let place = copy.join(part);
        let parent = place.parent().expect("a directory");
        fs::create_dir_all(parent).expect("a directory");
        process::succeeds(
            top(),
            &["cp", "-r", part, &parent.display().to_string()],
            &[],
        );
    }
    let kbuild = copy.join("samples/Kbuild");
    let text = fs::read_to_string(&kbuild).expect("a list");
    let list = text
        .lines()
        .map(|line| match line.starts_with("samples := ") {
            true => "samples := timer\n".to_owned(),
            false => format!("{line}\n"),
        });
    fs::write(&kbuild, list.collect::<String>()).expect("a list");
    let tools = copy.join("build/tools/debug");
    fs::create_dir_all(&tools).expect("a directory");
    std::os::unix::fs::symlink(crate::run::program(), tools.join("morse-run")).expect("a link");
    let (status, said) = process::run(&copy, &["scripts/module"], &[]);
    assert!(status.success(), "{said}");
    let modules = PathBuf::from(said.lines().last().expect("a directory"));
    (copy, modules)
}

/// The lines on the host, then those on the board.
fn lines_of_the_readme_show_a_changed_sample() {
    let [on_host, on_board] = &blocks()[..] else {
        panic!("two blocks");
    };
    assert_eq!((on_host.lines().count(), on_board.lines().count()), (2, 4));
    let (copy, modules) = copy();
    let terminal = board(morse_run().env(config::MODULE_DIR, &modules), false);
    let socket = socket().display().to_string();
    let settings = [("MORSE_SOCKET", socket.as_str())];
    let (status, said) = process::run(&copy, &["sh", "-ec", on_host], &settings);
    println!("{said}");
    assert!(status.success(), "{said}");
    assert!(said.contains("timer.ko is new; it is not loaded"), "{said}");
    for line in on_board.lines() {
        terminal.send(&format!("{line}\r"));
    }
    terminal.wait_text("timer: click (softirq");
    run(&terminal, "lsmod | grep -c timer; echo gone", "gone");
    terminal.send("exit\r");
    assert!(terminal.wait_end().0.success());
}
