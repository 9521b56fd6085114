//! [`Client`]: HTTP to a TerminusDB server, and what must be got right about it.
//!
//! A call is a [`Request`](request::Request); [`Client::send`] makes an [`Answer`](answer::Answer) of it, or the
//! error that [`failure`] finds in it, which may stand inside an answer that began well.
//! [`document`], [`woql`], [`database`] and [`history`] are the calls that there are. Writers of one branch
//! wait for each other here ([`writers`]), because the server lets them fail.

mod answer;
mod database;
mod document;
mod failure;
mod history;
mod place;
mod request;
mod stream;
#[cfg(test)]
mod tests;
mod woql;
mod writers;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Response, StatusCode};
use sqh_model::{Error, ErrorKind, Result};

use self::answer::{Answer, read};
pub use self::document::{Commit, Selection};
pub use self::failure::Failure;
pub use self::history::{Change, LogEntry};
pub use self::place::Place;
use self::request::Request;
pub use self::stream::Documents;
pub use self::woql::{Bindings, Outcome};
use self::writers::Writers;
use super::TerminusDbServer;
use super::server::Login;

/// The server closes an idle connection after two seconds, and until then it holds a worker of few.
const IDLE: Duration = Duration::from_millis(500);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a write is sent again that others were faster than. The server has tried several times each.
const RETRIES: u32 = 5;

/// What is read of an answer that says what is wrong.
const MAX_FAILURE_BYTES: usize = 1 << 20;

/// A connection to a server. Clones share it.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    server: TerminusDbServer,
    writers: Writers,
}

impl Client {
    /// A client of a server, which is not asked for anything yet.
    ///
    /// # Errors
    /// `Internal` if HTTP cannot be set up, such as for an `https` URL without TLS.
    pub fn new(server: TerminusDbServer) -> Result<Self> {
        let http = reqwest::Client::builder()
            .user_agent("sqh")
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(server.timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Error::internal("HTTP cannot be set up").with_source(error))?;
        Ok(Self(Arc::new(Inner { http, server, writers: Writers::default() })))
    }

    /// The server.
    pub fn server(&self) -> &TerminusDbServer {
        &self.0.server
    }

    /// Sends a request and reads all of its answer.
    async fn send(&self, request: &Request<'_>) -> Result<Answer> {
        let response = self.open(request).await?;
        Answer::read(response, self.0.server.max_answer_bytes).await.map_err(|error| self.told(error))
    }

    /// Sends a request of a writer of a place, after those who came before.
    async fn write(&self, place: &Place, request: &Request<'_>) -> Result<Answer> {
        let _turn = self.0.writers.turn(place).await;
        self.send(request).await
    }

    /// Sends a request until the server has begun to answer well.
    async fn open(&self, request: &Request<'_>) -> Result<Response> {
        let mut tries = 0;
        loop {
            let response = self.send_once(request).await?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let body = read(response, MAX_FAILURE_BYTES).await.unwrap_or_default();
            let failure = Failure::new(status.as_u16(), &body);
            if status != StatusCode::INTERNAL_SERVER_ERROR || !failure.is_beaten() || tries == RETRIES {
                return Err(self.told(failure.into_error()));
            }
            tries += 1;
            tokio::time::sleep(pause(tries)).await;
        }
    }

    async fn send_once(&self, request: &Request<'_>) -> Result<Response> {
        let server = &self.0.server;
        let url = request.url(&server.url, &server.organization)?;
        let builder = self.0.http.request(request.method.clone(), url);
        let builder = match &server.login {
            Login::Password { user, password } => builder.basic_auth(user, Some(password.resolve()?)),
            Login::Token(token) => builder.bearer_auth(token.resolve()?),
        };
        let response = request.fill(builder)?.send().await;
        response.map_err(|error| self.told(unreachable(error, request.is_write())))
    }

    fn told(&self, error: Error) -> Error {
        match error.kind() {
            ErrorKind::Internal | ErrorKind::Unavailable => error.context(format!("asking {}", self.0.server)),
            _ => error,
        }
    }
}

/// Whether a server's failure of a kind is beneath an error.
fn is(error: &Error, kind: &str) -> bool {
    Failure::of(error).is_some_and(|failure| failure.is(kind))
}

/// Longer after each try, and by chance, so that two clients do not meet again.
fn pause(tries: u32) -> Duration {
    let longest = 50_u64 << tries.min(6);
    Duration::from_millis(fastrand::u64(longest / 2..=longest))
}

fn unreachable(error: reqwest::Error, is_write: bool) -> Error {
    let message = match () {
        () if error.is_connect() => "the server cannot be reached",
        () if is_write => "the connection broke off or timed out before the answer: it may have been written, or not",
        () if error.is_timeout() => "the server does not answer in time",
        () => "the connection broke off before the answer",
    };
    // The URL has the identities of records.
    Error::new(ErrorKind::Unavailable, message).with_source(error.without_url())
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.server).finish()
    }
}
