//! Folders that go with the process that made them.
//!
//! A [`Folder`] holds a lock on a file of its own, which the kernel lets go when the process
//! ends, however it ends. Whoever makes the next folder removes those whose lock is free.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::kept;
use crate::privilege::RunAs;
use crate::stop;

/// Our own folder below the temporary or the cache folder.
#[derive(Debug, Clone)]
pub(crate) struct Root(PathBuf);

/// A folder of this process, removed with the value.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _owner: File,
}

const OWNER: &str = "owner";

impl Root {
    /// The first of the folders below which there can be one that `run_as` reaches.
    pub(crate) fn below(folders: &[PathBuf], run_as: RunAs) -> io::Result<Self> {
        let mut error = io::Error::other("there is no temporary folder");
        for folder in folders {
            match Self::make(folder, run_as) {
                Ok(root) => return Ok(root),
                Err(reason) => {
                    let message = format!("{}: {reason}", folder.display());
                    error = io::Error::new(reason.kind(), message);
                }
            }
        }
        Err(error)
    }

    fn make(folder: &Path, run_as: RunAs) -> io::Result<Self> {
        let uid = rustix::process::geteuid().as_raw();
        // Short, because a Unix socket's path is, and the user's own, because /tmp is everybody's.
        let root = folder.join(format!("sqh-pg-{uid}"));
        let mode = run_as.mode_of_parent();
        let there = root.ancestors().find(|dir| dir.exists()).unwrap_or(&root);
        if there != root && !run_as.reaches(there) {
            return Err(io::Error::other("the user who runs PostgreSQL cannot reach it"));
        }
        DirBuilder::new().recursive(true).mode(mode).create(&root)?;
        let meta = fs::symlink_metadata(&root)?;
        if !meta.is_dir() || meta.uid() != uid {
            return Err(io::Error::other(format!("{} is another user's", root.display())));
        }
        // Not left to the umask, which may take away what the user who runs PostgreSQL needs.
        fs::set_permissions(&root, Permissions::from_mode(mode))?;
        if !run_as.reaches(&root) {
            return Err(io::Error::other("the user who runs PostgreSQL cannot reach it"));
        }
        Ok(Self(root))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A new folder that `run_as` owns, after those are removed whose process is gone.
    pub(crate) fn folder(&self, run_as: RunAs) -> io::Result<Folder> {
        let _one_at_a_time = self.lock()?;
        self.sweep()?;
        for number in 0..10_000 {
            let path = self.0.join(format!("{:x}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            }
            let owner = File::create(path.join(OWNER))?;
            owner.lock()?;
            run_as.give(&path)?;
            return Ok(Folder { path, _owner: owner });
        }
        Err(io::Error::other(format!("{} is full", self.0.display())))
    }

    fn lock(&self) -> io::Result<File> {
        let lock = File::create(self.0.join("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)?.flatten() {
            let path = entry.path();
            let stale = kept::is_stale(&path).unwrap_or_else(|| path.is_dir() && is_ownerless(&path));
            if stale {
                tracing::debug!(folder = %path.display(), "removing a stale folder");
                stop::orphan(&path.join("data"));
                // Its watchdog may be at the same: what is left is for the next sweep.
                let _ = fs::remove_dir_all(&path);
            }
        }
        Ok(())
    }
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Where this fails, the next sweep removes it.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn is_ownerless(folder: &Path) -> bool {
    match File::open(folder.join(OWNER)) {
        Ok(owner) => !matches!(owner.try_lock(), Err(TryLockError::WouldBlock)),
        // Folders are made under the lock that the sweep holds: it is not a new one.
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
