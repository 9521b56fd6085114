//! [`Bouncer`]: a PgBouncer in front of a server of its own.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqh_dev_postgres::{Config, Server};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

/// A PgBouncer that lends a connection for a transaction, two for each role and database.
pub(super) struct Bouncer {
    server: Server,
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Bouncer {
    /// Starts one. `None`, with a word about it, where there is none.
    #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(super) async fn start() -> Option<Self> {
        if Command::new("pgbouncer").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no pgbouncer here: apt-get install pgbouncer");
            return None;
        }
        let config = Config::new().search_path(std::env::var_os("PATH").unwrap_or_default());
        let config = match std::env::var_os("SQH_PG_BIN").filter(|folder| !folder.is_empty()) {
            Some(folder) => config.bin_dir(folder),
            None => config,
        };
        let server = Server::start_with(config).await.expect("a server of its own starts");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
        let folder = std::env::temp_dir().join(format!("sqh-pooler-{}-{port}", std::process::id()));
        std::fs::create_dir(&folder).expect("a folder can be made");
        let direct: PgConnectOptions = server.admin_url().parse().expect("the server has a URL");
        let settings = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 2\n\
             ignore_startup_parameters = extra_float_digits\n",
            direct.get_host(),
            direct.get_port(),
            folder.join("users").display(),
        );
        let users = ["sqh_app", "sqh_shared_reader", "sqh_shared_writer", direct.get_username()];
        let users: String = users.iter().map(|user| format!("\"{user}\" \"\"\n")).collect();
        std::fs::write(folder.join("settings"), settings).expect("a file can be written");
        std::fs::write(folder.join("users"), users).expect("a file can be written");
        let mut command = Command::new("pgbouncer");
        command.arg("--quiet").arg(folder.join("settings")).stdout(Stdio::null()).stderr(Stdio::null());
        // It refuses to be root.
        if std::fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nUid:\t0\t")) {
            command.uid(65_534);
        }
        let process = command.spawn().expect("pgbouncer starts");
        let bouncer = Self { server, process, port, folder };
        bouncer.until_ready().await;
        Some(bouncer)
    }

    pub(super) fn url(&self) -> String {
        self.options(&self.server.admin_url()).to_url_lossy().into()
    }

    pub(super) fn direct_url(&self) -> String {
        self.server.admin_url()
    }

    /// How many connections of roles behind it the server has at this moment.
    pub(super) async fn most_connections(&self) -> i64 {
        let mut connection = PgConnection::connect(&self.server.admin_url()).await.expect("the server is there");
        let query = "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM pg_stat_activity \
                     WHERE usename IN ('sqh_app', 'sqh_shared_reader', 'sqh_shared_writer') GROUP BY datname, usename) AS c";
        sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("the server answers")
    }

    fn options(&self, url: &str) -> PgConnectOptions {
        url.parse::<PgConnectOptions>().expect("the server has a URL").host("127.0.0.1").port(self.port)
    }

    async fn until_ready(&self) {
        let options = self.options(&self.server.admin_url());
        for _ in 0..500 {
            if let Ok(connection) = PgConnection::connect_with(&options).await {
                let _ = connection.close().await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("pgbouncer does not answer");
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
