//! Folders that are made once and kept for later starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, SystemTime};

use crate::error::{Error, ErrorKind};
use crate::folder::Root;
use crate::privilege::RunAs;

/// Each week makes its own: systems that empty old files out of temporary folders would
/// otherwise leave us with half a folder one day.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const PREFIX: &str = "kept-";

/// The folder of this key. If it is not there, `make` makes it at the path that it is given;
/// of two processes that do so at once, one wins.
pub(crate) fn kept(
    root: &Root,
    key: &str,
    run_as: RunAs,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let week = now.as_secs() / WEEK.as_secs();
    let kept = root.path().join(format!("{PREFIX}{key}-{week}"));
    if kept.is_dir() {
        return Ok(kept);
    }
    let folder = root.folder(run_as).map_err(|error| Error::start("making a folder", error))?;
    let build = folder.path().join("data");
    make(&build)?;
    match fs::rename(&build, &kept) {
        // The other process's is as good.
        Err(_) if kept.is_dir() => {}
        renamed => renamed.map_err(|error| Error::start("keeping a folder", error))?,
    }
    Ok(kept)
}

/// Whether a kept folder has outlived its week by another.
pub(crate) fn is_stale(path: &Path) -> Option<bool> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?;
    let modified = path.metadata().and_then(|meta| meta.modified()).ok();
    Some(modified.and_then(|then| then.elapsed().ok()).is_some_and(|age| age > 2 * WEEK))
}

/// The end of a program that makes one, with what it said as the error.
pub(crate) fn check(doing: &str, output: std::io::Result<Output>) -> Result<(), Error> {
    let output = output.map_err(|error| Error::start(doing, error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = format!("while {doing} ({}): {}", output.status, said.trim());
    Err(Error::new(ErrorKind::Start, message))
}
