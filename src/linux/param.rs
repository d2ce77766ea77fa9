// SPDX-License-Identifier: GPL-2.0

//! A module parameter whose value is one of several words.
//!
//! The `module!` macro supports numbers and `bool`, but no strings. [`choice_param!`] defines a parameter that takes a word of a
//! list. With any other value, loading the module fails with `EINVAL`.
//!
//! C header: [`include/linux/moduleparam.h`](srctree/include/linux/moduleparam.h)

use kernel::{
    bindings,
    error::from_result,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

/// The value of a parameter: an index into `words`, 0 by default.
pub struct Choice {
    words: &'static [&'static [u8]],
    chosen: Atomic<u32>,
}

impl Choice {
    /// The operations of parameters of this type.
    pub const OPS: bindings::kernel_param_ops = bindings::kernel_param_ops {
        flags: 0,
        set: Some(Self::set),
        get: None,
        free: None,
    };

    /// Creates a value with its default; used by [`choice_param!`].
    pub const fn new(words: &'static [&'static [u8]]) -> Self {
        Self {
            words,
            chosen: Atomic::new(0),
        }
    }

    /// Returns the index of the word that was given, or 0.
    pub fn index(&self) -> usize {
        self.chosen.load(Relaxed) as usize
    }

    /// # Safety
    ///
    /// Called by the module loader only. `value` is null or a C string, and the argument of `param` points
    /// at a `Choice`.
    unsafe extern "C" fn set(value: *const c_char, param: *const bindings::kernel_param) -> c_int {
        if value.is_null() {
            return EINVAL.to_errno();
        }
        // SAFETY: By the safety requirements.
        let value = unsafe { CStr::from_char_ptr(value) };
        // SAFETY: By the safety requirements. Each `Choice` is static.
        let this = unsafe { &*(*param).__bindgen_anon_1.arg.cast::<Self>() };
        from_result(|| {
            let index = this
                .words
                .iter()
                .position(|word| *word == value.to_bytes())
                .ok_or(EINVAL)?;
            this.chosen.store(index as u32, Relaxed);
            Ok(0)
        })
    }
}

/// Defines a module parameter whose value is one of several words; see the [module documentation](self).
///
/// # Examples
///
/// ```ignore
/// choice_param! {
///     /// The mechanism of the bottom half.
///     static BOTTOM_HALF: "bottom_half" = ["bh", "tasklet"];
///     "Mechanism of the bottom half: bh (default) or tasklet"
/// }
/// let is_tasklet = BOTTOM_HALF.index() == 1;
/// ```
#[macro_export]
macro_rules! choice_param {
    (
        $(#[$meta:meta])*
        static $name:ident: $text:literal = [$($word:literal),+];
        $description:literal
    ) => {
        $(#[$meta])*
        static $name: $crate::linux::param::Choice =
            $crate::linux::param::Choice::new(&[$($word.as_bytes()),+]);

        const _: () = {
            static OPS: ::kernel::bindings::kernel_param_ops = $crate::linux::param::Choice::OPS;

            #[link_section = "__param"]
            #[used(compiler)]
            static PARAM: ::kernel::module_param::KernelParam =
                ::kernel::module_param::KernelParam::new(::kernel::bindings::kernel_param {
                    name: concat!($text, "\0").as_ptr().cast(),
                    mod_: (&raw const ::kernel::bindings::__this_module).cast_mut(),
                    ops: &raw const OPS,
                    perm: 0,
                    level: -1,
                    flags: 0,
                    __bindgen_anon_1: ::kernel::bindings::kernel_param__bindgen_ty_1 {
                        arg: (&raw const $name).cast_mut().cast(),
                    },
                });

            $crate::modinfo!("parmtype=", $text, ":charp");
            $crate::modinfo!("parm=", $text, ":", $description);
        };
    };
}
/// Adds a line to the section `.modinfo`, which modinfo(8) prints.
#[macro_export]
macro_rules! modinfo {
    ($($part:literal),+) => {
        const _: () = {
            const TEXT: &str = concat!($($part,)+ "\0");
            #[link_section = ".modinfo"]
            #[used(compiler)]
            static LINE: [u8; TEXT.len()] = {
                let mut line = [0; TEXT.len()];
                let mut i = 0;
                while i < line.len() {
                    line[i] = TEXT.as_bytes()[i];
                    i += 1;
                }
                line
            };
        };
    };
}
