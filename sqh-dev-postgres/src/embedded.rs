//! The PostgreSQL that the feature `oliphaunt` brings.
//!
//! The files are those of the crate `oliphaunt`, from the crates that carry them for it; the
//! build script lays them out as an installation. That crate itself would start a server too,
//! but not as root, which is who builds in most containers, and it leaves its server behind
//! when the process is killed; it runs `initdb` at each start, needs a C compiler, and adds
//! 100 MB to each binary. Its server is an ordinary `postgres`: any number of connections. It
//! has no ICU collations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

use crate::binaries::Binaries;
use crate::error::Error;
use crate::folder::Root;
use crate::kept::{check, kept};
use crate::privilege::RunAs;
use crate::version::Version;

/// Where the build script laid it out, in a build with the feature on a system that it serves.
const INSTALLATION: Option<&str> = option_env!("SQH_OLIPHAUNT");

/// What is built in; or why it does not run here.
pub(crate) fn binaries(root: &Root, run_as: RunAs) -> Option<Result<Binaries, String>> {
    let installation = Path::new(INSTALLATION?);
    Some(install(installation, root, run_as))
}

/// A copy of it, because the user who runs PostgreSQL seldom reaches the folder of a build.
fn install(installation: &Path, root: &Root, run_as: RunAs) -> Result<Binaries, String> {
    if !installation.is_dir() {
        return Err(format!("is no longer in {}: build again", installation.display()));
    }
    let mut hasher = DefaultHasher::new();
    installation.hash(&mut hasher);
    let key = format!("oliphaunt-{:08x}", hasher.finish() as u32);
    let copy = kept(root, &key, run_as, |build| copy(installation, build)).map_err(|error| error.to_string())?;

    let library_path = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let mut binaries = Binaries {
        folder: copy.join("bin"),
        version: Version(0),
        environment: vec![
            (library_path, copy.join("lib").into()),
            ("PROJ_DATA", copy.join("share/postgresql/proj").into()),
            // ICU's data comes as another crate, and `initdb` ends without it.
            ("OLIPHAUNT_INTERNAL_SKIP_ICU_DISCOVERY", "1".into()),
        ],
        built_in: true,
    };
    binaries.version = version(&binaries)?;
    Ok(binaries)
}

fn copy(installation: &Path, build: &Path) -> Result<(), Error> {
    let mut command = Command::new("cp");
    check("copying PostgreSQL", command.arg("-R").arg(installation).arg(build).output())?;
    // Not left to the umask, nor to the folder that it comes from.
    let mut command = Command::new("chmod");
    check("copying PostgreSQL", command.args(["-R", "a+rX"]).arg(build).output())
}

/// Asks the program itself, which says best why it does not run: "version `GLIBC_2.38' not
/// found", say.
fn version(binaries: &Binaries) -> Result<Version, String> {
    let output = binaries.command("postgres").arg("--version").output();
    let output = output.map_err(|error| format!("does not run here: {error}"))?;
    Version::parse(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().last().unwrap_or_default();
        format!("needs glibc 2.38 or newer, and does not run here: {said}")
    })
}
