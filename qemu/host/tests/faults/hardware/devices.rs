// SPDX-License-Identifier: GPL-2.0

//! Devices of each kind in a device tree, and the expected outcome.

use Outcome::{Absent, Bound, Deferred, Refused};

/// The outcome of binding a device.
pub enum Outcome {
    /// Bound, with these parts.
    Bound(&'static str),
    /// Refused; the message of `bind` then.
    Refused(&'static str),
    /// Deferred until its supplier is there.
    Deferred,
    /// Never probed.
    Absent,
}

pub const EBUSY: &str = "Device or resource busy";
const EINVAL: &str = "Invalid argument";
/// The message of `bind` for a device that is deferred.
pub const EAGAIN: &str = "Resource temporarily unavailable";

/// A device of each kind: its name, the properties that it has besides `compatible`, and the expected
/// outcome.
///
/// The board's own has lines 0 and 5 of `&{/pl061@9030000}`. No line is named twice, as gpiolib would
/// take that for one that is meant to be shared.
pub const DEVICES: &[(&str, &str, Outcome)] = &[
    (
        "led-only",
        "led-gpios = <&{/pl061@9030000} 1 0>;",
        Bound("LED and simulated key"),
    ),
    (
        "key-only",
        "key-gpios = <&{/pl061@9030000} 4 0>;
        interrupts-extended = <&{/pl061@9030000} 4 3>;",
        Bound("LED trigger and key"),
    ),
    ("neither", "", Bound("LED trigger and simulated key")),
    // An interrupt is ignored without the line to read the key from.
    (
        "interrupt-only",
        "interrupts-extended = <&{/pl061@9030000} 5 3>;",
        Bound("LED trigger and simulated key"),
    ),
    // The driver would override the trigger, and a second mapping of this description would then fail.
    (
        "level-triggered",
        "key-gpios = <&{/pl061@9030000} 2 0>;
        interrupts-extended = <&{/pl061@9030000} 2 4>;",
        Refused(EINVAL),
    ),
    (
        "edges-left-open",
        "key-gpios = <&{/pl061@9030000} 3 0>;
        interrupts-extended = <&{/pl061@9030000} 3 0>;",
        Bound("LED trigger and key"),
    ),
    (
        "empty-property",
        "led-gpios;",
        Bound("LED trigger and simulated key"),
    ),
    (
        "null-phandle",
        "led-gpios = <0 0 0>;",
        Bound("LED trigger and simulated key"),
    ),
    ("disabled", "status = \"disabled\";", Absent),
    (
        "key-without-interrupt",
        "key-gpios = <&{/pl061@9030000} 6 0>; debounce-interval = <7>;",
        Bound("LED trigger and key"),
    ),
    (
        "debounce-too-long",
        "key-gpios = <&sleeping 3 0>; debounce-interval = <1001>;",
        Refused(EINVAL),
    ),
    (
        "interrupt-taken",
        "key-gpios = <&{/pl061@9030000} 7 0>;
        interrupts-extended = <&{/pl061@9030000} 5 3>;",
        Refused(EBUSY),
    ),
    (
        "key-on-a-chip-that-sleeps",
        "key-gpios = <&staying 0 0>;",
        Bound("LED trigger and key"),
    ),
    (
        "no-such-phandle",
        "led-gpios = <0xdead 0 0>;",
        Refused(EINVAL),
    ),
    (
        "no-controller",
        "led-gpios = <&{/no-provider} 0 0>;",
        Refused(EINVAL),
    ),
    (
        "too-few-cells",
        "led-gpios = <&{/pl061@9030000} 0>;",
        Refused(EINVAL),
    ),
    ("a-string", "led-gpios = \"GPIO0\";", Refused(EINVAL)),
    // gpiolib cannot know whether a later controller will have the line.
    (
        "no-such-line",
        "led-gpios = <&{/pl061@9030000} 99 0>;",
        Deferred,
    ),
    (
        "led-without-driver",
        "led-gpios = <&nobodys 0 0>;",
        Deferred,
    ),
    (
        "key-without-driver",
        "key-gpios = <&nobodys 1 0>;
        interrupts-extended = <&nobodys 0 3>;",
        Deferred,
    ),
];

/// A device whose LED is on a chip that may come late.
pub const LATE: &str = "late";
const LATE_PROPERTIES: &str = "led-gpios = <&sleeping 2 0>;";

/// The providers that the devices refer to besides the board's controller.
const PROVIDERS: &str = "
	no-provider { };
	nobodys: nobodys {
		compatible = \"nobodys-controller\";
		gpio-controller;
		#gpio-cells = <2>;
		interrupt-controller;
		#interrupt-cells = <2>;
	};
	gpio-sim {
		compatible = \"gpio-simulator\";
		sleeping: bank {
			gpio-controller;
			#gpio-cells = <2>;
			ngpios = <8>;
		};
	};
	gpio-sim-staying {
		compatible = \"gpio-simulator\";
		staying: bank {
			gpio-controller;
			#gpio-cells = <2>;
			ngpios = <8>;
		};
	};
";

/// Returns the nodes of all these devices and of their providers.
pub fn device_tree() -> String {
    let late = [(LATE, LATE_PROPERTIES)];
    let devices: Vec<String> = DEVICES
        .iter()
        .map(|(name, properties, _)| (*name, *properties))
        .chain(late)
        .map(|(name, properties)| {
            format!("\t{name} {{ compatible = \"gpio-morse\"; {properties} }};\n")
        })
        .collect();
    format!("/ {{\n{PROVIDERS}{}}};\n", devices.concat())
}
