// SPDX-License-Identifier: GPL-2.0

//! QEMU's machine protocol (QMP).
//!
//! [`qapi_spec`] has the common part of all messages, and this file the few commands that a board needs. The crate
//! `qapi` has all commands of QEMU, and takes four times as long to compile as this one.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use qapi_spec::{Command, Empty, Execute, Never, Response};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Where QEMU puts the devices that a machine makes by itself.
const UNATTACHED: &str = "/machine/unattached";

/// Declares commands: structures with their arguments.
macro_rules! commands {
    ($($(#[$meta:meta])* $command:ident $arguments:tt: $name:literal -> $answer:ty,)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Serialize)]
        struct $command $arguments

        impl Command for $command {
            type Ok = $answer;
            const NAME: &'static str = $name;
            const ALLOW_OOB: bool = false;
        }
    )*};
}

commands! {
    /// Ends the negotiation, without options.
    Capabilities {}: "qmp_capabilities" -> Empty,
    /// Lets the machine run.
    Continue {}: "cont" -> Empty,
    /// Makes it stand still.
    Stop {}: "stop" -> Empty,
    /// Lists the properties of an object, its children among them.
    QomList { path: &'static str }: "qom-list" -> Vec<Property>,
}

/// A property of an object.
#[derive(Debug, Deserialize)]
struct Property {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The first message of QEMU.
#[derive(Deserialize)]
struct Greeting {
    #[serde(rename = "QMP")]
    _qmp: IgnoredAny,
}

/// Every later message: an event, which may come at any time, or an answer to a command.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message<T> {
    Event {
        #[serde(rename = "event")]
        _event: IgnoredAny,
    },
    Response(Response<T>),
}

/// QEMU's monitor.
pub struct Monitor {
    input: BufReader<UnixStream>,
    output: UnixStream,
}

impl Monitor {
    /// Greets QEMU.
    pub(crate) fn new(port: UnixStream) -> Result<Self> {
        let output = port
            .try_clone()
            .map_err(Error::io("cannot share a socket"))?;
        let input = BufReader::new(port);
        let mut monitor = Monitor { input, output };
        monitor.read::<Greeting>()?;
        monitor.execute(&Capabilities {})?;
        Ok(monitor)
    }

    /// Executes a command.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when QEMU is gone, [`Error::Protocol`] with its answer when it refused.
    pub fn execute<C: Command>(&mut self, command: &C) -> Result<C::Ok> {
        let request = Execute::<_, Never>::with_command(command);
        let mut line =
            serde_json::to_vec(&request).map_err(|error| unexpected(error.to_string()))?;
        line.push(b'\n');
        self.output.write_all(&line).map_err(Error::io("QMP"))?;
        loop {
            if let Message::Response(response) = self.read()? {
                return response.result().map_err(|error| unexpected(error.desc));
            }
        }
    }

    fn read<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        if self.input.read_line(&mut line).map_err(Error::io("QMP"))? == 0 {
            return Err(Error::io("QMP")(io::ErrorKind::UnexpectedEof.into()));
        }
        serde_json::from_str(&line)
            .map_err(|error| unexpected(format!("{error} in {}", line.trim())))
    }

    /// The path of the first device of a type that the machine made by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when there is none, and as [`Monitor::execute`].
    pub fn find_device(&mut self, qom_type: &str) -> Result<String> {
        let wanted = format!("child<{qom_type}>");
        let children = self.execute(&QomList { path: UNATTACHED })?;
        children
            .into_iter()
            .find(|child| child.kind == wanted)
            .map(|child| format!("{UNATTACHED}/{}", child.name))
            .ok_or_else(|| unexpected(format!("the machine has no {qom_type}")))
    }

    /// Lets a machine run that was started or stopped to stand still.
    pub(crate) fn resume(&mut self) -> Result<()> {
        self.execute(&Continue {}).map(drop)
    }

    /// Makes it stand still, and its clock with it.
    pub(crate) fn pause(&mut self) -> Result<()> {
        self.execute(&Stop {}).map(drop)
    }
}

/// An answer of QEMU that does not fit the command.
fn unexpected(answer: String) -> Error {
    Error::Protocol {
        peer: "QMP",
        answer,
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const GREETING: &str = r#"{"QMP": {"version": {}, "capabilities": ["oob"]}}"#;
    const EVENT: &str = r#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "RESUME"}"#;
    const DONE: &str = r#"{"return": {}}"#;

    /// Runs a test with the monitor of a QEMU that says `greeting` first, and after each request the next of
    /// `answers`; returns the requests.
    fn conversation(
        greeting: &str,
        answers: &[&[&str]],
        test: impl FnOnce(Result<Monitor>),
    ) -> Vec<String> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut requests = BufReader::new(theirs.try_clone().unwrap());
        thread::scope(|scope| {
            let qemu = scope.spawn(move || {
                let mut heard = Vec::new();
                writeln!(theirs, "{greeting}").unwrap();
                for lines in answers {
                    let mut request = String::new();
                    requests.read_line(&mut request).unwrap();
                    heard.push(request.trim().to_owned());
                    for line in *lines {
                        writeln!(theirs, "{line}").unwrap();
                    }
                }
                heard
            });
            test(Monitor::new(ours));
            qemu.join().unwrap()
        })
    }

    #[test]
    fn commands_are_sent_and_events_passed_over() {
        let children = r#"{"return": [{"name": "device[1]", "type": "child<pl011>"},
            {"name": "device[2]", "type": "child<pl061>", "default-value": 0}]}"#
            .replace('\n', "");
        let answers: [&[&str]; 3] = [&[DONE], &[EVENT, DONE, EVENT], &[&children]];
        let heard = conversation(GREETING, &answers, |monitor| {
            let mut monitor = monitor.unwrap();
            monitor.resume().unwrap();
            let path = monitor.find_device("pl061").unwrap();
            assert_eq!(path, "/machine/unattached/device[2]");
        });
        assert_eq!(
            heard,
            [
                r#"{"execute":"qmp_capabilities","arguments":{}}"#,
                r#"{"execute":"cont","arguments":{}}"#,
                r#"{"execute":"qom-list","arguments":{"path":"/machine/unattached"}}"#,
            ]
        );
    }

    #[test]
    fn what_qemu_refuses_or_lacks_is_told() {
        let error = r#"{"error": {"class": "GenericError", "desc": "not now"}}"#;
        let answers: [&[&str]; 3] = [&[DONE], &[error], &[r#"{"return": []}"#]];
        conversation(GREETING, &answers, |monitor| {
            let mut monitor = monitor.unwrap();
            let error = monitor.pause().unwrap_err().to_string();
            assert!(error.contains("not now"), "{error}");
            let error = monitor.find_device("pl061").unwrap_err().to_string();
            assert!(error.contains("has no pl061"), "{error}");
        });
    }

    #[test]
    fn a_server_other_than_qemu_or_one_that_goes_is_told() {
        conversation("HTTP/1.0", &[], |monitor| {
            let error = monitor.err().unwrap().to_string();
            assert!(error.contains("HTTP/1.0"), "{error}");
        });
        // It ends after its greeting.
        conversation(GREETING, &[], |monitor| {
            assert!(matches!(monitor.err(), Some(Error::Io { .. })));
        });
    }
}
