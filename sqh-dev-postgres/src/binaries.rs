//! Which PostgreSQL binaries of this machine to use.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, ErrorKind};
use crate::version::Version;
use crate::{Config, MINIMUM_MAJOR};

/// A folder that holds `postgres` and `initdb` of a version that will do.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) version: Version,
    /// What they need in their environment.
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) built_in: bool,
}

impl Binaries {
    /// The folder that was named; otherwise the first of `PATH` and `pg_config` that will do;
    /// otherwise the newest of the folders where packages put PostgreSQL; otherwise what is
    /// built in, if something is.
    pub(crate) fn find(
        config: &Config,
        built_in: impl FnOnce() -> Option<Result<Self, String>>,
    ) -> Result<Self, Error> {
        let mut search = Search::default();
        if let Some(folder) = &config.bin {
            return search.named(folder);
        }
        let on_path = || std::env::split_paths(&config.path).filter(|dir| dir.is_absolute());
        let found = search
            .first("PATH", on_path())
            .or_else(|| search.first("pg_config", on_path().find_map(|dir| ask_pg_config(&dir))))
            .or_else(|| search.newest(&config.well_known))
            .or_else(|| search.built_in(built_in()));
        found.ok_or_else(|| search.error())
    }

    /// Whether a program is beside the server's own.
    pub(crate) fn has(&self, program: &str) -> bool {
        self.folder.join(program).is_file()
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What was looked at, for the error message.
#[derive(Default)]
struct Search {
    looked: Vec<String>,
    too_old: Vec<String>,
    /// Why the binaries that are built in do not run.
    built_in: Option<String>,
}

impl Search {
    fn named(&mut self, folder: &Path) -> Result<Binaries, Error> {
        let shown = folder.display();
        let Some(binaries) = examine(folder) else {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "SQH_PG_BIN names {shown}, and there is no working postgres with an initdb \
                     beside it: name the folder that holds both, or leave SQH_PG_BIN unset"
                ),
            ));
        };
        self.keep(binaries).ok_or_else(|| self.error())
    }

    fn first(&mut self, place: &str, dirs: impl IntoIterator<Item = PathBuf>) -> Option<Binaries> {
        self.looked.push(place.to_owned());
        dirs.into_iter().filter_map(|dir| examine(&dir)).find_map(|found| self.keep(found))
    }

    fn newest(&mut self, patterns: &[String]) -> Option<Binaries> {
        self.looked.extend_from_slice(patterns);
        let found: Vec<_> =
            patterns.iter().flat_map(|pattern| expand(pattern)).filter_map(|dir| examine(&dir)).collect();
        found.into_iter().filter_map(|found| self.keep(found)).max_by_key(|found| found.version)
    }

    fn built_in(&mut self, found: Option<Result<Binaries, String>>) -> Option<Binaries> {
        found?.map_err(|reason| self.built_in = Some(reason)).ok()
    }

    fn keep(&mut self, found: Binaries) -> Option<Binaries> {
        if found.version.major() >= MINIMUM_MAJOR {
            return Some(found);
        }
        let shown = format!("{} in {}", found.version, found.folder.display());
        if !self.too_old.contains(&shown) {
            self.too_old.push(shown);
        }
        None
    }

    fn error(&self) -> Error {
        let mut message = String::from("no PostgreSQL to start: DATABASE_URL is not set");
        let mut kind = ErrorKind::NotFound;
        if !self.looked.is_empty() {
            let _ = write!(message, ", and no binaries in {}", self.looked.join(", "));
        }
        if !self.too_old.is_empty() {
            kind = ErrorKind::TooOld;
            let _ = write!(message, "; passed over, being older than {MINIMUM_MAJOR}: {}", self.too_old.join(", "));
        }
        if let Some(reason) = &self.built_in {
            let _ = write!(message, "; the built-in PostgreSQL (oliphaunt) {reason}");
        }
        let _ = write!(message, "; install it with `{}`, or set DATABASE_URL", install_command());
        Error::new(kind, message)
    }
}

