//! The client against answers as a server gives them.

mod canned;

use serde_json::{Value as Json, json};
use sqh_model::ErrorKind;

use self::canned::Canned;
use super::{Client, Commit, Failure, Place, Selection};
use crate::backend::terminusdb::TerminusDbServer;

const COMMIT: Commit<'_> = Commit { author: "ann", message: "a test" };

fn client(canned: &Canned) -> Client {
    Client::new(TerminusDbServer::new(&canned.url()).unwrap()).unwrap()
}

fn place() -> Place {
    Place::database("lab one")
}

/// A failure in full, as the server words it.
fn failure(status: &str, error: &str) -> String {
    let body = format!(
        r#"{{"@type":"api:InsertDocumentErrorResponse","api:error": {error},"api:message":"of another's secret","api:status":"api:failure"}}"#
    );
    canned::answer(status, &body)
}

#[tokio::test]
async fn what_is_sent_is_what_the_server_reads() {
    let canned = Canned::new([
        canned::answer("200 OK", r#"["terminusdb:///data/Person/Ann" ]"#),
        canned::answer("200 OK", "[\n{\"@id\":\"Person/Ann\"}\n]\n"),
    ])
    .await;
    let client = client(&canned);
    client.insert(&place(), &[json!({"@type": "Person", "name": "Ann"})], COMMIT).await.unwrap();
    client.document(&place().branch("dev"), "Person/A%20B").await.unwrap();
    let seen = canned.seen();
    assert!(
        seen[0].starts_with("POST /api/document/admin/lab%20one?author=ann&message=a+test HTTP/1.1\r\n"),
        "{}",
        seen[0]
    );
    assert!(seen[0].contains("authorization: Basic YWRtaW46cm9vdA==\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("content-type: application/json\r\n"), "{}", seen[0]);
    assert!(seen[0].ends_with(r#"[{"@type":"Person","name":"Ann"}]"#), "{}", seen[0]);
    let get = "GET /api/document/admin/lab%20one/local/branch/dev?id=Person%2FA%2520B&as_list=true HTTP/1.1\r\n";
    assert!(seen[1].starts_with(get), "{}", seen[1]);
    assert!(!seen[1].contains("content-type"), "{}", seen[1]);
}

#[tokio::test]
async fn a_long_body_is_compressed() {
    let canned = Canned::new([canned::answer("200 OK", r#"["terminusdb:///data/Note/1" ]"#)]).await;
    client(&canned).insert(&place(), &[json!({"@type": "Note", "text": "long ".repeat(4_000)})], COMMIT).await.unwrap();
    let seen = &canned.seen()[0];
    assert!(seen.contains("content-encoding: gzip\r\n") && seen.len() < 2_000, "{}", seen.len());
}

#[tokio::test]
async fn each_failure_says_what_to_do() {
    let witness = |witness: &str| format!(r#"{{"@type":"api:SchemaCheckFailure","api:witnesses": [ {witness} ]}}"#);
    let cases = [
        (
            "400 Bad Request",
            r#"{"@type":"api:DocumentIdAlreadyExists","api:document_id":"terminusdb:///data/Person/Ann"}"#.to_owned(),
            ErrorKind::Conflict,
            "another record has the same key",
        ),
        (
            "400 Bad Request",
            witness(
                r#"{"@type":"required_field_does_not_exist_in_document","document": {"@type":"terminusdb:///schema#Person"},"field":"terminusdb:///schema#name"}"#,
            ),
            ErrorKind::Invalid,
            "a value is missing (model `Person`, field `name`)",
        ),
        (
            "400 Bad Request",
            witness(
                r#"{"terminusdb:///schema#age": {"@type":"could_not_interpret_as_type","type":"http://www.w3.org/2001/XMLSchema#integer","value":"thirty"}}"#,
            ),
            ErrorKind::Invalid,
            "the value is none of the field's type (field `age`)",
        ),
        (
            "400 Bad Request",
            witness(
                r#"{"@type":"references_untyped_object","object":"terminusdb:///data/Person/missing","predicate":"terminusdb:///schema#friends","subject":"terminusdb:///data/Person/R1"}"#,
            ),
            ErrorKind::Conflict,
            "there is no record that it refers to (model `Person`, field `friends`)",
        ),
        (
            "404 Not Found",
            r#"{"@type":"api:UnknownDatabase","api:database_name":"x","api:organization_name":"admin"}"#.to_owned(),
            ErrorKind::NotFound,
            "there is no such database",
        ),
        (
            "401 Authorization Required",
            r#"{"@type":"api:IncorrectAuthenticationError"}"#.to_owned(),
            ErrorKind::Internal,
            "the server refuses the login",
        ),
        (
            "500 Internal Server Error",
            r#"{"@type":"api:InternalServerError"}"#.to_owned(),
            ErrorKind::Internal,
            "failed with the status 500 and says no more",
        ),
    ];
    for (status, error, kind, message) in cases {
        let canned = Canned::new([failure(status, &error)]).await;
        let told = client(&canned).insert(&place(), &[json!({"@type": "Person"})], COMMIT).await.unwrap_err();
        assert_eq!(told.kind(), kind, "{told}");
        assert!(told.to_string().contains(message), "{told}");
        assert!(!told.to_string().contains("secret") && Failure::of(&told).is_some(), "{told}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_an_error_too() {
    let cases = [
        ("405 Method Not Allowed", "<!DOCTYPE html><html></html>", ErrorKind::Invalid),
        ("403 Forbidden", r#"{"action":"x","api:status":"api:forbidden"}"#, ErrorKind::Internal),
        ("503 Service Unavailable", "busy", ErrorKind::Unavailable),
        ("200 OK", "[{\"@id\":\"a\"", ErrorKind::Unavailable),
    ];
    for (status, body, kind) in cases {
        let canned = Canned::new([canned::answer(status, body)]).await;
        let error = client(&canned).document(&place(), "Person/Ann").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn a_write_that_lost_to_others_is_sent_again() {
    let lost =
        r#"{"api:message":"Transaction retry count exceeded in internal operation","api:status":"api:server_error"}"#;
    let lost = canned::answer("500 Internal Server Error", lost);
    let stored = canned::answer("200 OK", r#"["terminusdb:///data/Person/Ann" ]"#);
    let canned = Canned::new([lost.clone(), lost.clone(), stored]).await;
    client(&canned).insert(&place(), &[json!({"@type": "Person"})], COMMIT).await.unwrap();
    assert_eq!(canned.seen().len(), 3);

    let canned = Canned::new(vec![lost; 6]).await;
    let error = client(&canned).insert(&place(), &[json!({"@type": "Person"})], COMMIT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(canned.seen().len(), 6);
}

#[tokio::test]
async fn a_body_that_arrived_in_part_is_no_success() {
    let canned = Canned::new([canned::answer("200 OK", "[]\n")]).await;
    let error = client(&canned).insert(&place(), &[json!({"@type": "Person"})], COMMIT).await.unwrap_err();
    assert!(error.message().contains("1 documents were sent, and 0 stored"), "{error}");
}

#[tokio::test]
async fn documents_come_one_by_one_and_may_end_in_an_error() {
    let lines = "{\"@id\":\"NoKey/1\",\"n\":123456789012345678901234567890}\n\n{\"@id\":\"NoKey/2\"}\n";
    let inside = format!(
        "{lines}{{\"@id\":\"NoKey/3\",\"f\":Status: 500\nContent-type: application/json; charset=UTF-8\n\n{{\"api:error\": {{\"@type\":\"api:InternalServerError\"}}}}"
    );
    for (body, fails) in [(lines.to_owned(), false), (inside, true)] {
        let canned = Canned::new([canned::chunked(&body)]).await;
        let mut documents = client(&canned).documents(&place(), &Selection::default()).await.unwrap();
        let first = documents.next().await.unwrap().unwrap();
        assert_eq!(first["n"].to_string(), "123456789012345678901234567890");
        assert_eq!(documents.next().await.unwrap().unwrap()["@id"], "NoKey/2");
        match documents.next().await {
            Ok(end) => assert!(end.is_none() && !fails),
            Err(error) => assert!(fails && error.kind() == ErrorKind::Internal, "{error}"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told() {
    let canned = Canned::new([canned::broken_off("{\"@id\":\"NoKey/1\"}\n{\"@id\":")]).await;
    let mut documents = client(&canned).documents(&place(), &Selection::default()).await.unwrap();
    documents.next().await.unwrap().unwrap();
    let error = documents.next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_bound() {
    let canned = Canned::new([canned::answer("200 OK", &format!("[{}]", " ".repeat(2_000)))]).await;
    let server = TerminusDbServer::new(&canned.url()).unwrap().max_answer_bytes(1_000);
    let error = Client::new(server).unwrap().document(&place(), "a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}

#[tokio::test]
async fn nobody_at_the_other_end_is_unavailable() {
    let server = TerminusDbServer::new("http://127.0.0.1:9").unwrap();
    let error = Client::new(server).unwrap().version().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("127.0.0.1:9"), "{error}");
}

#[tokio::test]
async fn a_query_gives_its_bindings() {
    let body = r#"{"@type":"api:WoqlResponse","api:status":"api:success","api:variable_names": ["N" ],"bindings": [ {"N": {"@type":"xsd:decimal","@value":1.10}} ],"deletes":0,"inserts":2,"transaction_retry_count":1}"#;
    let canned = Canned::new([canned::answer("200 OK", body)]).await;
    let outcome = client(&canned).woql_write(&place(), &json!({"@type": "AddTriple"}), COMMIT).await.unwrap();
    assert_eq!((outcome.bindings.len(), outcome.inserts, outcome.retries), (1, 2, 1));
    assert_eq!(outcome.bindings[0]["N"]["@value"].to_string(), "1.10");
    let sent: Json = serde_json::from_str(canned.seen()[0].split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(sent["commit_info"], json!({"author": "ann", "message": "a test"}));
}

#[tokio::test]
async fn writers_of_a_branch_do_not_meet_and_others_do_not_wait() {
    let writers = super::Writers::default();
    let first = writers.turn(&place()).await;
    assert!(futures::FutureExt::now_or_never(writers.turn(&place())).is_none());
    assert!(futures::FutureExt::now_or_never(writers.turn(&place().branch("dev"))).is_some());
    drop(first);
    assert!(futures::FutureExt::now_or_never(writers.turn(&place())).is_some());
}
