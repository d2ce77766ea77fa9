// SPDX-License-Identifier: GPL-2.0

//! A platform driver, reduced to what stays the same between kernels.
//!
//! `kernel::platform` changes its signatures from release to release; this file is where that
//! ends. A driver implements [`Driver`]: it makes a value from a device, and dropping that value is
//! all there is to unbinding.

use super::{
    context::{
        Context,
        Sleepable, //
    },
    raw_device, //
};
use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    bindings,
    device::{
        self,
        Bound,
        Core, //
    },
    of,
    platform,
    prelude::*, //
};

pub use kernel::platform::Device;

/// Defines the table of the devices that a [`Driver`] is for, by what the device tree calls compatible,
/// and tells user space of it.
///
/// # Examples
///
/// ```ignore
/// of_table!(OF_TABLE, c"gpio-morse");
/// ```
#[macro_export]
macro_rules! of_table {
    ($name:ident, $compatible:literal) => {
        #[cfg(kernel_7_3)]
        ::kernel::of_device_table!($name, (), [(::kernel::of::DeviceId::new($compatible), ())]);
        #[cfg(not(kernel_7_3))]
        ::kernel::of_device_table!(
            $name,
            MODULE_OF_TABLE,
            (),
            [(::kernel::of::DeviceId::new($compatible), ())]
        );
    };
}
/// A driver for devices of the platform bus.
pub trait Driver: 'static {
    /// The name of the driver, and of devices for it that are not in the device tree.
    const NAME: &'static CStr;

    /// The devices of the device tree that the driver is for.
    const OF_TABLE: of::IdTable<()>;

    /// A bound device. Dropping it is all there is to unbinding.
    type Data<'bound>: Send + 'bound;

    /// Binds to `pdev`, in process context.
    fn probe<'bound>(pdev: &'bound Device<Bound>, ctx: &Sleepable) -> Result<Self::Data<'bound>>;
}

/// Returns `error`, and records `message` as the reason why `dev` is not bound: in the log, or for
/// `EPROBE_DEFER` in the `devices_deferred` file of debugfs.
pub fn dev_err_probe(dev: &device::Device<Bound>, error: Error, message: &CStr) -> Error {
    // SAFETY: The device is valid, and so are both C strings; the format takes one.
    unsafe {
        bindings::dev_err_probe(
            raw_device(dev),
            error.to_errno(),
            c"%s\n".as_char_ptr(),
            message.as_char_ptr(),
        )
    };
    error
}

/// The type that the kernel crate registers for a [`Driver`].
pub type Adapter<T> = platform::Adapter<Glue<T>>;

/// Returns whether there is a device for `T`, described by the device tree or made by other code,
/// whether or not it is bound yet.
pub fn is_described<T: Driver>() -> bool {
    is_in_device_tree::<T>() || is_made::<T>()
}

/// Returns whether somebody has made a platform device with the name of the driver, as board files do.
fn is_made<T: Driver>() -> bool {
    // SAFETY: The bus is registered, and `device_match_name()` takes a C string.
    let dev = unsafe {
        bindings::bus_find_device(
            &raw const bindings::platform_bus_type,
            ptr::null_mut(),
            T::NAME.as_char_ptr().cast(),
            Some(bindings::device_match_name),
        )
    };
    if dev.is_null() {
        return false;
    }
    // SAFETY: We were given a reference, and do not use it after this.
    unsafe { bindings::put_device(dev) };
    true
}

#[cfg(CONFIG_OF)]
extern "C" {
    /// `of_node_put()`, which is inline in some configurations.
    fn morse_helper_of_node_put(node: *mut c_void);
}

#[cfg(CONFIG_OF)]
fn is_in_device_tree<T: Driver>() -> bool {
    let mut node = ptr::null_mut();
    loop {
        // SAFETY: `node` is null or a node that we hold, whose reference the function takes over.
        // The table is static, and ends with an empty entry.
        node = unsafe {
            bindings::of_find_matching_node_and_match(node, T::OF_TABLE.as_ptr(), ptr::null_mut())
        };
        if node.is_null() {
            return false;
        }
        // SAFETY: `node` is a node that we hold.
        if unsafe { bindings::of_device_is_available(node) } {
            // SAFETY: As above; it is not used after this.
            unsafe { morse_helper_of_node_put(node.cast()) };
            return true;
        }
    }
}

#[cfg(not(CONFIG_OF))]
fn is_in_device_tree<T: Driver>() -> bool {
    false
}

/// Fits a [`Driver`] into the kernel's trait.
pub struct Glue<T>(PhantomData<T>);

impl<T: Driver> platform::Driver for Glue<T> {
    type IdInfo = ();
    type Data<'bound> = T::Data<'bound>;
    const OF_ID_TABLE: Option<of::IdTable<Self::IdInfo>> = Some(T::OF_TABLE);

    fn probe<'bound>(
        pdev: &'bound Device<Core<'_>>,
        _info: Option<&'bound Self::IdInfo>,
    ) -> impl PinInit<Self::Data<'bound>, Error> + 'bound {
        // SAFETY: The driver core probes in process context.
        let ctx = unsafe { Sleepable::enter() };
        T::probe(pdev, &ctx)
    }
}
