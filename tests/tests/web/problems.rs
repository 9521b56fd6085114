//! Errors as responses.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::IntoResponse as _;
use sqh_runtime::prelude::*;
use sqh_runtime::web::Problem;

use crate::app::text;

#[tokio::test]
async fn each_kind_has_its_status() {
    for (kind, status, says) in [
        (ErrorKind::NotFound, StatusCode::NOT_FOUND, true),
        (ErrorKind::Conflict, StatusCode::CONFLICT, true),
        (ErrorKind::Invalid, StatusCode::BAD_REQUEST, true),
        (ErrorKind::Denied, StatusCode::FORBIDDEN, true),
        (ErrorKind::Unsupported, StatusCode::NOT_IMPLEMENTED, true),
        (ErrorKind::Overloaded, StatusCode::SERVICE_UNAVAILABLE, false),
        (ErrorKind::Unavailable, StatusCode::SERVICE_UNAVAILABLE, false),
        (ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, false),
    ] {
        let error = Error::new(kind, "what went wrong on db7").in_field("isbn").in_model("Book");
        let response = Problem(error).into_response();
        assert_eq!(response.status(), status);
        let headers = response.headers().clone();
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(headers.contains_key(RETRY_AFTER), status == StatusCode::SERVICE_UNAVAILABLE);
        let problem: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["title"], status.canonical_reason().unwrap());
        assert_eq!(problem["status"], status.as_u16());
        let said = |member: &str| problem.get(member).and_then(|text| text.as_str());
        let expected = |text| says.then_some(text);
        assert_eq!(said("detail"), expected("what went wrong on db7"));
        assert_eq!((said("model"), said("field")), (expected("Book"), expected("isbn")));
    }
}
