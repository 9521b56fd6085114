//! The owner of a server ends without dropping it: the server ends too.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::Place;
use rustix::process::{Pid, Signal, kill_process};
use sqh_dev_postgres::Server;

const PLACE: &str = "SQH_TEST_PLACE";

/// Not a test: what the tests below run as a process of its own, and then end.
#[tokio::test]
#[ignore = "runs as a child process of the other tests"]
async fn owner() {
    let Some(place) = std::env::var_os(PLACE) else {
        return;
    };
    let _server = Server::start_with(Place::at(place).config()).await.unwrap();
    // Not `println!`, which the test harness would keep.
    std::io::stdout().write_all(b"\nready\n").unwrap();
    std::future::pending::<()>().await;
}

#[test]
fn the_server_and_its_folder_go_with_the_owner() {
    for signal in [Signal::KILL, Signal::INT, Signal::TERM] {
        // Whoever runs the tests in a shell's background has SIGINT ignored, here and in children.
        if is_ignored(signal) {
            continue;
        }
        let place = Place::new("gone");
        let owner = Owner::start(&place);
        let server = owner.server.clone();
        owner.end(signal);
        // In this order: a server without its folder ends of itself, after some seconds.
        wait_until(30, "the folder is gone", || place.run_folders().is_empty());
        wait_until(3, "the server is gone", || !is_running(&server));
    }
}

#[test]
fn the_next_start_sweeps_what_nobody_watched() {
    let place = Place::new("sweep");
    let owner = Owner::start(&place);
    let (server, folder) = (owner.server.clone(), owner.folder.clone());
    kill(&owner.watchdog(), Signal::KILL);
    owner.end(Signal::KILL);
    assert!(is_running(&server) && folder.exists());

    let next = Owner::start(&place);
    assert!(!is_running(&server));
    assert_ne!(next.folder, folder);
    assert_eq!(place.run_folders(), std::slice::from_ref(&next.folder));

    // The folder of an owner that is alive is not touched.
    let other = Owner::start(&place);
    assert!(is_running(&next.server));
    for owner in [next, other] {
        owner.end(Signal::KILL);
    }
    wait_until(30, "the folders are gone", || place.run_folders().is_empty());
}

#[test]
fn a_watchdog_that_is_gone_is_not_needed_to_stop() {
    let place = Place::new("alone");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::start_with(place.config())).unwrap();
    let folder = place.run_folders().remove(0);
    kill(&watchdog_of(&folder), Signal::KILL);
    let pid = server_of(&folder);
    drop(server);
    assert!(!is_running(&pid));
    assert!(!folder.exists());
}

/// A process that holds a server.
struct Owner {
    process: Child,
    folder: PathBuf,
    server: String,
}

impl Owner {
    fn start(place: &Place) -> Self {
        let before = place.run_folders();
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "owner_gone::owner", "--ignored", "--nocapture"])
            .env(PLACE, place.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        assert!(output.lines().any(|line| line.unwrap() == "ready"));
        let after = place.run_folders();
        let folder = after.into_iter().find(|folder| !before.contains(folder)).unwrap();
        let server = server_of(&folder);
        Self { process, folder, server }
    }

    fn watchdog(&self) -> String {
        watchdog_of(&self.folder)
    }

    fn end(mut self, signal: Signal) {
        kill(&self.process.id().to_string(), signal);
        assert_eq!(self.process.wait().unwrap().signal(), Some(signal.as_raw()));
    }
}

/// For a test that failed half-way.
impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_ignored(signal: Signal) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    u64::from_str_radix(ignored, 16).unwrap() & (1 << (signal.as_raw() - 1)) != 0
}

fn kill(pid: &str, signal: Signal) {
    kill_process(Pid::from_raw(pid.parse().unwrap()).unwrap(), signal).unwrap();
}

fn server_of(folder: &Path) -> String {
    let status = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    status.lines().next().unwrap().to_owned()
}

/// The shell whose last argument is the folder.
fn watchdog_of(folder: &Path) -> String {
    let argument = format!("\0{}\0", folder.display());
    let mut processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let found = processes.find(|process| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).ends_with(&argument)
    });
    found.unwrap().file_name().unwrap().to_str().unwrap().to_owned()
}

/// A process that has ended, and that nobody has waited for yet, does not run.
fn is_running(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// No measure of speed: without an end, a mistake would be a test that hangs.
fn wait_until(seconds: u32, what: &str, holds: impl Fn() -> bool) {
    for _ in 0..seconds * 100 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("not within {seconds} s: {what}");
}
