// SPDX-License-Identifier: GPL-2.0

//! The daemon as a process, with a file in the place of the device. Contract's `cwd` cases have the device.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

struct Daemon {
    child: Child,
    client: UdpSocket,
    dir: PathBuf,
}

impl Daemon {
    fn start(name: &str) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("morse"), "").unwrap();
        // A port that was free a moment ago.
        let port = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let child = Command::new(env!("CARGO_BIN_EXE_morse-cwd"))
            .args(["--listen", &address.to_string(), "--device"])
            .arg(dir.join("morse"))
            .arg("--settings")
            .arg(&dir)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client.connect(address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let daemon = Self { child, client, dir };
        // It listens before it sets the weight.
        daemon.has("weight", "50\n");
        daemon
    }

    fn say(&self, datagram: &str) {
        self.client.send(datagram.as_bytes()).unwrap();
    }

    fn hear(&self) -> String {
        let mut reply = [0; 512];
        let length = self.client.recv(&mut reply).expect("an answer");
        String::from_utf8_lossy(&reply[..length]).into_owned()
    }

    /// Waits until a file has `text`.
    fn has(&self, file: &str, text: &str) {
        let start = Instant::now();
        loop {
            let content = fs::read_to_string(self.dir.join(file)).unwrap_or_default();
            if content == text {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{file}: {content:?}, not {text:?}"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it, and returns its log.
    fn end(mut self) -> Vec<String> {
        self.say("\x1b5");
        assert!(self.child.wait().unwrap().success());
        let log = BufReader::new(self.child.stderr.take().unwrap());
        log.lines().map(Result::unwrap).collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.dir));
    }
}

#[test]
fn text_reaches_the_device_in_order() {
    let daemon = Daemon::start("text");
    daemon.has("wpm", "24\n");
    daemon.say("cq de ");
    daemon.say("morse*\r\n");
    daemon.say("^");
    assert_eq!(daemon.hear(), "\r\n");
    daemon.has("morse", "cq de morse<AR>");
}

#[test]
fn the_end_of_a_text_is_told() {
    let daemon = Daemon::start("replies");
    daemon.say("\x1bhcat");
    daemon.say("purring");
    assert_eq!(daemon.hear(), "hcat\r\n");
    // An answer holds once.
    daemon.say("silent");
    daemon.say("paris^");
    assert_eq!(daemon.hear(), "paris\r\n");
    daemon.say("\x1bh");
    daemon.say("empty");
    assert_eq!(daemon.hear(), "h\r\n");
    daemon.has("morse", "purringsilentparisempty");
}

#[test]
fn speed_and_weight_are_settings() {
    let daemon = Daemon::start("settings");
    daemon.say("\x1b230");
    daemon.has("wpm", "30\n");
    daemon.say("\x1b710");
    daemon.has("weight", "56\n");
    daemon.say("a++b-c^");
    assert_eq!(daemon.hear(), "a++b-c\r\n");
    daemon.has("wpm", "32\n");
    daemon.has("morse", "abc");
    daemon.say("++++++++++++++++++++^");
    daemon.hear();
    daemon.has("wpm", "60\n");
    daemon.say(&("-".repeat(40) + "^"));
    daemon.hear();
    daemon.has("wpm", "4\n");
    daemon.say("\x1b0");
    daemon.has("wpm", "24\n");
    daemon.has("weight", "50\n");
}

#[test]
fn faults_and_what_is_ignored_are_told_once() {
    let daemon = Daemon::start("faults");
    daemon.say("\x1b2fast");
    daemon.say("\x1b3800");
    daemon.say("\x1b3900");
    daemon.say("^");
    daemon.hear();
    daemon.has("wpm", "24\n");
    let log = daemon.end();
    assert!(
        log[0].ends_with(": the speed \"fast\" is no number of 4 to 60"),
        "{log:?}"
    );
    assert_eq!(log[1], "ignored, as the device has no such thing: tone");
    // A file knows no abort, which ends the daemon.
    assert!(log[2].starts_with("cannot abort: "), "{log:?}");
    assert_eq!(log.len(), 3, "{log:?}");
}

#[test]
fn a_device_that_is_not_there_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_morse-cwd"))
        .args(["--device", "/dev/nothing"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        log.starts_with("error: cannot open /dev/nothing: No such file"),
        "{log}"
    );
}

#[test]
fn options_that_are_wrong_are_named() {
    for (options, fault) in [
        (&["--port", "1"][..], "error: there is no option --port"),
        (&["--listen"], "error: --listen wants a value"),
        (
            &["--device", "/dev/null", "--listen", "nowhere"],
            "error: cannot listen at nowhere",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_morse-cwd"));
        let output = command.args(options).output().unwrap();
        assert!(!output.status.success());
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(log.starts_with(fault), "{log}");
    }
}
