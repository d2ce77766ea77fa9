// SPDX-License-Identifier: GPL-2.0

//! Finds two mistakes that the types do not see.
//!
//! # Sleeping in atomic context
//!
//! The functions of `src/linux` that may sleep ask for a `&Sleepable`, so the compiler refuses them in a
//! handler that is given an `&Atomic`. The `kernel` crate's own sleepers ask for nothing. This lint follows
//! the calls from each function that takes an `&Atomic`, by their names, through the files that it is
//! given, and refuses the names in `sleepers.rs`. A function that takes a `&Sleepable` is not followed:
//! the compiler refuses the call.
//!
//! Names are all that it knows. It follows a method of a field into the field's type, one of a local
//! variable into every type that has such a method; and neither a function pointer, a destructor, nor a
//! function of another crate.
//!
//! # A mechanism that stops at once
//!
//! Dropping the owner of a work item, a timer or a tasklet stops it, and its handles then do nothing. A
//! local variable that owns one, and is never moved out of its function, is such a mistake.

mod sleepers;
mod source;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::path::{Path, PathBuf};

use source::{Call, Function, On, Place, Source};

/// A mistake that is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The path that [`check`] was given.
    pub file: PathBuf,
    /// From 1 on.
    pub line: usize,
    /// The function or variable that is mistaken.
    pub name: String,
    /// The end of a sentence that begins with the name.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        write!(f, "{file}:{}: {} {}", self.line, self.name, self.problem)
    }
}

/// Checks files that belong together, given by path and text.
///
/// # Errors
///
/// The place of the first text that is not Rust.
pub fn check(files: &[(&Path, &str)]) -> Result<Vec<Finding>, String> {
    let sources: Result<Vec<Source>, String> = files
        .iter()
        .map(|(path, text)| Source::parse(path, text))
        .collect();
    let sources = sources?;
    let functions: Vec<&Function> = sources
        .iter()
        .flat_map(|source| &source.functions)
        .collect();
    let mut findings: BTreeSet<Finding> = functions.iter().flat_map(|one| dropped(one)).collect();
    let mut seen = BTreeSet::new();
    let handlers = (0..functions.len()).filter(|index| functions[*index].is_atomic);
    let mut todo: VecDeque<(usize, Vec<String>)> =
        handlers.map(|index| (index, Vec::new())).collect();
    while let Some((index, callers)) = todo.pop_front() {
        if !seen.insert(index) {
            continue;
        }
        let function = functions[index];
        let mut path = vec![full_name(function)];
        path.extend(callers);
        let mut find = |line: usize, name: &str| {
            let reason = sleepers::reason(name).unwrap_or_default();
            findings.insert(Finding {
                file: function.file.clone(),
                line,
                name: name.to_owned(),
                problem: format!(
                    "{reason}, and {} runs in atomic context",
                    path.join(", which is called by ")
                ),
            });
        };
        for (line, name) in &function.sleeps {
            find(*line, name);
        }
        for (line, place) in &function.locks {
            if is_sleeping_lock(&sources, function, place) {
                find(*line, "Mutex");
            }
        }
        for call in &function.calls {
            let called = (0..functions.len())
                .filter(|index| is_called(&sources, function, functions[*index], call));
            todo.extend(called.map(|index| (index, path.clone())));
        }
    }
    Ok(findings.into_iter().collect())
}

/// The owners that a function drops at its end.
fn dropped(function: &Function) -> impl Iterator<Item = Finding> + '_ {
    let owners = function.owners.iter();
    let is_moved = |name: &String| function.moved.contains(name);
    owners
        .filter(move |(_, name)| !is_moved(name))
        .map(|(line, name)| Finding {
            file: function.file.clone(),
            line: *line,
            name: name.clone(),
            problem: format!(
                "is dropped when {} ends, which stops it; keep it in the module's struct",
                full_name(function)
            ),
        })
}

fn full_name(function: &Function) -> String {
    match &function.owner {
        Some(owner) => format!("{owner}::{}", function.name),
        None => function.name.clone(),
    }
}

/// Whether a call in `from` may reach `function` without the compiler asking for a token.
fn is_called(sources: &[Source], from: &Function, function: &Function, call: &Call) -> bool {
    if function.name != call.name || function.is_sleepable || function.is_atomic {
        return false;
    }
    let Some(owner) = &function.owner else {
        // A module before `::` looks like a type.
        return matches!(call.on, On::Nothing | On::Type(_));
    };
    match &call.on {
        On::Nothing => false,
        On::Type(name) => name == owner,
        On::Itself => from.owner.as_ref() == Some(owner),
        On::Place(place) => {
            let mut types = types(sources, from, place).peekable();
            // A local variable may have any type.
            types.peek().is_none() || types.any(|names| names.split(' ').any(|name| name == owner))
        }
        On::Unknown => true,
    }
}

/// The types, as names, of the fields and statics that a place may be.
fn types<'a>(
    sources: &'a [Source],
    from: &'a Function,
    place: &'a Place,
) -> impl Iterator<Item = &'a String> {
    let owner = from.owner.as_deref().filter(|_| place.of_self);
    sources
        .iter()
        .flat_map(|source| &source.types)
        .filter(move |((of, name), _)| *name == place.name && owner.is_none_or(|owner| of == owner))
        .map(|(_, names)| names)
}

/// Whether a place is a lock that sleeps. Of places that share a name, all have to be.
fn is_sleeping_lock(sources: &[Source], from: &Function, place: &Place) -> bool {
    let mut types = types(sources, from, place).peekable();
    types.peek().is_some() && types.all(|names| sleepers::is_lock(names))
}

#[cfg(test)]
mod tests;
