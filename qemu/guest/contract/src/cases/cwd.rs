// SPDX-License-Identifier: GPL-2.0

//! `morse-cwd`: what a client of cwdaemon sends is on the lamp.

use std::net::UdpSocket;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use crate::lamp::{now, Lamp};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    text_is_sent_at_the_speed_asked_for,
    the_speed_changes_within_a_text,
    an_abort_ends_a_text_and_its_wait,
    word_mode_outlasts_an_abort,
    a_character_without_a_code_is_left_out,
    exit_leaves_the_lamp_dark,
];

const ADDRESS: &str = "127.0.0.1:6789";
const PATIENCE: Duration = Duration::from_secs(30);

struct Client {
    daemon: Child,
    socket: UdpSocket,
}

impl Client {
    fn start() -> Result<Self> {
        assert!(Command::new("ip")
            .args(["link", "set", "lo", "up"])
            .status()?
            .success());
        driver::set("wpm", "100")?;
        let daemon = Command::new("morse-cwd").spawn()?;
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(ADDRESS)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let client = Self { daemon, socket };
        // It listens before it sets the speed.
        while driver::get("wpm")?.trim() != "24" {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(client)
    }

    fn say(&self, datagram: &str) -> Result {
        self.socket.send(datagram.as_bytes())?;
        Ok(())
    }

    fn hear(&self) -> Result<String> {
        let mut reply = [0; 256];
        let length = self.socket.recv(&mut reply)?;
        Ok(String::from_utf8_lossy(&reply[..length]).into_owned())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

fn unit(wpm: u32) -> Duration {
    Duration::from_millis(1200) / wpm
}

fn text_is_sent_at_the_speed_asked_for() -> Result {
    let client = Client::start()?;
    let lamp = Lamp::watch()?;
    client.say("\x1b230")?;
    client.say("test de ")?;
    client.say("ea4k*^")?;
    assert_eq!(client.hear()?, "ea4k*\r\n");
    assert_eq!(
        lamp.text(unit(30))?,
        "- . ... - / -.. . / . .- ....- -.- .-.-."
    );
    Ok(())
}

fn the_speed_changes_within_a_text() -> Result {
    let client = Client::start()?;
    let lamp = Lamp::watch()?;
    client.say("\x1b220")?;
    client.say("e+++++e^")?;
    client.hear()?;
    let edges = lamp.edges()?;
    let marks: Vec<_> = edges
        .chunks(2)
        .map(|mark| mark[1].at - mark[0].at)
        .collect();
    let [slow, fast] = marks[..] else {
        panic!("{marks:?}");
    };
    assert!(
        slow.abs_diff(unit(20)) < Duration::from_millis(1),
        "{slow:?}"
    );
    assert!(
        fast.abs_diff(unit(30)) < Duration::from_millis(1),
        "{fast:?}"
    );
    Ok(())
}

fn an_abort_ends_a_text_and_its_wait() -> Result {
    let client = Client::start()?;
    client.say("\x1b24")?;
    client.say(&("paris ".repeat(40) + "^"))?;
    client.say(&("paris ".repeat(40) + "^"))?;
    thread::sleep(Duration::from_secs(3));
    assert!(Device::open()?.status()?.queued > 100);
    let start = now();
    client.say("\x1b4")?;
    assert_eq!(client.hear()?, "break\r\n");
    assert!(now() - start < Duration::from_secs(1));
    assert_eq!(Device::open()?.status()?.queued, 0);
    // The next text is sent as ever.
    client.say("\x1b260")?;
    client.say("e^")?;
    assert_eq!(client.hear()?, "e\r\n");
    Ok(())
}

fn word_mode_outlasts_an_abort() -> Result {
    let client = Client::start()?;
    let lamp = Lamp::watch()?;
    client.say("\x1b6")?;
    client.say("paris^")?;
    thread::sleep(Duration::from_millis(500));
    client.say("\x1b4")?;
    assert_eq!(client.hear()?, "paris\r\n");
    assert_eq!(lamp.text(unit(24))?, ".--. .- .-. .. ...");
    Ok(())
}

fn a_character_without_a_code_is_left_out() -> Result {
    let client = Client::start()?;
    let lamp = Lamp::watch()?;
    client.say("\x1b260")?;
    client.say("a%\u{4e2d}b^")?;
    client.hear()?;
    assert_eq!(lamp.text(unit(60))?, ".- -...");
    Ok(())
}

fn exit_leaves_the_lamp_dark() -> Result {
    let mut client = Client::start()?;
    client.say("paris paris paris")?;
    thread::sleep(Duration::from_secs(1));
    client.say("\x1b5")?;
    assert!(client.daemon.wait()?.success());
    assert_eq!(Device::open()?.status()?.queued, 0);
    Ok(())
}
