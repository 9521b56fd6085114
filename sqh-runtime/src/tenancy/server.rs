//! [`Server`]: a PostgreSQL server, and how to log in to it. Its password is shown nowhere.

mod error;
mod login;
mod password;
mod record;
mod replicas;
mod role;
mod secret;
mod set;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;

use sqh_model::{Error, Result};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

pub(crate) use self::error::{is_connection_lost, is_not_made_yet, login_code};
#[cfg(feature = "cli")]
pub(crate) use self::login::login_variables;
use self::login::{at, password_of};
use self::password::RoleSecret;
#[cfg(feature = "cli")]
pub(crate) use self::record::{DIRECT_URL, REPLICA_URLS};
pub use self::record::{NewServer, ServerRecord, ServerStatus};
use self::replicas::Replicas;
pub use self::role::Role;
pub use self::secret::PasswordReference;
pub use self::set::Servers;
use super::{DEFAULT_SERVER, Endpoint};

/// The oldest PostgreSQL that works: `ON DELETE SET NULL (column)` came with it.
pub const MINIMUM_POSTGRES_MAJOR: u32 = 15;

/// What `pg_stat_activity` shows for every connection of the platform.
pub const APPLICATION_NAME: &str = "sqh";

/// The database that is always there.
const MAINTENANCE_DB_NAME: &str = "postgres";

/// A PostgreSQL server.
#[derive(Clone)]
pub struct Server {
    name: Arc<str>,
    /// The owner's login; that of the roles that the platform makes follows from it.
    options: PgConnectOptions,
    maintenance: Arc<str>,
    /// Where the owner's password is, unless it is in the options.
    password: Option<PasswordReference>,
    /// Logins of roles that have a URL of their own.
    own: BTreeMap<Role, PgConnectOptions>,
    /// The server itself, where `options` lead to a pooler in front of it.
    direct: Option<PgConnectOptions>,
    replicas: Replicas,
    /// What the catalog had of it when it was read.
    record: Option<Arc<ServerRecord>>,
    /// Known once the server has been asked who it is. Clones share it.
    secret: Arc<OnceCell<RoleSecret>>,
}

impl Server {
    /// The first server, from a URL such as `postgres://user:password@host:5432/database`. The
    /// database of the URL is the one for administration; `postgres` if there is none.
    ///
    /// # Errors
    /// `Invalid` for a text that is no such URL. The text is not shown.
    pub fn new(url: &str) -> Result<Self> {
        Self::named(DEFAULT_SERVER, url)
    }

    pub(crate) fn named(name: &str, url: &str) -> Result<Self> {
        let options = parse(&format!("the server `{name}`"), url)?;
        let maintenance = Arc::from(options.get_database().unwrap_or(MAINTENANCE_DB_NAME));
        Ok(Self {
            name: Arc::from(name),
            options,
            maintenance,
            password: None,
            own: BTreeMap::new(),
            direct: None,
            replicas: Replicas::default(),
            record: None,
            secret: Arc::default(),
        })
    }

    /// The same with a URL of a role's own, of which the database does not matter: the role is there
    /// already, and is not made.
    ///
    /// # Errors
    /// `Invalid` for a text that is no such URL. The text is not shown.
    pub fn role_url(mut self, role: Role, url: &str) -> Result<Self> {
        let options = parse(&format!("the role {role:?} of the server `{}`", self.name), url)?;
        self.own.insert(role, options);
        Ok(self)
    }

    /// The same with a password that is somewhere else.
    #[must_use]
    pub fn password(self, reference: PasswordReference) -> Self {
        Self { password: Some(reference), ..self }
    }

    /// The same with a copy that reads may go to. One logs in there as on the server itself: what counts
    /// of the URL is the place.
    ///
    /// # Errors
    /// `Invalid` for a text that is no such URL, which is not shown, or for more than 255 of them.
    pub fn replica(mut self, url: &str) -> Result<Self> {
        if self.replicas.places.len() == usize::from(u8::MAX) {
            return Err(Error::invalid(format!("{self} has 255 replicas: that is the most")));
        }
        self.replicas.places.push(parse(&format!("a replica of the server `{}`", self.name), url)?);
        Ok(self)
    }

    /// The same behind a pooler that lends a connection for a transaction only, such as PgBouncer: the
    /// URL leads to the pooler, and this one to the server itself, which makes tables and takes locks.
    ///
    /// # Errors
    /// `Invalid` for a text that is no such URL, which is not shown.
    pub fn pooled(mut self, direct_url: &str) -> Result<Self> {
        self.direct = Some(parse(&format!("the server `{}` itself", self.name), direct_url)?);
        Ok(self)
    }

