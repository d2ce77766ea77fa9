// SPDX-License-Identifier: GPL-2.0

//! The node `/dev/morse` and its sysfs directory: what user space meets.

pub(super) mod attributes;
pub(super) mod file;
