//! Every exit of a request gives its scope back.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use futures::future::{Either, select};
use http_body_util::BodyExt as _;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::app::{App, answer, text};

#[tokio::test]
async fn a_response() {
    let (app, router) = App::new().await;
    let response = answer(&router, app.request("/count")).await;
    assert_eq!(app.active(), 0);
    assert_eq!(text(response).await, format!("{} 3", app.tenant()));
    assert_eq!(text(answer(&router, app.request("/stations")).await).await, "0");
    assert_eq!(app.active(), 0);
}

#[tokio::test]
async fn an_error() {
    let (app, router) = App::new().await;
    assert_eq!(answer(&router, app.request("/missing")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(app.active(), 0);
}

#[tokio::test]
async fn a_panic() {
    let (app, router) = App::new().await;
    let response = answer(&router, app.request("/panics")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(app.active(), 0);
}

#[tokio::test]
async fn a_handler_that_is_dropped() {
    let (app, router) = App::new().await;
    let request = app.request("/waits");
    let answering = Box::pin(answer(&router, request));
    let Either::Right((_, answering)) = select(answering, Box::pin(app.waits.notified())).await else {
        panic!("it waits for ever");
    };
    assert_eq!(app.active(), 1);
    drop(answering);
    assert_eq!(app.active(), 0);
}

#[tokio::test]
async fn the_end_of_a_streamed_body() {
    let (app, router) = App::new().await;
    let response = answer(&router, app.request("/lines")).await;
    assert_eq!(app.active(), 1, "the body is still to come");
    assert_eq!(text(response).await, "number 1\nnumber 2\nnumber 3\n");
    assert_eq!(app.active(), 0);
}

#[tokio::test]
async fn a_streamed_body_that_is_dropped() {
    let (app, router) = App::new().await;
    let mut response = answer(&router, app.request("/lines")).await;
    assert!(response.body_mut().frame().await.is_some());
    assert_eq!(app.active(), 1);
    drop(response);
    assert_eq!(app.active(), 0);
}

#[tokio::test]
async fn a_client_that_has_gone() {
    let (app, router) = App::new().await;
    for path in ["/waits", "/endless"] {
        let mut client = connect(&router).await;
        let tenant = app.tenant();
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nauthorization: ann\r\nx-tenant: {tenant}\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        app.waits.notified().await;
        if path == "/endless" {
            client.read_exact(&mut [0; 10_000]).await.unwrap();
        }
        assert_eq!(app.active(), 1, "{path}");
        drop(client);
        none_is_active(&app).await;
    }
}

#[test]
fn the_gauge_goes_up_and_down() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    // The recorder begins anew with each look.
    let change = || {
        let found =
            snapshotter.snapshot().into_vec().into_iter().find(|(key, ..)| key.key().name() == "sqh.scopes.active");
        match found {
            Some((_, _, _, DebugValue::Gauge(value))) => value.into_inner(),
            other => panic!("there is no gauge, but {other:?}"),
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let (app, router) = App::new().await;
            let first = answer(&router, app.request("/lines")).await;
            let second = answer(&router, app.request("/lines")).await;
            assert_eq!(change(), 2.0);
            drop(first);
            assert_eq!(change(), -1.0);
            drop(second);
            assert_eq!(change(), -1.0);
        });
    });
}

/// A connection to a real server.
async fn connect(router: &Router) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    TcpStream::connect(address).await.unwrap()
}

/// The server takes note of it when it next looks at the connection.
async fn none_is_active(app: &Arc<App>) {
    let gone = async {
        while app.active() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("the scope is given back");
}
