//! Stops a server: our own child, or one whose owner is gone.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Stops the server that runs on this data folder, if one does, and waits for its end.
pub(crate) fn orphan(data: &Path) {
    let Some(pid) = pid_of(data).filter(|pid| serves(*pid, data)) else {
        return;
    };
    for (signal, tries) in [(Signal::QUIT, 500), (Signal::KILL, 100)] {
        if kill_process(pid, signal).is_err() {
            return;
        }
        for _ in 0..tries {
            if test_kill_process(pid).is_err() || !serves(pid, data) {
                return;
            }
            sleep(Duration::from_millis(10));
        }
    }
}

/// Stops the server that is our child, and waits for its end.
pub(crate) fn child(server: &mut Child) {
    // As long as nobody has waited for it, the number is our child's.
    let pid = Pid::from_child(server);
    if !matches!(server.try_wait(), Ok(None)) {
        return;
    }
    let _ = kill_process(pid, Signal::QUIT);
    for _ in 0..2_500 {
        if !matches!(server.try_wait(), Ok(None)) {
            return;
        }
        sleep(Duration::from_millis(2));
    }
    let _ = server.kill();
    let _ = server.wait();
}

/// The first line of the file that a running server keeps.
fn pid_of(data: &Path) -> Option<Pid> {
    let file = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    Pid::from_raw(file.lines().next()?.trim().parse().ok()?)
}

/// Whether the process is the server of this folder, and no other that got its number: a
/// server names its folder on its command line.
fn serves(pid: Pid, data: &Path) -> bool {
    let number = pid.as_raw_nonzero().to_string();
    let line = fs::read(format!("/proc/{number}/cmdline")).or_else(|_| {
        let ps = Command::new("ps").args(["-ww", "-o", "args=", "-p", &number]).output();
        ps.map(|output| output.stdout)
    });
    let line = line.unwrap_or_default();
    String::from_utf8_lossy(&line).contains(&*data.to_string_lossy())
}