/// The folder's binaries, where there are both and they run.
fn examine(folder: &Path) -> Option<Binaries> {
    // PATH often holds links into the folder proper, which says more in `describe`.
    let postgres = folder.join("postgres").canonicalize().ok()?;
    let proper = postgres.parent().filter(|proper| proper.join("initdb").is_file());
    let folder = match proper {
        Some(proper) => proper,
        None if folder.join("initdb").is_file() => folder,
        None => return None,
    };
    let output = Command::new(&postgres).arg("--version").output().ok()?;
    let version = Version::parse(&String::from_utf8_lossy(&output.stdout))?;
    Some(Binaries { folder: folder.to_owned(), version, environment: Vec::new(), built_in: false })
}

fn ask_pg_config(dir: &Path) -> Option<PathBuf> {
    let output = Command::new(dir.join("pg_config")).arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim())).filter(|folder| folder.is_absolute())
}

/// The folders that a pattern names; `*` is for any characters within one name.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::new()];
    for name in Path::new(pattern) {
        let Some((head, tail)) = name.to_str().and_then(|name| name.split_once('*')) else {
            folders.iter_mut().for_each(|folder| folder.push(name));
            continue;
        };
        folders = folders
            .iter()
            .filter_map(|folder| folder.read_dir().ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
            .filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                name.strip_prefix(head).is_some_and(|rest| rest.ends_with(tail))
            })
            .collect();
    }
    folders
}

/// The one command that installs PostgreSQL on this machine.
fn install_command() -> &'static str {
    const BY_TOOL: &[(&str, &str)] = &[
        ("/usr/bin/apt-get", "sudo apt-get install -y postgresql"),
        ("/usr/bin/dnf", "sudo dnf install -y postgresql-server"),
        ("/sbin/apk", "sudo apk add postgresql"),
        ("/usr/bin/pacman", "sudo pacman -S --noconfirm postgresql"),
    ];
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17";
    }
    let here = BY_TOOL.iter().find(|(tool, _)| Path::new(tool).exists());
    here.map_or(BY_TOOL[0].1, |(_, command)| command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_machine_gets_a_command_to_install() {
        let config = Config::new().well_known(["/nowhere/*/bin"]);
        let error = Binaries::find(&config, || None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let message = error.to_string();
        for part in ["DATABASE_URL is not set", "PATH, pg_config, /nowhere/*/bin", "install"] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }

    #[test]
    fn a_named_folder_without_binaries_is_an_error() {
        let config = Config::new().bin_dir("/nowhere");
        let error = Binaries::find(&config, || unreachable!()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("SQH_PG_BIN names /nowhere"), "{error}");
    }

    #[test]
    fn what_is_built_in_comes_last_and_says_why_it_does_not_run() {
        let config = Config::new().well_known(["/nowhere/*/bin"]);
        let built_in = || Some(Err("needs glibc 2.38".to_owned()));
        let error = Binaries::find(&config, built_in).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("(oliphaunt) needs glibc 2.38; install it"), "{error}");
    }

    #[test]
    fn an_old_version_is_passed_over_and_named() {
        let mut search = Search::default();
        let old =
            Binaries { folder: "/old/bin".into(), version: Version(140_012), environment: Vec::new(), built_in: false };
        assert!(search.keep(old).is_none());
        let error = search.error();
        assert_eq!(error.kind(), ErrorKind::TooOld);
        assert!(error.to_string().contains("14.12 in /old/bin"), "{error}");
    }

    #[test]
    fn a_star_is_for_any_characters_within_one_name() {
        let crates = expand(concat!(env!("CARGO_MANIFEST_DIR"), "/s*c"));
        assert_eq!(crates, [Path::new(env!("CARGO_MANIFEST_DIR")).join("src")]);
        assert!(expand("/nowhere/*/bin").is_empty());
    }
}
