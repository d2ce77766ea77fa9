// SPDX-License-Identifier: GPL-2.0

//! A platform driver, with signatures that do not differ between releases of the kernel.
//!
//! A driver implements [`Driver`]: `probe` makes a value for a device, and unbinding drops that value.

use super::{
    context::{
        Context,
        Sleepable, //
    },
    raw_device, //
};
use core::{
    marker::PhantomData,
    pin::Pin,
    ptr, //
};
use kernel::{
    bindings,
    device::{
        self,
        Bound,
        Core, //
    },
    driver,
    of,
    platform,
    prelude::*, //
};

pub use kernel::platform::Device;

/// Defines the table of the devices of a [`Driver`] by their `compatible` property in the device tree, and
/// exports it for module autoloading.
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

/// Room for the name of a driver, which a message may cut.
#[cfg(CONFIG_OF)]
const DRIVER_NAME_BYTES: usize = 32;

/// A driver for devices of the platform bus.
pub trait Driver: 'static {
    /// The name of the driver, and of devices that bind to it without a device tree.
    const NAME: &'static CStr;

    /// The devices of the device tree that bind to the driver.
    const OF_TABLE: of::IdTable<()>;

    /// The data of a bound device, which is dropped when the device is unbound.
    type Data<'bound>: Send + 'bound;

    /// Binds to `pdev`.
    fn probe<'bound>(pdev: &'bound Device<Bound>, ctx: &Sleepable) -> Result<Self::Data<'bound>>;
}

/// Records `message` as the reason why `dev` is not bound, and returns `error`.
///
/// The reason goes to the log, or, for `EPROBE_DEFER`, to the file `devices_deferred` of debugfs.
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

/// Registers a [`Driver`] until it is dropped, which unbinds it from its devices.
pub struct Registration<T: Driver>(
    // Kept for its destructor.
    #[expect(dead_code)] Pin<KBox<driver::Registration<platform::Adapter<Glue<T>>>>>,
);

impl<T: Driver> Registration<T> {
    /// Registers the driver, which probes its devices.
    ///
    /// A device that another driver is bound to is not probed, which is no error; a line in the log says so.
    pub fn new(ctx: &Sleepable, module: &'static ThisModule) -> Result<Self> {
        let registration = KBox::pin_init(driver::Registration::new(T::NAME, module), GFP_KERNEL)?;
        warn_of_other_drivers::<T>(ctx);
        Ok(Self(registration))
    }
}

/// Returns whether a device for `T` exists, from the device tree or from a board file, bound or not.
pub fn is_described<T: Driver>() -> bool {
    is_in_device_tree::<T>() || is_made::<T>()
}

/// Returns whether a platform device with the name of the driver exists, as made by a board file.
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
    // SAFETY: `bus_find_device()` returned a reference, which is not used after this.
    unsafe { bindings::put_device(dev) };
    true
}

#[cfg(CONFIG_OF)]
extern "C" {
    /// `of_node_put()`, which is inline in some configurations.
    fn morse_helper_of_node_put(node: *mut c_void);
    /// Copies the name of the driver that a device is bound to; nothing if there is none.
    fn morse_helper_driver_name(dev: *mut c_void, name: *mut c_char, size: usize);
}

/// Calls `each` with the nodes of the device tree that `T` binds to, until it returns true; returns whether it
/// did.
#[cfg(CONFIG_OF)]
fn any_node<T: Driver>(mut each: impl FnMut(*mut bindings::device_node) -> bool) -> bool {
    let mut node = ptr::null_mut();
    loop {
        // SAFETY: `node` is null or a reference, which the function takes over. The table is static, and
        // ends with an empty entry.
        node = unsafe {
            bindings::of_find_matching_node_and_match(node, T::OF_TABLE.as_ptr(), ptr::null_mut())
        };
        if node.is_null() {
            return false;
        }
        if each(node) {
            // SAFETY: `node` is a reference to a node, and not used after this.
            unsafe { morse_helper_of_node_put(node.cast()) };
            return true;
        }
    }
}

#[cfg(CONFIG_OF)]
fn is_in_device_tree<T: Driver>() -> bool {
    any_node::<T>(|node| {
        // SAFETY: `any_node` passes valid nodes.
        unsafe { bindings::of_device_is_available(node) }
    })
}

/// Logs which other drivers are bound to devices of the device tree that `T` would bind to.
#[cfg(CONFIG_OF)]
fn warn_of_other_drivers<T: Driver>(_ctx: &Sleepable) {
    any_node::<T>(|node| {
        // SAFETY: The bus is registered, and `device_match_of_node()` takes a node.
        let dev = unsafe {
            bindings::bus_find_device(
                &raw const bindings::platform_bus_type,
                ptr::null_mut(),
                node.cast_const().cast(),
                Some(bindings::device_match_of_node),
            )
        };
        if dev.is_null() {
            return false;
        }
        let mut name = [0; DRIVER_NAME_BYTES];
        // SAFETY: `bus_find_device()` returned a reference, which is not used after this. `name` has room for
        // `DRIVER_NAME_BYTES`.
        // The token allows sleeping, which the lock of a device may do.
        unsafe {
            morse_helper_driver_name(dev.cast(), name.as_mut_ptr().cast(), name.len());
            bindings::put_device(dev);
        }
        match CStr::from_bytes_until_nul(&name).map(CStr::to_str) {
            Ok(Ok(other)) if !other.is_empty() && other.as_bytes() != T::NAME.to_bytes() => {
                pr_warn!("its device is bound to the driver {other}: nothing happens until that is unloaded and this is loaded again\n");
            }
            _ => {}
        }
        false
    });
}

#[cfg(not(CONFIG_OF))]
fn warn_of_other_drivers<T: Driver>(_ctx: &Sleepable) {}

#[cfg(not(CONFIG_OF))]
fn is_in_device_tree<T: Driver>() -> bool {
    false
}

/// Implements `kernel::platform::Driver` for a [`Driver`].
pub struct Glue<T>(PhantomData<T>);

impl<T: Driver> platform::Driver for Glue<T> {
    type IdInfo = ();
    type Data<'bound> = T::Data<'bound>;
    const OF_ID_TABLE: Option<of::IdTable<Self::IdInfo>> = Some(T::OF_TABLE);

    fn probe<'bound>(
        pdev: &'bound Device<Core<'_>>,
        _info: Option<&'bound Self::IdInfo>,
    ) -> impl PinInit<Self::Data<'bound>, Error> + 'bound {
        // SAFETY: The driver core calls `probe` in process context.
        let ctx = unsafe { Sleepable::enter() };
        T::probe(pdev, &ctx)
    }
}
