//! A small application: books of tenants, in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Request, Response};
use axum::routing::get;
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::web::{Application, HeaderTenant, Problem, SharedScope, TenantScope};
use sqh_tests::harness::World;
use sqh_tests::harness::memory::Memory;
use sqh_tests::models::{Book, Station};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;

pub(crate) struct App {
    pub(crate) world: World,
    /// Told when a handler has come to where it waits for ever.
    pub(crate) waits: Notify,
}

/// Knows `ann`, who may do everything in the library, `bob`, who may do nothing there, and `carl`, who
/// is no member of any tenant. Of `nobody` it cannot say.
pub(crate) struct Names;

impl Authenticator for Names {
    type Credentials = String;

    async fn authenticate(&self, name: String) -> Result<Identity> {
        let (permissions, tenants) = match name.as_str() {
            "ann" => (["library:*".to_owned()].into(), Membership::Every),
            "bob" => ([].into(), Membership::Every),
            "carl" => (["library:*".to_owned()].into(), Membership::default()),
            "nobody" => return Err(Error::new(ErrorKind::Unavailable, "the directory at 10.0.0.7 is down")),
            _ => return Err(Error::new(ErrorKind::Denied, format!("there is no {name} in the directory"))),
        };
        Ok(Identity { user_id: name, permissions, tenants, ..Identity::default() })
    }
}

impl Application for App {
    type Authenticator = Names;
    type Tenants = HeaderTenant;

    fn platform(&self) -> &Platform {
        &self.world.platform
    }

    fn authenticator(&self) -> &Names {
        &Names
    }

    fn credentials(&self, request: &Parts) -> Option<String> {
        Some(request.headers.get("authorization")?.to_str().ok()?.to_owned())
    }

    fn tenants(&self) -> &HeaderTenant {
        &HeaderTenant("x-tenant")
    }
}

type Lines = Result<Body, Problem>;

impl App {
    pub(crate) async fn new() -> (Arc<Self>, Router) {
        let world = World::new(&Memory).await;
        for id in 1..4 {
            world.records.create(&world.cx, Book::new(id, &format!("number {id}"))).await.unwrap();
        }
        let app = Arc::new(Self { world, waits: Notify::new() });
        let router = Router::new()
            .route("/count", get(count))
            .route("/missing", get(missing))
            .route("/stations", get(stations))
            .route("/panics", get(panics))
            .route("/waits", get(waits))
            .route("/lines", get(lines))
            .route("/endless", get(endless))
            .layer(CatchPanicLayer::new())
            .with_state(Arc::clone(&app));
        (app, router)
    }

    pub(crate) fn tenant(&self) -> &str {
        self.world.cx.tenant()
    }

    pub(crate) fn active(&self) -> usize {
        self.world.platform.active_scopes()
    }

    /// A request of ann in the tenant.
    pub(crate) fn request(&self, path: &str) -> Request<Body> {
        let request = Request::get(path).header("authorization", "ann").header("x-tenant", self.tenant());
        request.body(Body::empty()).unwrap()
    }
}

pub(crate) async fn answer(router: &Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

pub(crate) async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn count(scope: TenantScope, State(app): State<Arc<App>>) -> Result<String, Problem> {
    assert_eq!(app.active(), 1, "the request itself");
    let count = app.world.records.count(scope.cx(), Book::select()).await?;
    Ok(format!("{} {count}", scope.cx().tenant()))
}

async fn missing(scope: TenantScope, State(app): State<Arc<App>>) -> Result<String, Problem> {
    Ok(app.world.records.get::<Book>(scope.cx(), 99).await?.title)
}

async fn stations(scope: SharedScope, State(app): State<Arc<App>>) -> Result<String, Problem> {
    assert_eq!(app.active(), 1, "the request itself");
    Ok(app.world.records.count(scope.cx(), Station::select()).await?.to_string())
}

async fn panics(scope: TenantScope) -> String {
    panic!("a handler of {} panics", scope.cx().tenant());
}

async fn waits(scope: TenantScope, State(app): State<Arc<App>>) -> String {
    app.waits.notify_one();
    std::future::pending::<()>().await;
    scope.cx().tenant().to_owned()
}

async fn lines(scope: TenantScope, State(app): State<Arc<App>>) -> Lines {
    let books = app.world.records.stream(scope.cx(), Book::select().order_by(Book::ID.asc())).await?;
    let lines = books.map(|book| book.map(|book| book.title + "\n"));
    Ok(Body::from_stream(scope.hold(lines)))
}

async fn endless(scope: TenantScope, State(app): State<Arc<App>>) -> Lines {
    app.waits.notify_one();
    let lines = futures::stream::repeat_with(|| Ok::<_, Error>("a line\n".repeat(1_000)));
    Ok(Body::from_stream(scope.hold(lines)))
}
