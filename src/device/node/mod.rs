// SPDX-License-Identifier: GPL-2.0

//! The interface to user space: the node `/dev/morse` and its sysfs directory.

pub(super) mod attributes;
pub(super) mod file;
