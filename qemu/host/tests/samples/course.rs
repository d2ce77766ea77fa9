// SPDX-License-Identifier: GPL-2.0

//! `Documentation/course.md`: its drawings are those of this kernel.

use std::fs;
use std::path::PathBuf;

use morse_board::activity::{self, shape};
use morse_board::diagram::lanes;
use morse_board::example::Example;
use morse_board::{Board, Result};

use crate::boards::VIRTUAL;
use crate::fixture::{has_rt, lacks_wires, skip};
use crate::runner::test::Tests;

use super::with;

/// The tests here.
pub fn tests() -> Tests {
    tests![with => the_drawings_of_the_course_have_the_shape_of_a_new_trace].on(&VIRTUAL)
}

const DOCUMENT: &str = include_str!("../../../../Documentation/course.md");
/// Has the drawings written instead of compared.
const DRAW: &str = "MORSE_DRAW";

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../Documentation")
}

fn the_drawings_of_the_course_have_the_shape_of_a_new_trace(board: &mut Board) -> Result<()> {
    if board.has_sanitizers() || has_rt() || board.machine().arch != "arm64" || lacks_wires() {
        skip("drawn on Debian's stock kernel for arm64");
        return Ok(());
    }
    let draws = std::env::var_os(DRAW).is_some();
    let mut wrong = Vec::new();
    let mut document = DOCUMENT.to_owned();
    let sections = DOCUMENT.split("\n## ").skip(1);
    let mut count = 0;
    for section in sections {
        let title = section.lines().next().unwrap_or_default();
        let example = Example::all(section).remove(0);
        let (_, drawing) = section.split_once("](course/").expect("a drawing");
        let file = directory()
            .join("course")
            .join(drawing.split(')').next().unwrap_or_default());
        let shown = section.split("```\n").nth(1).expect("a shape");
        let script = format!("set -e\ncd\n{}", example.commands.join("\n"));
        let activities = activity::record(board, |board| board.run(&script).map(drop))?;
        let seen = shape(&activities);
        note!("{title}\n{seen}");
        let svg = lanes::draw(title, &activities);
        count += 1;
        if draws {
            fs::write(&file, svg).expect("the drawing can be written");
            let old = section.replace(shown, "\0");
            document = document.replace(section, &old.replace('\0', &seen));
            continue;
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        // The letters of a drawing, but for its times.
        let labels = |svg: &str| -> Vec<String> {
            let texts = svg.lines().filter(|line| !line.starts_with('<'));
            let is_time = |text: &&str| {
                text.starts_with(|c: char| c == '+' || c.is_ascii_digit()) && *text != title
            };
            texts
                .filter(|text| !is_time(text))
                .map(str::to_owned)
                .collect()
        };
        if seen != shown || labels(&committed) != labels(&svg) {
            wrong.push(format!("{title}: expected\n{shown}came\n{seen}"));
        }
    }
    assert_eq!(count, 7);
    if draws {
        fs::write(directory().join("course.md"), document).expect("the page can be written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
