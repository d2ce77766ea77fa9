// SPDX-License-Identifier: GPL-2.0

//! Serves the UDP protocol of cwdaemon for `/dev/morse`; see `packaging/man/morse-cwd.8`.

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread;

use listenfd::ListenFd;
use morse_cwd::device::Device;
use morse_cwd::request::{self, Request};
use morse_cwd::sender::Sender;

fn main() {
    if let Err(error) = run() {
        eprintln!("error: {error}");
        process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut device = "/dev/morse".to_owned();
    let mut address = "127.0.0.1:6789".to_owned();
    let mut settings = None;
    let mut arguments = env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{option} wants a value; see morse-cwd(8)"))?;
        match option.as_str() {
            "--device" => device = value,
            "--settings" => settings = Some(PathBuf::from(value)),
            "--listen" => address = value,
            _ => return Err(format!("there is no option {option}; see morse-cwd(8)").into()),
        }
    }
    let device = Device::open(Path::new(&device), settings)?;
    let socket = match ListenFd::from_env().take_udp_socket(0)? {
        Some(socket) => socket,
        None => UdpSocket::bind(&address)
            .map_err(|error| format!("cannot listen at {address}: {error}"))?,
    };
    let sender = Arc::new(Sender::new(device, socket.try_clone()?));
    let worker = sender.clone();
    thread::spawn(move || {
        if let Err(error) = worker.run() {
            eprintln!("error: cannot send: {error}");
            process::exit(1);
        }
    });
    serve(&socket, &sender)
}

fn serve(socket: &UdpSocket, sender: &Sender) -> Result<(), Box<dyn Error>> {
    let mut ignored = HashSet::new();
    let mut next_reply = None;
    let mut datagram = [0; request::LENGTH];
    loop {
        let (length, client) = socket.recv_from(&mut datagram)?;
        match request::parse(&datagram[..length]) {
            Ok(Request::Text { text, reply }) => {
                let reply = reply.or_else(|| next_reply.take());
                sender.send(&text, reply.map(|reply| (reply, client)));
            }
            Ok(Request::Reply(reply)) => next_reply = Some(reply),
            Ok(Request::Speed(wpm)) => sender.set_speed(wpm),
            Ok(Request::Weight(weight)) => sender.set_weight(weight),
            Ok(Request::WordMode) => sender.set_word_mode(),
            Ok(Request::Abort) => {
                next_reply = None;
                sender.abort();
            }
            Ok(Request::Reset) => {
                next_reply = None;
                sender.reset();
            }
            Ok(Request::Exit) => {
                sender.reset();
                return Ok(());
            }
            Ok(Request::Ignored(setting)) => {
                if ignored.insert(setting) {
                    eprintln!("ignored, as the device has no such thing: {setting}");
                }
            }
            Err(fault) => eprintln!("{client}: {fault}"),
        }
    }
}
