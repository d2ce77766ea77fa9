// SPDX-License-Identifier: GPL-2.0

//! A driver's size in memory, and the time to load and unload it.

use std::path::Path;

use morse_board::Board;
use object::elf::{SHF_ALLOC, SHF_EXECINSTR};
use object::{Object, ObjectSection, SectionFlags};

use crate::results::Measurement;
use crate::setting::Setting;
use crate::{Result, Subject};
use morse_board::trace::{Event, Recorder};

/// Sections that the kernel gives back, or does not load.
const NOT_KEPT: [&str; 6] = [
    ".init",
    ".exit",
    ".modinfo",
    "__versions",
    ".gnu.version",
    "__ksymtab_strings",
];

/// How often it is loaded and unloaded.
const ROUNDS: usize = 10;

/// The code and the data of a module that stay in memory.
pub fn sizes(path: &Path, setting: Setting, subject: Subject) -> Result<Vec<Measurement>> {
    let image = std::fs::read(path)?;
    let elf = object::File::parse(image.as_slice())?;
    let (mut text, mut data) = (0, 0);
    for section in elf.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
            continue;
        };
        let name = section.name()?;
        if !sh_flags.contains(SHF_ALLOC) || NOT_KEPT.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        match sh_flags.contains(SHF_EXECINSTR) {
            false => data += section.size(),
            true => text += section.size(),
        }
    }
    let size =
        |parameter, bytes: u64| Measurement::new(setting, "size", parameter, subject, bytes as f64);
    Ok(vec![
        size("text", text),
        size("data", data),
        size("text and data", text + data),
    ])
}

/// The memory that is allocated for an open file, more than for one of `/dev/null`.
pub fn memory_of_file(
    board: &mut Board,
    setting: Setting,
    subject: Subject,
) -> Result<Measurement> {
    let recorder = Recorder::start(
        board,
        &[
            ("syscalls/sys_enter_openat", ""),
            ("syscalls/sys_exit_openat", ""),
            ("kmem/kmalloc", ""),
            ("kmem/kmem_cache_alloc", ""),
        ],
    )?;
    // The first one of each may fill caches.
    let pid =
        board.run("sh -c 'echo $$; exec 3</dev/null 4</dev/morse 5</dev/null 6</dev/morse'")?;
    let events = recorder.stop(board)?;
    let opens = allocations(&events, pid.trim().parse()?);
    let [.., null, morse] = opens[..] else {
        return Err("the files were not opened".into());
    };
    let value = morse as f64 - null as f64;
    Ok(Measurement::new(setting, "memory", "", subject, value))
}

/// The bytes that each open(2) of a task allocated.
fn allocations(events: &[Event], pid: u64) -> Vec<u64> {
    let mut opens = Vec::new();
    let mut open = None;
    for event in events.iter().filter(|event| event.pid() == pid) {
        match event.name.as_str() {
            "sys_enter_openat" => open = Some(0),
            "sys_exit_openat" => opens.extend(open.take()),
            _ => open = open.map(|bytes| bytes + event.field("bytes_alloc")),
        }
    }
    opens
}

/// How long it takes to load, to unload, and to unload in the middle of a message.
pub fn lifetime(board: &mut Board, setting: Setting, subject: Subject) -> Result<Vec<Measurement>> {
    let module = subject.module().ok_or("it is no module of ours")?;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let insmod = format!("insmod {module}.ko");
        let rmmod = format!("rmmod {module}");
        times[0].push(call(board, "finit_module", &insmod)?);
        times[1].push(call(board, "delete_module", &rmmod)?);
        board.run(&format!("{insmod} && echo PARIS > /dev/morse && sleep 1"))?;
        times[2].push(call(board, "delete_module", &rmmod)?);
    }
    let names = ["insmod", "rmmod-idle", "rmmod-sending"];
    Ok(names
        .into_iter()
        .zip(&times)
        .map(|(name, times)| Measurement::median(setting, name, "", subject, times))
        .collect())
}

/// The time of a system call that a command makes once, in ns.
fn call(board: &mut Board, call: &str, command: &str) -> Result<i64> {
    let (enter, exit) = (
        format!("syscalls/sys_enter_{call}"),
        format!("syscalls/sys_exit_{call}"),
    );
    let recorder = Recorder::start(board, &[(&enter, ""), (&exit, "")])?;
    board.run(command)?;
    match &recorder.stop(board)?[..] {
        [enter, exit] => Ok((exit.ns - enter.ns) as i64),
        events => Err(format!("{command}: {} events of {call}", events.len()).into()),
    }
}
