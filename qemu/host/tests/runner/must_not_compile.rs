// SPDX-License-Identifier: GPL-2.0

//! Code that would sleep in atomic context does not compile. Each source in `tests/must_not_compile` is built as a part
//! of the driver, against the prepared kernel tree, and must give exactly the error named in its second line. A source
//! with `none` must compile, which shows that the others fail for their reason only.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::schedule::Needs;
use super::{context, process, top, Trial};

const SOURCES: &str = "tests/must_not_compile";
/// The directory of the sources in the copy of the driver.
const PLACE: &str = "src/must_not_compile";

/// The codes of rustc's errors, each with the files that it points into.
pub type Errors = Vec<(String, BTreeSet<String>)>;

/// A trial for each source.
pub fn trials(kernel: usize) -> Vec<Trial> {
    let files = fs::read_dir(top().join(SOURCES)).expect("the sources are there");
    let mut names: Vec<String> = files
        .filter_map(|file| {
            Some(
                file.ok()?
                    .file_name()
                    .to_str()?
                    .strip_suffix(".rs")?
                    .to_owned(),
            )
        })
        .collect();
    names.sort();
    // Compile all sources at once, as most of the time goes into the rest of the driver.
    let bad: Vec<String> = names
        .iter()
        .filter(|name| expected(name) != "none")
        .cloned()
        .collect();
    let (bad, all) = (Arc::new(bad), Arc::new(OnceLock::new()));
    names
        .into_iter()
        .map(|name| {
            let (bad, all) = (bad.clone(), all.clone());
            Trial {
                needs: Needs {
                    kernel: Some(kernel),
                    shared: Some((kernel, "must_not_compile")),
                    ..Needs::default()
                },
                ..Trial::new(format!("must_not_compile::{name}"), move || {
                    let together = || compile("all", PLACE, &sources(&bad));
                    check(&name, all.get_or_init(together));
                })
            }
        })
        .collect()
}

/// The code of the error that a source names.
fn expected(name: &str) -> String {
    let path = top().join(SOURCES).join(name).with_extension("rs");
    let text = fs::read_to_string(&path).expect("the source is there");
    let line = text
        .lines()
        .nth(1)
        .and_then(|line| line.strip_prefix("// error: "));
    line.unwrap_or_else(|| panic!("{} names no error on its second line", path.display()))
        .to_owned()
}

fn check(name: &str, all: &Errors) {
    let expected = expected(name);
    let is_expected = |errors: &Errors| {
        let place = format!("{PLACE}/{name}.rs");
        let here = errors
            .iter()
            .filter(|(_, files)| files.iter().any(|file| file.ends_with(&place)));
        let codes: BTreeSet<&str> = here.map(|(code, _)| code.as_str()).collect();
        codes.into_iter().eq([expected.as_str()])
    };
    let is_stray =
        |(_, files): &(String, BTreeSet<String>)| !files.iter().any(|file| file.contains(PLACE));
    if is_expected(all) && !all.iter().any(is_stray) {
        return;
    }
    // An error in one source may keep rustc from finding those of others.
    let alone = compile(name, PLACE, &sources(&[name.to_owned()]));
    let is_right = match expected.as_str() {
        "none" => alone.is_empty(),
        _ => is_expected(&alone) && !alone.iter().any(is_stray),
    };
    assert!(is_right, "expected {expected}, found {alone:?}");
}

/// The sources with these names, and their text.
fn sources(names: &[String]) -> Vec<(String, String)> {
    let text = |name: &String| {
        let path = top().join(SOURCES).join(name).with_extension("rs");
        fs::read_to_string(path).expect("the source is there")
    };
    names
        .iter()
        .map(|name| (name.clone(), text(name)))
        .collect()
}

/// Compiles these sources, at `place` in a copy of the driver, without generating code.
pub fn compile(name: &str, place: &str, sources: &[(String, String)]) -> Errors {
    let kernel = context::config().vmlinuz.with_file_name("");
    let work = top().join("build/must-not-compile").join(name);
    let made = work.join(place);
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).expect("a directory");
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    process::succeeds(
        top(),
        &["cp", "-r", "Kbuild", "src", "include", &path(&work)],
        &[],
    );
    fs::create_dir(&made).expect("a directory");
    let mut parts = String::new();
    for (name, text) in sources {
        fs::write(made.join(name).with_extension("rs"), text).expect("a copy");
        parts += &format!("pub mod {name}; ");
    }
    let module = made
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    let root = work.join("src/morse.rs");
    let text = fs::read_to_string(&root).expect("the driver's source");
    fs::write(&root, format!("{text}pub mod {module} {{ {parts} }}\n")).expect("a copy");

    let (build, work) = (path(&kernel.join("build")), path(&work));
    let variables = fs::read_to_string(kernel.join("variables")).expect("a prepared tree");
    let (source, output) = (format!("M={work}"), format!("MO={work}/out"));
    let mut words = vec![
        "make",
        "--no-print-directory",
        "-C",
        &build,
        &source,
        &output,
    ];
    words.extend(variables.split_whitespace());
    words.extend(["KRUSTFLAGS=--error-format=json -Zno-codegen", "src/morse.o"]);
    let (_, said) = process::run(top(), &words, &[]);
    let diagnostics: Vec<Value> = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert!(!diagnostics.is_empty(), "rustc was not run:\n{said}");
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic["level"] == "error");
    for error in errors.clone() {
        note!("{}", error["rendered"].as_str().unwrap_or_default());
    }
    let errors = errors.map(|error| {
        let mut files = BTreeSet::new();
        add_files(error, &mut files);
        (
            error["code"]["code"]
                .as_str()
                .unwrap_or("no code")
                .to_owned(),
            files,
        )
    });
    // rustc's last diagnostic only counts the errors and points into no file.
    errors.filter(|(_, files)| !files.is_empty()).collect()
}

/// Returns the files that a diagnostic and its children point into.
fn add_files(diagnostic: &Value, files: &mut BTreeSet<String>) {
    for span in diagnostic["spans"].as_array().into_iter().flatten() {
        files.extend(span["file_name"].as_str().map(str::to_owned));
    }
    for child in diagnostic["children"].as_array().into_iter().flatten() {
        add_files(child, files);
    }
}
