//! Requests of [axum](https://docs.rs/axum): a handler asks for a [`TenantScope`] or a
//! [`SharedScope`], and gives back a [`Problem`] where something fails.
//!
//! The application's state says by [`Application`] who authenticates, and where a request names its
//! tenant: in its path ([`PathTenant`]), in a header ([`HeaderTenant`]) or by its host
//! ([`HostTenant`]), or by a [`TenantResolver`] of your own. Nothing falls back: a request without
//! credentials or without a tenant is refused before the handler runs.
//!
//! ```
//! use axum::Router;
//! use axum::body::Body;
//! use axum::extract::State;
//! use axum::http::{Request, StatusCode, request::Parts};
//! use axum::routing::get;
//! use sqh_runtime::Platform;
//! use sqh_runtime::prelude::*;
//! use sqh_runtime::web::{Application, PathTenant, Problem, TenantScope};
//! use tower::ServiceExt as _;
//!
//! #[derive(Debug, Clone, PartialEq, PlatformModel)]
//! #[model(group = "water")]
//! #[storage(postgres)]
//! pub struct AppStation {
//!     #[field(primary_key)]
//!     pub id: i64,
//!     pub name: String,
//! }
//!
//! #[derive(Clone)]
//! struct App {
//!     platform: Platform,
//! }
//!
//! /// Knows one token; yours asks whoever issues them.
//! struct Tokens;
//!
//! impl Authenticator for Tokens {
//!     type Credentials = String;
//!
//!     async fn authenticate(&self, token: String) -> Result<Identity> {
//!         match token.as_str() {
//!             "Bearer ann" => Ok(ANN()),
//!             _ => Err(Error::new(ErrorKind::Denied, "nobody has this token")),
//!         }
//!     }
//! }
//!
//! impl Application for App {
//!     type Authenticator = Tokens;
//!     type Tenants = PathTenant;
//!
//!     fn platform(&self) -> &Platform {
//!         &self.platform
//!     }
//!
//!     fn authenticator(&self) -> &Tokens {
//!         &Tokens
//!     }
//!
//!     fn credentials(&self, request: &Parts) -> Option<String> {
//!         Some(request.headers.get("authorization")?.to_str().ok()?.to_owned())
//!     }
//!
//!     fn tenants(&self) -> &PathTenant {
//!         &PathTenant("tenant")
//!     }
//! }
//!
//! async fn count(scope: TenantScope, State(app): State<App>) -> Result<String, Problem> {
//!     let count = app.platform.records().count(scope.cx(), AppStation::select()).await?;
//!     Ok(count.to_string())
//! }
//!
//! # #[allow(non_snake_case)]
//! # fn ANN() -> Identity {
//! #     let permissions = ["water:*".to_owned()].into();
//! #     let tenants = Membership::Only(["acme".to_owned()].into());
//! #     Identity { user_id: "ann".to_owned(), permissions, tenants, ..Identity::default() }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let platform = Platform::builder().models(models![AppStation]).build_in_memory()?;
//! let fleet = platform.fleet(&Principal::system("the example")).await?;
//! platform.tenants().provision(&fleet, "acme").await?;
//! let app = Router::new().route("/{tenant}/stations", get(count)).with_state(App { platform });
//!
//! let ask = |path: &str, token: &str| {
//!     let request = Request::get(path).header("authorization", token).body(Body::empty()).unwrap();
//!     app.clone().oneshot(request)
//! };
//! assert_eq!(ask("/acme/stations", "Bearer ann").await.unwrap().status(), StatusCode::OK);
//! assert_eq!(ask("/acme/stations", "Bearer bob").await.unwrap().status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(ask("/other/stations", "Bearer ann").await.unwrap().status(), StatusCode::NOT_FOUND);
//! # Ok(())
//! # }
//! ```
//!
//! A scope counts in [`Platform::active_scopes`](crate::Platform::active_scopes) and in the gauge
//! `sqh.scopes.active` until the handler lets go of it, however it ends: with a response, an error or
//! a panic, or because the client has gone. A response whose body is streamed holds it to the end of
//! the body: [`TenantScope::hold`].

mod problem;
mod resolve;
mod scope;

pub use self::problem::{Problem, Rejection};
pub use self::resolve::{HeaderTenant, HostTenant, PathTenant, TenantResolver};
pub use self::scope::{Application, Held, SharedScope, TenantScope};