    /// Everybody logs in as the user of the URL, for tests of what has nothing to do with roles.
    #[cfg(test)]
    pub(crate) fn of_one_role(url: &str) -> Self {
        let server = Self::new(url).expect("a test has the right URL");
        Role::MADE.into_iter().fold(server, |server, role| server.role_url(role, url).expect("it is the same URL"))
    }

    /// The name in the catalog.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What the catalog had of it when it was read. The server that the platform starts with, and one that
    /// is being added, are not from there.
    pub(crate) fn record(&self) -> Option<&ServerRecord> {
        self.record.as_deref()
    }

    /// Where it is: a host, or the folder of a socket.
    pub(crate) fn host(&self) -> &str {
        self.options.get_socket().and_then(|socket| socket.to_str()).unwrap_or(self.options.get_host())
    }

    pub(crate) fn port(&self) -> u16 {
        self.options.get_port()
    }

    /// The database for administration, such as creating others.
    pub(crate) fn maintenance_database(&self) -> &Arc<str> {
        &self.maintenance
    }

    /// Where one can log in.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = Endpoint> + use<> {
        std::iter::once(Endpoint::Primary).chain(self.replicas())
    }

    /// Where one can read.
    pub(crate) fn replicas(&self) -> impl Iterator<Item = Endpoint> + use<> {
        self.replicas.numbers().map(Endpoint::Replica)
    }

    /// Where to try a read, in this order; nowhere if no replica is there, or none answers.
    pub(crate) fn replicas_in_turn(&self) -> impl Iterator<Item = Endpoint> {
        self.replicas.in_turn().into_iter().map(Endpoint::Replica)
    }

    /// Tries other endpoints for a while.
    pub(crate) fn leave_alone(&self, endpoint: Endpoint) {
        if let Endpoint::Replica(number) = endpoint {
            self.replicas.leave_alone(number);
        }
    }

    /// Where reads may go and, behind a pooler, where the server itself is: for people, without logins.
    pub(crate) fn places(&self) -> (Vec<String>, Option<String>) {
        (self.replicas.places.iter().map(login::place).collect(), self.direct.as_ref().map(login::place))
    }

    /// Whether records are read and written through a pooler that lends a connection for a transaction
    /// only: no statement keeps a name, and nothing of a session stays.
    pub fn is_pooled(&self) -> bool {
        self.direct.is_some()
    }

    /// Whether whoever logs in like this is behind the pooler.
    pub(crate) fn is_behind_pooler(&self, role: Role, endpoint: Endpoint) -> bool {
        self.is_pooled() && endpoint == Endpoint::Primary && !matches!(role, Role::Owner | Role::Migrator)
    }

    /// The name of a role on the server.
    pub(crate) fn user(&self, role: Role) -> &str {
        let own = self.own.get(&role).map(PgConnectOptions::get_username);
        own.or(role.made_name()).unwrap_or_else(|| self.options.get_username())
    }

    /// Whether it is for the platform to make a role.
    pub(crate) fn is_made(&self, role: Role) -> bool {
        role != Role::Owner && !self.own.contains_key(&role)
    }

    /// How to log in. For a role that the platform makes, the server [was asked](Self::identify) before.
    ///
    /// # Errors
    /// `Invalid` if the variable with the password is not set.
    pub(crate) fn connect_options(&self, database: &str, role: Role, endpoint: Endpoint) -> Result<PgConnectOptions> {
        let place = match endpoint {
            Endpoint::Replica(number) => self.replicas.places.get(usize::from(number)),
            Endpoint::Primary if matches!(role, Role::Owner | Role::Migrator) => self.direct.as_ref(),
            Endpoint::Primary => None,
        };
        self.login_at(role, place, database)
    }

    /// How to log in to the server itself, whatever is in front of it.
    ///
    /// # Errors
    /// As [`connect_options`](Self::connect_options).
    #[cfg(feature = "cli")]
    pub(crate) fn direct_options(&self, database: &str, role: Role) -> Result<PgConnectOptions> {
        self.login_at(role, self.direct.as_ref(), database)
    }

    fn login_at(&self, role: Role, place: Option<&PgConnectOptions>, database: &str) -> Result<PgConnectOptions> {
        let login = match (self.own.get(&role), role.made_name()) {
            (Some(own), _) => own.clone(),
            (None, None) => self.owner()?,
            (None, Some(name)) => {
                let login = self.owner()?.username(name);
                match self.role_password(name)? {
                    Some(password) => login.password(&password),
                    None => login,
                }
            }
        };
        Ok(place.map_or(login.clone(), |place| at(&login, place)).database(database))
    }

    /// Whether what one is told of its secret the other knows too: they are clones, and not two servers of
    /// one name.
    pub(crate) fn has_secret_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.secret, &other.secret)
    }

    /// Asks the server for its system identifier, by a way of the caller's, where a password follows from it
    /// and it was not asked before. Whoever logs in as a role of the platform's has done this.
    ///
    /// # Errors
    /// What the caller's way says; `Invalid` if the variable with the password is not set.
    pub(crate) async fn identify(&self, role: Role, ask: impl Future<Output = Result<String>>) -> Result<()> {
        if !self.is_made(role) || self.secret.initialized() {
            return Ok(());
        }
        let Some(owners) = self.owners_password()? else { return Ok(()) };
        let identified = self.secret.get_or_try_init(|| async {
            let identifier = ask.await?;
            // Long enough to be in the way of others.
            let secret = tokio::task::spawn_blocking(move || RoleSecret::new(&owners, &identifier)).await;
            secret.map_err(|_| Error::internal("the task that computes passwords has ended early"))
        });
        identified.await.map(drop)
    }

    /// What the server has to know of a role's password; `None` if it has none, as where the server
    /// asks nobody for one. The server [was asked](Self::identify) before.
    pub(crate) fn role_verifier(&self, role: Role) -> Result<Option<String>> {
        let Some(name) = role.made_name() else { return Ok(None) };
        Ok(self.role_password(name)?.map(|password| password::verifier(&password)))
    }

    fn role_password(&self, name: &str) -> Result<Option<String>> {
        if self.owners_password()?.is_none() {
            return Ok(None);
        }
        let secret = self.secret.get().ok_or_else(|| Error::internal(format!("{self} was not asked who it is")))?;
        Ok(Some(secret.of_role(name)))
    }

    fn owners_password(&self) -> Result<Option<String>> {
        Ok(password_of(&self.owner()?))
    }

    /// The owner's login, with the password.
    fn owner(&self) -> Result<PgConnectOptions> {
        let options = self.options.clone();
        match &self.password {
            None => Ok(options),
            Some(reference) => {
                let password =
                    reference.resolve().map_err(|error| error.context(format!("while logging in to {self}")))?;
                Ok(options.password(&password))
            }
        }
    }

    /// Refuses a server that is too old; `version` is of the form 150018.
    pub(crate) fn check_version(&self, version: Option<u32>) -> Result<()> {
        let major = version.map(|version| version / 10_000);
        if major.is_some_and(|major| major >= MINIMUM_POSTGRES_MAJOR) {
            return Ok(());
        }
        let found = major.map_or_else(|| "of an unknown version".to_owned(), |major| format!("PostgreSQL {major}"));
        Err(Error::unsupported(format!(
            "{self} is {found}: PostgreSQL {MINIMUM_POSTGRES_MAJOR} is the minimum, upgrade the server"
        )))
    }
}

