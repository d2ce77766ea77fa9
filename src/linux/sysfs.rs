// SPDX-License-Identifier: GPL-2.0

//! sysfs attributes of a device node, with one value each.
//!
//! A driver has a `static` table of [`Attribute`]s: a name, a function that returns the value, and one that
//! takes a new value. Both get a reference to the data of the device. `miscdev::Registration` passes the
//! table to the driver core together with the device, so the attributes exist before user space is notified
//! of the device. Once the registration has been dropped they are removed, and no callback runs.
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

/// How an attribute shows its value. The line feed is added.
pub enum Show<D> {
    /// Returns a number, which is printed in decimal.
    Number(fn(&D) -> Result<u64>),
    /// Prints a text.
    Text(fn(&D, &mut Output<'_>) -> Result),
}

/// How an attribute takes a new value. If it fails, the attribute keeps its value.
pub enum Store<D> {
    /// Takes a decimal number.
    Number(fn(&D, u32, &Sleepable) -> Result),
    /// Takes a text, from which one trailing line feed has been removed.
    Text(fn(&D, &str, &Sleepable) -> Result),
}

/// The buffer into which [`Show::Text`] prints: a page less one byte, the most that sysfs accepts.
pub struct Output<'a>(Formatter<'a>);

impl Output<'_> {
    /// Prints `args`.
    ///
    /// # Errors
    ///
    /// `EOVERFLOW` if the buffer is full.
    pub fn print(&mut self, args: fmt::Arguments<'_>) -> Result {
        self.0.write_fmt(args).map_err(|_| EOVERFLOW)
    }
}

/// One attribute of devices with data of type `D`.
///
/// # Invariants
///
/// - `raw` is the first field, so that a pointer to it is a pointer to the `Attribute`.
/// - The functions of `raw` are `Self::show_raw` if `show` is `Some`, and `Self::store_raw` if `store`
///   is `Some`.
#[repr(C)]
pub struct Attribute<D: 'static> {
    raw: bindings::device_attribute,
    show: Option<Show<D>>,
    store: Option<Store<D>>,
}

// SAFETY: The attribute is not modified after it is made, and functions may be called on any thread.
unsafe impl<D> Sync for Attribute<D> {}

/// The largest length that a `show` function may return: from `PAGE_SIZE` on, sysfs warns.
const SHOW_BYTES: usize = kernel::page::PAGE_SIZE - 1;

/// All users may read.
const MODE_READ: bindings::umode_t = 0o444;
/// Root may write.
const MODE_WRITE: bindings::umode_t = 0o200;
/// All users may read, root may write.
const MODE_READ_WRITE: bindings::umode_t = 0o644;

impl<D: Send + Sync + 'static> Attribute<D> {
    /// An attribute that all users can read.
    pub const fn read_only(name: &'static CStr, show: Show<D>) -> Self {
        Self::new(name, MODE_READ, Some(show), None)
    }

    /// An attribute that all users can read and root can write.
    pub const fn read_write(name: &'static CStr, show: Show<D>, store: Store<D>) -> Self {
        Self::new(name, MODE_READ_WRITE, Some(show), Some(store))
    }

    /// An attribute that only root can write, and that cannot be read.
    pub const fn write_only(name: &'static CStr, store: Store<D>) -> Self {
        Self::new(name, MODE_WRITE, None, Some(store))
    }

    const fn new(
        name: &'static CStr,
        mode: bindings::umode_t,
        show: Option<Show<D>>,
        store: Option<Store<D>>,
    ) -> Self {
        let mut raw: bindings::device_attribute = pin_init::zeroed();
        raw.attr.name = str::as_char_ptr_in_const_context(name);
        raw.attr.mode = mode;
        if show.is_some() {
            raw.__bindgen_anon_1.show = Some(Self::show_raw);
        }
        if store.is_some() {
            raw.__bindgen_anon_2.store = Some(Self::store_raw);
        }
        // INVARIANT: `repr(C)` puts `raw` first; its functions are set above.
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
        // SAFETY: By the type invariant. Attributes are static and not modified.
        let this = unsafe { &*attr.cast::<Self>() };
        // SAFETY: The driver core removes the attributes, and waits for their callbacks, before the
        // registration is dropped, so its data lives during this call.
        let data = unsafe { Node::<D>::data_of(dev) };
        let shown = match &this.show {
            Some(Show::Number(show)) => show(data).map(|number| {
                // SAFETY: `page` is that of this call, and the format takes one number of this type.
                let bytes = unsafe {
                    bindings::sysfs_emit(page, c"%llu\n".as_char_ptr(), number as c_ulonglong)
                };
                bytes as isize
            }),
            Some(Show::Text(show)) => {
                // SAFETY: sysfs passes a zeroed page that only this call accesses.
                let buffer = unsafe { slice::from_raw_parts_mut(page.cast::<u8>(), SHOW_BYTES) };
                let mut out = Output(Formatter::new(buffer));
                show(data, &mut out)
                    .and_then(|()| out.print(fmt!("\n")))
                    .map(|()| out.0.bytes_written() as isize)
            }
            None => Err(EINVAL),
        };
        shown.unwrap_or_else(|error| error.to_errno() as isize)
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
        let stored = match (&this.store, core::str::from_utf8(text)) {
            (Some(Store::Number(store)), Ok(text)) => match text.parse() {
                Ok(number) => store(data, number, &ctx),
                Err(_) => Err(EINVAL),
            },
            (Some(Store::Text(store)), Ok(text)) => store(data, text, &ctx),
            _ => Err(EINVAL),
        };
        match stored {
            Ok(()) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }
}

/// The attributes of one device as the C structures that the driver core takes.
///
/// # Invariants
///
/// `groups` is a null-terminated array of groups with `group` as its only element, and `group` refers to
/// `list`, a null-terminated array of attributes. Each has its own allocation, so they do not move with
/// this object.
pub(super) struct Groups<D> {
    _list: KVec<*mut bindings::attribute>,
    _group: KBox<bindings::attribute_group>,
    groups: KBox<[*const bindings::attribute_group; 2]>,
    _data: PhantomData<fn(&D)>,
}

impl<D: Send + Sync + 'static> Groups<D> {
    /// Makes one group without a name: the files are in the directory of the device itself.
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
        // INVARIANT: Made above.
        Ok(Self {
            _list: list,
            _group: group,
            groups,
            _data: PhantomData,
        })
    }

    /// Returns the array of groups, which is valid as long as `self`.
    pub(super) fn as_raw(&self) -> *mut *const bindings::attribute_group {
        self.groups.as_ptr().cast_mut()
    }
}
