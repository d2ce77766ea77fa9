// SPDX-License-Identifier: GPL-2.0

//! Makes each operation that can fail in the kernel fail, one after the other, until a whole pass
//! succeeds.
//!
//! After each failure, the system call returns an errno or succeeds, no object is left behind, and the next
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

/// The errnos of a failed allocation and of a failed copy from or to user space.
const TOLD: [Errno; 2] = [Errno::ENOMEM, Errno::EFAULT];
/// More operations than any call has. A pass that does not end is an error.
const NTH_MAX: u32 = 2000;

/// Selects the failures: all up to number `every`, and every `every`th after that.
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

/// Runs a group of operations. After the first `every` failures of a call, only those whose number leaves
/// `remainder` when divided by `every` are tried.
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
    /// The code whose callees fail.
    range: Range,
    /// Makes the state that the call needs.
    prepare: P,
    /// The call; returns its count.
    call: C,
    /// Checks the effect of the call, and undoes it.
    done: D,
    /// Errnos allowed besides [`TOLD`].
    or: &'static [Errno],
    /// Makes `S` a parameter that is used.
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

    /// Allows `errnos` as well.
    fn or(self, errnos: &'static [Errno]) -> Self {
        Operation { or: errnos, ..self }
    }

    /// Makes the call with each chosen failure in turn, until nothing has failed; prints how often the call
    /// had which outcome.
    fn sweep(&self, choice: Choice) -> Result {
        // Call once without a failure, for allocations that are made once only.
        let mut state = (self.prepare)()?;
        let whole = (self.call)(&mut state)?;
        (self.done)(state)?;
        let before = Leftovers::take()?;

        let injector = Injector::within(self.range)?;
        let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
        let chosen = (1..=NTH_MAX).filter(|nth| choice.has(*nth));
        for (failures, nth) in chosen.enumerate() {
            let tell = |text: String| format!("{}, failure {nth}: {text}", self.name);
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
