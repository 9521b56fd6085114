//! A temporary cluster: its start, and its end.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Config;
use crate::binaries::Binaries;
use crate::embedded;
use crate::error::{Error, ErrorKind};
use crate::folder::{Folder, Root};
use crate::privilege::RunAs;
use crate::stop;
use crate::template;
use crate::watchdog::Watchdog;

/// A running server on data of its own. It stops, and its data goes, with the value.
#[derive(Debug)]
pub(crate) struct Cluster {
    binaries: Binaries,
    port: u16,
    server: Option<Child>,
    watchdog: Watchdog,
    // Last, so that its lock outlives the server.
    folder: Folder,
}

/// Durability is what a throw-away server can do without.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "logical"),
    ("max_connections", "200"),
    ("listen_addresses", "127.0.0.1"),
];

/// The port is chosen before the server takes it, and somebody may come between.
const PORTS: usize = 5;
const PORT_TAKEN: &str = "Address already in use";
/// A start takes a tenth of a second; a machine under load may take longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// A socket's path has 108 bytes on Linux and 104 on macOS, the last of them zero.
const SOCKET_PATH: usize = 103;

impl Cluster {
    /// Starts a server of the binaries that there are. This blocks the thread.
    pub(crate) fn start(config: &Config) -> Result<Self, Error> {
        let no_folder = |error| Error::start("making a folder", error);
        let run_as = RunAs::here();
        let temp = temp_folders(config);
        let cache: Vec<_> = config.cache.iter().chain(&temp).cloned().collect();
        let cache = Root::below(&cache, run_as).map_err(no_folder)?;

        let binaries = Binaries::find(config, || embedded::binaries(&cache, run_as))?;
        let template = template::template(&cache, &binaries, run_as)?;
        let folder = Root::below(&temp, run_as).and_then(|root| root.folder(run_as)).map_err(no_folder)?;
        template::copy(&template, &folder.path().join("data"), run_as)?;
        Self::launch(config, binaries, folder, run_as)
    }

    /// Starts a streaming standby of a server. This blocks the thread.
    pub(crate) fn standby(config: &Config, binaries: Binaries, primary_port: u16) -> Result<Self, Error> {
        let no_folder = |error| Error::start("making a folder", error);
        let run_as = RunAs::here();
        let root = Root::below(&temp_folders(config), run_as);
        let folder = root.and_then(|root| root.folder(run_as)).map_err(no_folder)?;
        let mut backup = binaries.command("pg_basebackup");
        backup.args(["--host=127.0.0.1", "--username=postgres", "--no-password", "--checkpoint=fast"]);
        backup.args(["--wal-method=stream", "--write-recovery-conf"]).arg(format!("--port={primary_port}"));
        backup.arg("--pgdata").arg(folder.path().join("data"));
        let done = run_as.apply(&mut backup).output();
        let done = done.map_err(|error| Error::start("starting pg_basebackup", error))?;
        if !done.status.success() {
            let told = String::from_utf8_lossy(&done.stderr);
            return Err(Error::new(ErrorKind::Start, format!("pg_basebackup: {}", told.trim())));
        }
        Self::launch(config, binaries, folder, run_as)
    }

    fn launch(config: &Config, binaries: Binaries, folder: Folder, run_as: RunAs) -> Result<Self, Error> {
        let watchdog = Watchdog::start(folder.path());
        let watchdog = watchdog.map_err(|error| Error::start("starting /bin/sh", error))?;
        let mut cluster = Self { binaries, port: 0, server: None, watchdog, folder };
        for _ in 1..PORTS {
            match cluster.run(config, run_as) {
                Err(error) if error.to_string().contains(PORT_TAKEN) => cluster.stop(),
                ran => return ran.map(|()| cluster),
            }
        }
        cluster.run(config, run_as).map(|()| cluster)
    }

    pub(crate) fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn run(&mut self, config: &Config, run_as: RunAs) -> Result<(), Error> {
        self.port = free_port().map_err(|error| Error::start("looking for a port", error))?;
        let folder = self.folder.path();
        let log = fs::File::create(folder.join("log"));
        let log = log.map_err(|error| Error::start("making a log", error))?;

        let mut command = self.binaries.command("postgres");
        command.arg("-D").arg(folder.join("data"));
        command.arg("-p").arg(self.port.to_string());
        command.arg("-k").arg(socket_folder(folder, self.port));
        let own = config.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in SETTINGS.iter().copied().chain(own) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        run_as.apply(&mut command).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let server = command.spawn().map_err(|error| Error::start("starting postgres", error))?;
        let server = self.server.insert(server);
        let watched = self.watchdog.guard(server);
        watched.map_err(|error| Error::start("talking to /bin/sh", error))?;
        self.wait_until_ready()
    }

    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            stop::child(&mut server);
            // A watchdog that is gone has nothing to forget.
            let _ = self.watchdog.forget();
        }
    }

    fn wait_until_ready(&mut self) -> Result<(), Error> {
        let server = self.server.as_mut().expect("`run` has put it there");
        let status = self.folder.path().join("data/postmaster.pid");
        let since = Instant::now();
        let trouble = loop {
            // The eighth line is `starting`, then `ready`, padded with spaces.
            let lines = fs::read_to_string(&status).unwrap_or_default();
            if lines.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            match server.try_wait() {
                Ok(None) if since.elapsed() < PATIENCE => sleep(Duration::from_millis(2)),
                Ok(None) => break format!("is not ready after {} s", PATIENCE.as_secs()),
                Ok(Some(status)) => break format!("ended at once ({status})"),
                Err(error) => break format!("cannot be watched ({error})"),
            }
        };
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let message = format!("postgres {trouble}: {}", log.trim());
        Err(Error::new(ErrorKind::Start, message))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

fn temp_folders(config: &Config) -> Vec<PathBuf> {
    config.temp.iter().cloned().chain([PathBuf::from("/tmp")]).collect()
}

/// A port that is free now.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Where the server's socket goes; nowhere if its path would be too long.
fn socket_folder(folder: &Path, port: u16) -> PathBuf {
    let socket = folder.join(format!(".s.PGSQL.{port}"));
    let fits = socket.as_os_str().len() <= SOCKET_PATH;
    if fits { folder.to_owned() } else { PathBuf::new() }
}
