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

/// Returns whether a device for `T` exists, bound or not, or will exist, as the device tree has a node for it.
pub fn is_described<T: Driver>() -> bool {
    any_device::<T>(|_| true)
        // SAFETY: The table is static, and ends with an empty entry.
        || unsafe { morse_helper_has_node(T::OF_TABLE.as_ptr()) }
}

extern "C" {
    /// Returns whether the device tree has a node, not disabled, that matches the table.
    fn morse_helper_has_node(table: *const bindings::of_device_id) -> bool;
    /// Returns a reference to the next device that a driver of this name and table would match, and drops `start`.
    fn morse_helper_next_device(
        start: *mut c_void,
        name: *const c_char,
        table: *const bindings::of_device_id,
    ) -> *mut c_void;
    /// Copies the name of the driver that a device is bound to; nothing if there is none.
    fn morse_helper_driver_name(dev: *mut c_void, name: *mut c_char, size: usize);
}

/// Calls `each` with the devices of the bus that match `T`, until it returns true; returns whether it did.
///
/// The bus compares, as it does for a registered driver: a device from the device tree or from ACPI, one with
/// the driver's name and any id, and one that user space reserves for the driver (`driver_override`).
fn any_device<T: Driver>(mut each: impl FnMut(*mut c_void) -> bool) -> bool {
    let mut dev = ptr::null_mut();
    loop {
        // SAFETY: `dev` is null or a reference to a device of the bus, which the function takes over. Name and
        // table are static; the table ends with an empty entry.
        dev = unsafe { morse_helper_next_device(dev, T::NAME.as_char_ptr(), T::OF_TABLE.as_ptr()) };
        if dev.is_null() {
            return false;
        }
        if each(dev) {
            // SAFETY: `dev` is a reference, which is not used after this.
            unsafe { bindings::put_device(dev.cast()) };
            return true;
        }
    }
}

/// Logs which other drivers are bound to devices that `T` would bind to.
fn warn_of_other_drivers<T: Driver>(_ctx: &Sleepable) {
    any_device::<T>(|dev| {
        let mut name = [0; DRIVER_NAME_BYTES];
        // SAFETY: `any_device` passes valid devices. `name` has room for `DRIVER_NAME_BYTES`.
        // The token allows sleeping, which the lock of a device may do.
        unsafe { morse_helper_driver_name(dev, name.as_mut_ptr().cast(), name.len()) };
        match CStr::from_bytes_until_nul(&name).map(CStr::to_str) {
            Ok(Ok(other)) if !other.is_empty() && other.as_bytes() != T::NAME.to_bytes() => {
                pr_warn!("its device is bound to the driver {other}: nothing happens until that is unloaded and this is loaded again\n");
            }
            _ => {}
        }
        false
    });
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
