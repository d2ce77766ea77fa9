// SPDX-License-Identifier: GPL-2.0

//! Makes each thing that can fail in the kernel fail, one after the other, until a whole pass
//! succeeds.
//!
//! Whatever fails, the system call gives an errno or succeeds; nothing is left behind; and the next
//! attempt works.

mod everywhere;
mod inject;
mod leftovers;
mod operations;

use std::collections::BTreeMap;

use nix::errno::Errno;

use crate::Result;
use inject::{Injector, Range};
use leftovers::Leftovers;

/// What a call may say of memory that is not there, and of memory that cannot be copied from or to.
const TOLD: [Errno; 2] = [Errno::ENOMEM, Errno::EFAULT];
/// No call has so many things that can fail. A pass that does not end is an error.
const NTH_MAX: u32 = 2000;

/// Which of the things that can fail are made to: all up to the `every`th, and one of as many after that.
#[derive(Clone, Copy)]
struct Choice {
    every: u32,
    remainder: u32,
}

impl Choice {
    fn has(self, nth: u32) -> bool {
        nth <= self.every || nth % self.every == self.remainder
    }
}

/// Runs a group of operations. Of many things that can fail only every `every`th one does, which leaves
/// `remainder` when its number is divided.
pub fn run(group: &str, every: &str, remainder: &str) -> Result {
    let choice = Choice {
        every: every.parse()?,
        remainder: remainder.parse()?,
    };
    if choice.remainder >= choice.every {
        return Err(format!("{remainder} is no remainder of {every}").into());
    }
    match group {
        "load" => operations::load(choice),
        "bind" => operations::bind(choice),
        "use" => operations::use_all(choice),
        "everywhere" => everywhere::run(),
        _ => Err(format!("there is no group {group}").into()),
    }
}

/// One system call, or a few that belong together.
struct Operation<S, P, C, D> {
    name: &'static str,
    /// Where what is to fail must have been called from.
    range: Range,
    /// Makes what the call needs.
    prepare: P,
    /// The call; returns how much it did.
    call: C,
    /// Checks what it did, and undoes it.
    done: D,
    /// What it may say besides [`TOLD`].
    or: &'static [Errno],
    /// Only for its type.
    _state: std::marker::PhantomData<fn(S)>,
}

impl<S, P, C, D> Operation<S, P, C, D>
where
    P: Fn() -> Result<S>,
    C: Fn(&mut S) -> nix::Result<usize>,
    D: Fn(S) -> Result,
{
    fn new(name: &'static str, range: Range, prepare: P, call: C, done: D) -> Self {
        Operation {
            name,
            range,
            prepare,
            call,
            done,
            or: &[],
            _state: std::marker::PhantomData,
        }
    }

    /// It may say one of `errnos` as well.
    fn or(self, errnos: &'static [Errno]) -> Self {
        Operation { or: errnos, ..self }
    }

    /// Makes the call with each chosen thing failing in turn, until nothing has failed; prints what came of
    /// it.
    fn sweep(&self, choice: Choice) -> Result {
        // Once without, so that what is made only once is there.
        let mut state = (self.prepare)()?;
        let whole = (self.call)(&mut state)?;
        (self.done)(state)?;
        let before = Leftovers::take()?;

        let injector = Injector::within(self.range)?;
        let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
        let chosen = (1..=NTH_MAX).filter(|nth| choice.has(*nth));
        for (failures, nth) in chosen.enumerate() {
            let tell = |what: String| format!("{}, failure {nth}: {what}", self.name);
            let mut state = (self.prepare)()?;
            let (result, failed) = injector.run(nth, || (self.call)(&mut state))?;
            let outcome = match result {
                Ok(count) if count == whole => "no matter".to_owned(),
                Ok(count) if failed && (1..whole).contains(&count) => "short".to_owned(),
                Err(errno) if failed && (TOLD.contains(&errno) || self.or.contains(&errno)) => {
                    format!("{errno:?}")
                }
                other => return Err(tell(format!("{other:?} instead of {whole}")).into()),
            };
            if let Err(errno) = result {
                // The next attempt works.
                let again = (self.call)(&mut state);
                if again != Ok(whole) {
                    return Err(tell(format!("{errno}, and then {again:?}")).into());
                }
            }
            (self.done)(state).map_err(|error| tell(format!("{outcome}: {error}")))?;
            let after = Leftovers::take()?;
            if let Some(difference) = before.difference(&after) {
                return Err(tell(format!("{outcome}: left behind: {difference}")).into());
            }
            if !failed {
                let outcomes: Vec<String> = outcomes
                    .iter()
                    .map(|(outcome, count)| format!("{count} {outcome}"))
                    .collect();
                println!(
                    "{}: {failures} failures: {}",
                    self.name,
                    outcomes.join(", ")
                );
                return Ok(());
            }
            *outcomes.entry(outcome).or_default() += 1;
        }
        Err(format!("{}: more than {NTH_MAX} failures", self.name).into())
    }
}
