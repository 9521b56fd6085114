//! Stops the server when its owner is gone, however it went.
//!
//! A shell waits at the end of a pipe that the owner holds. The kernel closes the pipe when the
//! owner ends, by return, by Ctrl-C or by `kill -9`; then the shell stops the server and removes
//! its folder. Linux's parent-death signal does less: it comes when the *thread* ends that made
//! the child, it removes nothing, and other systems have no such signal.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The waiting shell.
#[derive(Debug)]
pub(crate) struct Watchdog(Child);

/// SIGQUIT is PostgreSQL's immediate shutdown, and SIGKILL for a server that hangs in it. A
/// server removes its `postmaster.pid` last; its process may stay as a zombie, where process 1
/// waits for nobody, as in many containers.
const SCRIPT: &str = r#"
trap '' HUP INT TERM QUIT
folder=$1
pid=
while IFS= read -r line; do pid=$line; done

if [ -n "$pid" ] && kill -QUIT "$pid"; then
    n=0
    while [ -e "$folder/data/postmaster.pid" ] && kill -0 "$pid"; do
        [ "$n" -lt 500 ] || { kill -KILL "$pid"; break; }
        n=$((n + 1))
        sleep 0.02
    done
fi
rm -rf "$folder"
"#;

impl Watchdog {
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("sqh-dev-postgres").arg(folder);
        // A group of its own: Ctrl-C is for the owner.
        command.process_group(0).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Self)
    }

    /// Names the server, once there is one.
    pub(crate) fn guard(&mut self, server: &Child) -> io::Result<()> {
        self.say(&server.id().to_string())
    }

    /// Forgets the server, whose number may be another process's from now on.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        self.say("")
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        let pipe = self.0.stdin.as_mut().expect("the pipe is closed by `drop` alone");
        writeln!(pipe, "{line}")
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
