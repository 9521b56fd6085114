//! PostgreSQL refuses to run as root: who runs it instead, and what that user can reach.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The user that runs PostgreSQL: another one for root, and ourselves for everybody else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunAs(Option<(u32, u32)>);

/// `nobody`, which has no name that all systems share.
const NOBODY: (u32, u32) = (65534, 65534);

impl RunAs {
    pub(crate) fn here() -> Self {
        Self(rustix::process::geteuid().is_root().then(|| {
            let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
            user(&users, "postgres").or_else(|| user(&users, "_postgres")).unwrap_or(NOBODY)
        }))
    }

    /// Makes the command run as this user, with nothing in its environment that PostgreSQL
    /// would read, and in a folder that the user can enter.
    pub(crate) fn apply(self, command: &mut Command) -> &mut Command {
        if let Some((uid, gid)) = self.0 {
            // The standard library clears root's other groups when it changes the user.
            command.uid(uid).gid(gid);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir("/")
    }

    /// Makes the folder this user's own.
    pub(crate) fn give(self, folder: &Path) -> io::Result<()> {
        match self.0 {
            Some((uid, gid)) => chown(folder, Some(uid), Some(gid)),
            None => Ok(()),
        }
    }

    /// The mode of a folder of ours that holds folders of this user's.
    pub(crate) fn mode_of_parent(self) -> u32 {
        if self.0.is_some() { 0o711 } else { 0o700 }
    }

    /// Whether this user can pass through the folder and all above it.
    pub(crate) fn reaches(self, folder: &Path) -> bool {
        let Some((uid, _)) = self.0 else { return true };
        folder.canonicalize().is_ok_and(|folder| {
            folder.ancestors().all(|dir| {
                dir.metadata().is_ok_and(|meta| {
                    let bit = if meta.uid() == uid { 0o100 } else { 0o001 };
                    meta.permissions().mode() & bit != 0
                })
            })
        })
    }
}

/// User and group number of a line of `/etc/passwd`.
fn user(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::user;

    #[test]
    fn finds_a_user_by_the_whole_name() {
        let users = "root:x:0:0::/:\npostgresql:x:7:7::/:\npostgres:x:101:104:,,,:/:\n";
        assert_eq!(user(users, "postgres"), Some((101, 104)));
        assert_eq!(user(users, "_postgres"), None);
    }
}
