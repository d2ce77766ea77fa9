// SPDX-License-Identifier: GPL-2.0

//! The log message about a transmission.

use crate::code::{
    self,
    util::math::{
        div_rem_u64,
        ns_to_ms, //
    },
    Decimal,
    Gap,
    Symbol, //
};
use crate::device::log_text::LogText;
use crate::linux::time::Ktime;
use core::num::NonZeroU32;
use kernel::{
    device::Device,
    prelude::*, //
};

/// The number of lines that are logged within [`WINDOW_NS`], as user space decides how many messages there
/// are.
const LINES_PER_WINDOW: u32 = 10;
const WINDOW_NS: i64 = 5_000_000_000;

const MS_PER_S: NonZeroU32 = NonZeroU32::new(1000).unwrap();

/// The record of the message being sent.
pub(crate) struct Report {
    text: LogText,
    characters: u64,
    aborted: bool,
    began: Option<Ktime>,
    window_began: Option<Ktime>,
    lines: u32,
    suppressed: u32,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            text: LogText::new(),
            characters: 0,
            aborted: false,
            began: None,
            window_began: None,
            lines: 0,
            suppressed: 0,
        }
    }

    /// Adds a symbol that begins at `now`.
    pub(crate) fn add(&mut self, now: Ktime, symbol: Symbol) {
        if self.characters > 0 && symbol.gap == Gap::Word {
            self.text.add(b" ");
        }
        self.text.add(code::decode(symbol.code).as_bytes());
        self.characters += 1;
        self.began.get_or_insert(now);
    }

    /// Records that the message was aborted.
    pub(crate) fn abort(&mut self) {
        self.aborted = true;
    }

    /// Returns whether a message has begun and was not aborted.
    pub(crate) fn is_good(&self) -> bool {
        self.began.is_some() && !self.aborted
    }

    /// Ends the message, and logs it unless the limit of lines is reached.
    pub(crate) fn finish(&mut self, dev: &Device, now: Ktime) {
        let Some(began) = self.began.take() else {
            return;
        };
        let characters = core::mem::take(&mut self.characters);
        let aborted = core::mem::take(&mut self.aborted);
        let text = self.text.take();

        if self.may_log(now) {
            let elapsed_ns = now.as_ns().saturating_sub(began.as_ns());
            let (seconds, milliseconds) = div_rem_u64(ns_to_ms(elapsed_ns), MS_PER_S);
            let plural = if characters == 1 { "" } else { "s" };
            dev_info!(
                dev,
                "{} \"{}\", {} character{} in {}.{:03} s\n",
                if aborted { "aborted" } else { "sent" },
                text,
                Decimal(characters),
                plural,
                Decimal(seconds),
                milliseconds,
            );
        }
    }

    fn may_log(&mut self, now: Ktime) -> bool {
        let window_over = self
            .window_began
            .is_none_or(|began| now.ns_after(began) > WINDOW_NS);
        if window_over {
            if self.suppressed > 0 {
                pr_info!("{} messages not logged\n", self.suppressed);
            }
            self.window_began = Some(now);
            self.lines = 0;
            self.suppressed = 0;
        }
        if self.lines == LINES_PER_WINDOW {
            self.suppressed = self.suppressed.saturating_add(1);
            return false;
        }
        self.lines += 1;
        true
    }
}
