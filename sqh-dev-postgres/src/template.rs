//! The data folder that `initdb` makes once, and that each cluster copies.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::binaries::Binaries;
use crate::error::{Error, ErrorKind};
use crate::folder::Root;
use crate::privilege::RunAs;

/// macOS has no `C.UTF-8`, nor have old Linux systems: `C` compares the same way.
const LOCALES: &[&str] = &["C.UTF-8", "C"];
const FLAGS: &[&str] = &["-A", "trust", "-E", "UTF8", "--no-sync", "-U", "postgres"];

/// The template for these binaries, made if it is not there.
pub(crate) fn template(root: &Root, binaries: &Binaries, run_as: RunAs) -> Result<PathBuf, Error> {
    let template = root.template(&key(binaries));
    if template.join("PG_VERSION").is_file() {
        return Ok(template);
    }
    let folder = root.folder(run_as).map_err(|error| Error::start("making a folder", error))?;
    let build = folder.path().join("data");
    initdb(binaries, run_as, &build)?;
    match fs::rename(&build, &template) {
        // Another process was faster, and its template is as good.
        Err(_) if template.join("PG_VERSION").is_file() => {}
        renamed => renamed.map_err(|error| Error::start("keeping the template", error))?,
    }
    Ok(template)
}

/// Copies the template as the user that runs PostgreSQL, who then owns every file of it.
pub(crate) fn copy(template: &Path, data: &Path, run_as: RunAs) -> Result<(), Error> {
    let copied = (|| {
        own_folder(data, run_as)?;
        let mut command = Command::new("cp");
        command.arg("-R").arg(template.join(".")).arg(data);
        run_as.apply(&mut command).stdin(Stdio::null()).output()
    })();
    check("copying the template", copied)
}

fn initdb(binaries: &Binaries, run_as: RunAs, data: &Path) -> Result<(), Error> {
    let mut last = Ok(());
    for locale in LOCALES {
        let made = (|| {
            own_folder(data, run_as)?;
            let mut command = binaries.command("initdb");
            command.args(FLAGS).arg(format!("--locale={locale}")).arg("-D").arg(data);
            run_as.apply(&mut command).stdin(Stdio::null()).output()
        })();
        last = check("running initdb", made);
        if last.is_ok() {
            break;
        }
        let _ = fs::remove_dir_all(data);
    }
    last
}

fn own_folder(folder: &Path, run_as: RunAs) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(folder)?;
    run_as.give(folder)
}

fn check(doing: &str, output: io::Result<Output>) -> Result<(), Error> {
    let output = output.map_err(|error| Error::start(doing, error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = format!("while {doing} ({}): {}", output.status, said.trim());
    Err(Error::new(ErrorKind::Start, message))
}

/// Another version, another installation or other flags make another template.
fn key(binaries: &Binaries) -> String {
    let mut hasher = DefaultHasher::new();
    (FLAGS, LOCALES, &binaries.folder).hash(&mut hasher);
    format!("{}-{:08x}", binaries.version, hasher.finish() as u32)
}
