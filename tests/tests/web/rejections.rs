//! A request without a scope gets no further, and is told nothing of what others have.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Request, StatusCode};

use crate::app::{App, answer, text};

#[tokio::test]
async fn a_request_needs_credentials_and_a_tenant() {
    let (app, router) = App::new().await;
    let mine = app.tenant();
    for (user, tenant, status) in [
        (Some("ann"), Some(mine), StatusCode::OK),
        (None, Some(mine), StatusCode::UNAUTHORIZED),
        (Some("eve"), Some(mine), StatusCode::UNAUTHORIZED),
        (None, None, StatusCode::UNAUTHORIZED),
        (None, Some("nowhere"), StatusCode::UNAUTHORIZED),
        (Some("ann"), None, StatusCode::BAD_REQUEST),
        (Some("ann"), Some(""), StatusCode::BAD_REQUEST),
        (Some("ann"), Some("nowhere"), StatusCode::NOT_FOUND),
        (Some("ann"), Some("No_Slug!"), StatusCode::NOT_FOUND),
        (Some("nobody"), Some(mine), StatusCode::SERVICE_UNAVAILABLE),
        (Some("bob"), Some(mine), StatusCode::FORBIDDEN),
        (Some("carl"), Some(mine), StatusCode::NOT_FOUND),
    ] {
        let mut request = Request::get("/count");
        for (name, value) in [("authorization", user), ("x-tenant", tenant)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = answer(&router, request.body(Body::empty()).unwrap()).await;
        let case = format!("{user:?} in {tenant:?}");
        assert_eq!(response.status(), status, "{case}");
        assert_eq!(app.active(), 0, "{case}");
        let headers = response.headers().clone();
        assert_eq!(headers.contains_key(WWW_AUTHENTICATE), status == StatusCode::UNAUTHORIZED, "{case}");
        assert_eq!(headers.contains_key(RETRY_AFTER), status == StatusCode::SERVICE_UNAVAILABLE, "{case}");
        let body = text(response).await;
        if status != StatusCode::OK {
            assert_eq!(headers[CONTENT_TYPE], "application/problem+json", "{case}");
            let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(problem["status"], status.as_u16(), "{case}");
        }
        // What the authenticator and the catalog said is not for the client.
        for word in ["directory", "10.0.0.7", "eve", "provision", "nowhere"] {
            assert!(!body.contains(word), "{case}: {body}");
        }
    }
}

#[tokio::test]
async fn a_tenant_that_one_may_not_enter_looks_like_none() {
    let (app, router) = App::new().await;
    let mut said = Vec::new();
    for (user, tenant) in [("carl", app.tenant()), ("carl", "nowhere"), ("ann", "nowhere")] {
        let request = Request::get("/count").header("authorization", user).header("x-tenant", tenant);
        let response = answer(&router, request.body(Body::empty()).unwrap()).await;
        said.push((response.status(), response.headers().clone(), text(response).await));
    }
    assert!(said.windows(2).all(|two| two[0] == two[1]), "{said:?}");
}

#[tokio::test]
async fn the_shared_scope_needs_credentials_and_no_tenant() {
    let (_, router) = App::new().await;
    for (user, status) in
        [(Some("bob"), StatusCode::OK), (Some("eve"), StatusCode::UNAUTHORIZED), (None, StatusCode::UNAUTHORIZED)]
    {
        let mut request = Request::get("/stations");
        if let Some(user) = user {
            request = request.header("authorization", user);
        }
        let response = answer(&router, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{user:?}");
    }
}