/// # Errors
/// `Invalid` for a text that is no URL of a server. The parser's own error quotes parts of it, and
/// nobody knows where in a wrong one the password is.
fn parse(of: &str, url: &str) -> Result<PgConnectOptions> {
    let form = "postgres://user:password@host:port/database";
    let invalid = || Error::invalid(format!("the URL of {of} is not of the form {form}"));
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(invalid());
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| invalid())?;
    Ok(options.application_name(APPLICATION_NAME))
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.options.get_host(), self.options.get_port());
        match self.options.get_socket() {
            Some(socket) => write!(f, "the server `{}` ({}, port {port})", self.name, socket.display()),
            None => write!(f, "the server `{}` ({host}, port {port})", self.name),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("name", &self.name).field("place", &self.to_string()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use sqh_model::ErrorKind;
    use sqlx::ConnectOptions as _;

    use super::*;

    #[test]
    fn an_old_server_is_refused() {
        let server = Server::new("postgres://app:hush@db/app").unwrap();
        for good in [150_000, 150_018, 180_001] {
            server.check_version(Some(good)).unwrap();
        }
        for (version, found) in [(Some(140_011), "PostgreSQL 14"), (Some(90_600), "PostgreSQL 9"), (None, "unknown")] {
            let error = server.check_version(version).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.message().contains(found) && error.message().contains("15 is the minimum"), "{error}");
        }
    }

    #[test]
    fn a_text_that_is_no_url_is_not_shown() {
        for url in ["", "app:hush@db", "mysql://app:hush@db/app", "postgres://app:hush@db:port/app", "postgres://[hush"]
        {
            let error = Server::new(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
            assert!(!shown.contains("hush"), "{shown}");
            assert!(error.message().contains("postgres://user:password@host:port/database"), "{error}");
        }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let server = Server::new("postgres://app:hush@db:6543/app").unwrap();
        let server = server.role_url(Role::SharedReader, "postgres://reader:hush2@db/app").unwrap();
        let error = server.clone().role_url(Role::Application, "postgres:/reader:hush@db").unwrap_err();
        let shown = format!("{server} {server:?} {:?} {error} {error:?}", Servers::single(server.clone()));
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(server.to_string(), "the server `default` (db, port 6543)");
        assert_eq!(&**server.maintenance_database(), "app");
    }

    /// As if it had been asked.
    fn identified(server: Server) -> Server {
        Server { secret: Arc::new(OnceCell::new_with(Some(RoleSecret::new("hush", "7")))), ..server }
    }

    #[tokio::test]
    async fn a_server_is_asked_once_and_only_for_a_password() {
        let server = Server::new("postgres://app:hush@db/app").unwrap();
        let unasked = || async { panic!("it is asked") };
        assert!(server.connect_options("d", Role::Application, Endpoint::Primary).is_err());
        server.identify(Role::Owner, unasked()).await.unwrap();
        let failed = server.identify(Role::Application, async { Err(Error::internal("gone")) }).await.unwrap_err();
        assert_eq!(failed.message(), "gone");
        server.clone().identify(Role::Application, async { Ok("7".to_owned()) }).await.unwrap();
        server.identify(Role::Migrator, unasked()).await.unwrap();
        server.connect_options("d", Role::Application, Endpoint::Primary).unwrap();
        let trusting = Server::new("postgres://app@db/app").unwrap();
        trusting.identify(Role::Application, unasked()).await.unwrap();
    }

    #[test]
    fn each_role_logs_in_as_itself() {
        let server = Server::new("postgres://app:hush@db/app").unwrap();
        let server = identified(server.role_url(Role::SharedReader, "postgres://reader:own@replica/app").unwrap());
        for (role, user, host, password) in [
            (Role::Owner, "app", "db", Some("hush")),
            (Role::Migrator, "sqh_migrator", "db", None),
            (Role::Application, "sqh_app", "db", None),
            (Role::SharedReader, "reader", "replica", Some("own")),
        ] {
            let options = server.connect_options("elsewhere", role, Endpoint::Primary).unwrap();
            assert_eq!((server.user(role), options.get_username(), options.get_host()), (user, user, host));
            assert_eq!(options.get_database(), Some("elsewhere"));
            let url = options.to_url_lossy();
            match password {
                Some(password) => assert_eq!(url.password(), Some(password)),
                // Derived, and not the owner's.
                None => assert!(url.password().map(str::len).is_some_and(|length| length >= 43)),
            }
        }
    }

    #[test]
    fn only_records_go_through_the_pooler_and_to_replicas() {
        let server = Server::new("postgres://app:hush@pooler:6432/app").unwrap();
        let server = server.pooled("postgres://db:5433").unwrap().replica("postgres://copy:5434").unwrap();
        let server = identified(server);
        let (primary, replica) = (Endpoint::Primary, Endpoint::Replica(0));
        assert_eq!(server.endpoints().collect::<Vec<_>>(), [primary, replica]);
        for (role, endpoint, host, port) in [
            (Role::Owner, primary, "db", 5433),
            (Role::Migrator, primary, "db", 5433),
            (Role::Application, primary, "pooler", 6432),
            (Role::SharedReader, primary, "pooler", 6432),
            (Role::SharedWriter, primary, "pooler", 6432),
            (Role::Application, replica, "copy", 5434),
        ] {
            let options = server.connect_options("d", role, endpoint).unwrap();
            assert_eq!(
                (options.get_host(), options.get_port(), options.get_username()),
                (host, port, server.user(role))
            );
            assert!(options.to_url_lossy().password().is_some());
            assert_eq!(server.is_behind_pooler(role, endpoint), host == "pooler");
        }
    }
}
