//! A server for tests that make the platform's own databases.

use sqh_dev_postgres::{Config, Server};

/// A temporary server. Never that of `DATABASE_URL`: the names of the platform's databases are fixed,
/// and somebody may use them there.
pub(crate) async fn own_server() -> Server {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Server::start_with(Config::new().search_path(path)).await.unwrap()
}
