//! The data folder that `initdb` makes once, and that each cluster copies.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::binaries::Binaries;
use crate::error::Error;
use crate::folder::Root;
use crate::kept::{check, kept};
use crate::privilege::RunAs;

/// macOS has no `C.UTF-8`, nor have old Linux systems: `C` compares the same way.
const LOCALES: &[&str] = &["C.UTF-8", "C"];
const FLAGS: &[&str] = &["-A", "trust", "-E", "UTF8", "--no-sync", "-U", "postgres"];

/// The template for these binaries, made if it is not there.
pub(crate) fn template(root: &Root, binaries: &Binaries, run_as: RunAs) -> Result<PathBuf, Error> {
    kept(root, &key(binaries), run_as, |build| initdb(binaries, run_as, build))
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

/// Another version, another installation or other flags make another template.
fn key(binaries: &Binaries) -> String {
    let mut hasher = DefaultHasher::new();
    (FLAGS, LOCALES, &binaries.folder).hash(&mut hasher);
    format!("initdb-{}-{:08x}", binaries.version, hasher.finish() as u32)
}
