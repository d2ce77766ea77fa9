// SPDX-License-Identifier: GPL-2.0

//! sysfs attributes of a device node, one value a file.
//!
//! Attributes are `static` tables of [`Attribute`]: a name, a function that prints the value, and
//! one that parses a new value. They see the data of their device by reference. The node's
//! [`Registration`](super::miscdev::Registration) hands them to the driver core with the device,
//! so that they exist before user space is told of it, and are gone, with no callback running,
//! once the registration has been dropped.
//!
//! C header: [`include/linux/sysfs.h`](srctree/include/linux/sysfs.h)

use super::{
    context::{
        Context,
        Sleepable, //
    },
    node::Node, //
};
use core::{
    fmt::Write,
    marker::PhantomData,
    ptr,
    slice, //
};
use kernel::{
    bindings, fmt,
    prelude::*,
    str::{
        self,
        Formatter, //
    },
};

/// Prints the value of an attribute, without a line feed.
pub type Show<D> = fn(&D, &mut Output<'_>, &Sleepable) -> Result;

/// Takes a new value, stripped of one trailing line feed.
///
/// An error leaves the old value in place.
pub type Store<D> = fn(&D, &str, &Sleepable) -> Result;

/// Where [`Show`] prints to: one page.
pub struct Output<'a>(Formatter<'a>);

impl Output<'_> {
    /// Prints `args`; `EOVERFLOW` if the page is full.
    pub fn print(&mut self, args: fmt::Arguments<'_>) -> Result {
        self.0.write_fmt(args).map_err(|_| EOVERFLOW)
    }
}

/// One attribute of devices with data of type `D`.
///
/// # Invariants
///
/// - `raw` comes first, so that a pointer to it is a pointer to the `Attribute`.
/// - `raw` has `Self::show_raw` and, if there is a `store`, `Self::store_raw` as its functions.
#[repr(C)]
pub struct Attribute<D: 'static> {
    raw: bindings::device_attribute,
    show: Show<D>,
    store: Option<Store<D>>,
}

// SAFETY: The raw attribute is never written to once made, and functions may be called anywhere.
unsafe impl<D> Sync for Attribute<D> {}

/// The largest length that a `show` function may return: from `PAGE_SIZE` on, sysfs warns.
const SHOW_BYTES: usize = kernel::page::PAGE_SIZE - 1;

/// Everybody may read.
const MODE_READ: bindings::umode_t = 0o444;
/// Everybody may read, the owner may write.
const MODE_READ_WRITE: bindings::umode_t = 0o644;

impl<D: Send + Sync + 'static> Attribute<D> {
    /// An attribute that can only be read, by everybody.
    pub const fn read_only(name: &'static CStr, show: Show<D>) -> Self {
        Self::new(name, MODE_READ, show, None)
    }

    /// An attribute that everybody can read and the owner, root, can write.
    pub const fn read_write(name: &'static CStr, show: Show<D>, store: Store<D>) -> Self {
        Self::new(name, MODE_READ_WRITE, show, Some(store))
    }

    const fn new(
        name: &'static CStr,
        mode: bindings::umode_t,
        show: Show<D>,
        store: Option<Store<D>>,
    ) -> Self {
        let mut raw: bindings::device_attribute = pin_init::zeroed();
        raw.attr.name = str::as_char_ptr_in_const_context(name);
        raw.attr.mode = mode;
        raw.__bindgen_anon_1.show = Some(Self::show_raw);
        if store.is_some() {
            raw.__bindgen_anon_2.store = Some(Self::store_raw);
        }
        // INVARIANT: `raw` is first by `repr(C)`, and was just given its functions.
        Self { raw, show, store }
    }

    /// # Safety
    ///
    /// Called by sysfs only: `dev` has data of type `D`, `attr` is the `raw` of an `Attribute<D>`,
    /// `page` has `PAGE_SIZE` bytes.
    unsafe extern "C" fn show_raw(
        dev: *mut bindings::device,
        attr: *mut bindings::device_attribute,
        page: *mut c_char,
    ) -> isize {
        // SAFETY: By the type invariant. Attributes are static and never written to.
        let this = unsafe { &*attr.cast::<Self>() };
        // SAFETY: sysfs waits for its callbacks before the device goes, so the registration and
        // its data stay alive during this call.
        let data = unsafe { Node::<D>::data_of(dev) };
        // SAFETY: sysfs gives a zeroed page that is ours during the call.
        let page = unsafe { slice::from_raw_parts_mut(page.cast::<u8>(), SHOW_BYTES) };
        // SAFETY: sysfs calls in process context.
        let ctx = unsafe { Sleepable::enter() };

        let mut out = Output(Formatter::new(page));
        let result = (this.show)(data, &mut out, &ctx).and_then(|()| out.print(fmt!("\n")));
        match result {
            Ok(()) => out.0.bytes_written() as isize,
            Err(error) => error.to_errno() as isize,
        }
    }

    /// # Safety
    ///
    /// Called by sysfs only: `dev` has data of type `D`, `attr` is the `raw` of an `Attribute<D>`,
    /// `text` has `count` bytes.
    unsafe extern "C" fn store_raw(
        dev: *mut bindings::device,
        attr: *mut bindings::device_attribute,
        text: *const c_char,
        count: usize,
    ) -> isize {
        // SAFETY: As in `show_raw`.
        let (this, data) = unsafe { (&*attr.cast::<Self>(), Node::<D>::data_of(dev)) };
        // SAFETY: By the safety requirements.
        let text = unsafe { slice::from_raw_parts(text.cast::<u8>(), count) };
        // SAFETY: sysfs calls in process context.
        let ctx = unsafe { Sleepable::enter() };

        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let result = match (this.store, core::str::from_utf8(text)) {
            (Some(store), Ok(text)) => store(data, text, &ctx),
            _ => Err(EINVAL),
        };
        match result {
            Ok(()) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }
}

/// The attributes of one device, in the form that the driver core takes them.
///
/// # Invariants
///
/// `list` is a null-terminated array of attributes that `group` refers to; `groups` is one of
/// groups, with `group` as its only element. All have a place of their own on the heap, so they
/// stay when this object moves.
pub(super) struct Groups<D> {
    _list: KVec<*mut bindings::attribute>,
    _group: KBox<bindings::attribute_group>,
    groups: KBox<[*const bindings::attribute_group; 2]>,
    _data: PhantomData<fn(&D)>,
}

impl<D: Send + Sync + 'static> Groups<D> {
    /// Makes one unnamed group: the files appear in the directory of the device itself.
    pub(super) fn new(attributes: &'static [Attribute<D>]) -> Result<Self> {
        let mut list = KVec::with_capacity(attributes.len() + 1, GFP_KERNEL)?;
        for attribute in attributes {
            list.push((&raw const attribute.raw.attr).cast_mut(), GFP_KERNEL)?;
        }
        list.push(ptr::null_mut(), GFP_KERNEL)?;

        let mut group: bindings::attribute_group = pin_init::zeroed();
        group.__bindgen_anon_2.attrs = list.as_mut_ptr();
        let group = KBox::new(group, GFP_KERNEL)?;
        let groups = KBox::new([&raw const *group, ptr::null()], GFP_KERNEL)?;
        // INVARIANT: Made just so above.
        Ok(Self {
            _list: list,
            _group: group,
            groups,
            _data: PhantomData,
        })
    }

    /// Returns the array of groups; valid as long as `self`.
    pub(super) fn as_raw(&self) -> *mut *const bindings::attribute_group {
        self.groups.as_ptr().cast_mut()
    }
}
