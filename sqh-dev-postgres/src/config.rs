//! Where to look for PostgreSQL, and how to run it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Where to look for PostgreSQL, and how to run it.
///
/// [`Config::from_env`] is what examples and tests want; [`Config::new`] reads no variable.
///
/// ```
/// use sqh_dev_postgres::Config;
///
/// let config = Config::from_env().setting("track_commit_timestamp", "on");
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) database_url: Option<String>,
    pub(crate) bin: Option<PathBuf>,
    pub(crate) path: OsString,
    pub(crate) well_known: Vec<String>,
    pub(crate) temp: Option<PathBuf>,
    pub(crate) cache: Option<PathBuf>,
    pub(crate) settings: Vec<(String, String)>,
}

/// Where packages put the binaries: Debian, the RPMs of PostgreSQL's own repository, Homebrew
/// on Apple silicon and on Intel. A `*` stands for any characters within one name.
const WELL_KNOWN: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
];

impl Config {
    /// Looks in the folders where packages put PostgreSQL, and at no environment variable.
    pub fn new() -> Self {
        Self {
            database_url: None,
            bin: None,
            path: OsString::new(),
            well_known: WELL_KNOWN.iter().map(|pattern| pattern.to_string()).collect(),
            temp: None,
            cache: None,
            settings: Vec::new(),
        }
    }

    /// Reads `DATABASE_URL`, `SQH_PG_BIN` and `PATH`, and for the place of the temporary files
    /// `TMPDIR`, `XDG_CACHE_HOME` and `HOME`. An empty variable is one that is not set.
    pub fn from_env() -> Self {
        let var = |name| env::var_os(name).filter(|value| !value.is_empty());
        let cache = var("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".cache")));
        Self {
            database_url: var("DATABASE_URL").map(|url| url.to_string_lossy().into_owned()),
            bin: var("SQH_PG_BIN").map(PathBuf::from),
            path: var("PATH").unwrap_or_default(),
            temp: Some(env::temp_dir()),
            cache,
            ..Self::new()
        }
    }

    /// Uses this server, as `DATABASE_URL` does.
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// Uses the binaries in this folder and no others, as `SQH_PG_BIN` does.
    pub fn bin_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.bin = Some(folder.into());
        self
    }

    /// Searches these folders, separated as in `PATH`, in place of `PATH`.
    pub fn search_path(mut self, path: impl Into<OsString>) -> Self {
        self.path = path.into();
        self
    }

    /// Searches these folders in place of the ones where packages put PostgreSQL. A `*` stands
    /// for any characters within one name: `/opt/postgresql-*/bin`.
    pub fn well_known<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.well_known = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Puts the data of a temporary cluster below this folder.
    pub fn temp_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp = Some(folder.into());
        self
    }

    /// Keeps the template of temporary clusters below this folder, so that later starts are fast.
    pub fn cache_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = Some(folder.into());
        self
    }

    /// Sets a parameter of a temporary cluster, such as `shared_preload_libraries`.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}
