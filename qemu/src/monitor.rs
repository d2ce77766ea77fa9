// SPDX-License-Identifier: GPL-2.0

//! QEMU's machine protocol (QMP).

use std::io::{self, BufRead, BufReader, BufWriter};
use std::os::unix::net::UnixStream;

use qapi::{qmp, Command, ExecuteError, Qmp, Stream};

use crate::error::{Error, Result};

/// Where QEMU puts the devices that a machine makes by itself.
const UNATTACHED: &str = "/machine/unattached";

/// QEMU's monitor.
pub struct Monitor {
    qmp: Qmp<Stream<BufReader<UnixStream>, BufWriter<UnixStream>>>,
}

impl Monitor {
    /// Greets QEMU.
    pub(crate) fn new(port: UnixStream) -> Result<Self> {
        let output = port
            .try_clone()
            .map_err(Error::io("cannot share a socket"))?;
        let mut input = BufReader::new(port);
        // QEMU that ends at once sends no greeting, which the crate does not expect.
        if input.fill_buf().map_err(Error::io("QMP"))?.is_empty() {
            return Err(Error::io("QMP")(io::ErrorKind::UnexpectedEof.into()));
        }
        let mut qmp = Qmp::new(Stream::new(input, BufWriter::new(output)));
        qmp.handshake().map_err(error)?;
        Ok(Monitor { qmp })
    }

    /// Executes a command of [`qapi::qmp`].
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when QEMU is gone, [`Error::Protocol`] with its message when it refused.
    pub fn execute<C: Command>(&mut self, command: &C) -> Result<C::Ok> {
        self.qmp.execute(command).map_err(error)
    }

    /// The path of the first device of a type that the machine made by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when there is none, and as [`Monitor::execute`].
    pub fn find_device(&mut self, qom_type: &str) -> Result<String> {
        let wanted = format!("child<{qom_type}>");
        let children = self.execute(&qmp::qom_list {
            path: UNATTACHED.into(),
        })?;
        children
            .into_iter()
            .find(|child| child.type_ == wanted)
            .map(|child| format!("{UNATTACHED}/{}", child.name))
            .ok_or_else(|| Error::Protocol {
                peer: "QMP",
                answer: format!("the machine has no {qom_type}"),
            })
    }

    /// Lets a machine run that was started or stopped to stand still.
    pub(crate) fn resume(&mut self) -> Result<()> {
        self.execute(&qmp::cont {}).map(|_| ())
    }

    /// Makes it stand still, and its clock with it.
    pub(crate) fn pause(&mut self) -> Result<()> {
        self.execute(&qmp::stop {}).map(|_| ())
    }
}

fn error(error: ExecuteError) -> Error {
    match error {
        ExecuteError::Io(source) => Error::io("QMP")(source),
        ExecuteError::Qapi(error) => Error::Protocol {
            peer: "QMP",
            answer: error.to_string(),
        },
    }
}
