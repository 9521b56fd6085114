//! [`Failure`]: what a server says is wrong, and the [`Error`] that a caller gets for it.
//!
//! A server answers 400 to nearly everything that its caller did wrong, so the kind is in
//! `api:error.@type` rather than in the status. The server's own text may show a record and goes into no
//! message.

use std::fmt;

use serde_json::Value as Json;
use sqh_model::{Error, ErrorKind};

/// The error of a server, as the source of an [`Error`].
#[derive(Debug, Clone)]
pub struct Failure {
    status: u16,
    kind: String,
    detail: Json,
}

/// What callers can do about it, by `api:error.@type` without its prefix.
const KINDS: [(&str, ErrorKind, &str); 19] = {
    use ErrorKind::{Conflict, Internal, Invalid, NotFound};
    [
        ("DocumentIdAlreadyExists", Conflict, "another record has the same key"),
        ("SameDocumentIdsMutatedInOneTransaction", Conflict, "two records of the batch have the same key"),
        ("DataVersionMismatch", Conflict, "the database has changed since it was read"),
        ("DatabaseAlreadyExists", Conflict, "there is a database of this name already"),
        ("BranchExistsError", Conflict, "there is a branch of this name already"),
        ("DocumentNotFound", NotFound, "there is no such record"),
        ("UnknownDatabase", NotFound, "there is no such database"),
        ("UnresolvableAbsoluteDescriptor", NotFound, "there is no such database or branch"),
        ("BranchDoesNotExistError", NotFound, "there is no such branch"),
        ("OriginBranchDoesNotExist", NotFound, "there is no such branch to begin at"),
        ("BadDataVersion", Invalid, "this is no data version"),
        ("BadCast", Invalid, "a value is none of its field's type"),
        ("UnexpectedBooleanValue", Invalid, "a value is none of its field's type"),
        ("SubmittedIdDoesNotMatchGeneratedId", Invalid, "the key is not the one that the record's fields make"),
        ("SubmittedDocumentIdDoesNotHaveExpectedPrefix", Invalid, "the key is to begin with the class's name"),
        ("DocumentAccessImpossible", Invalid, "what the database was at a commit cannot be written"),
        ("InvalidDatabaseName", Invalid, "this is no name of a database"),
        ("UnknownOrganizationName", Internal, "the server does not know the organization"),
        ("IncorrectAuthenticationError", Internal, "the server refuses the login: check its user and password"),
    ]
};

impl Failure {
    /// The failure that a body tells, or a nameless one if it tells none.
    pub(super) fn new(status: u16, body: &[u8]) -> Self {
        let body: Json = serde_json::from_slice(body).unwrap_or(Json::Null);
        Self::from_json(status, &body)
    }

    pub(super) fn from_json(status: u16, body: &Json) -> Self {
        let detail = body.get("api:error").cloned().unwrap_or(Json::Null);
        let kind = detail.get("@type").and_then(Json::as_str).unwrap_or_default();
        let kind = kind.rsplit(':').next().unwrap_or_default().to_owned();
        // The one text that tells what nothing else does.
        let is_beaten = text(body, "api:message").contains("retry count exceeded");
        let kind = if kind.is_empty() && is_beaten { RETRIES_EXCEEDED.to_owned() } else { kind };
        Self { status, kind, detail }
    }

    /// Whether it is of a kind, such as `DocumentNotFound`.
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Whether other writers of the branch were always faster; nothing was written.
    pub(super) fn is_beaten(&self) -> bool {
        self.is(RETRIES_EXCEEDED)
    }

    /// The failure beneath an error, if that is where it comes from.
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// What a caller gets for it.
    pub(super) fn into_error(self) -> Error {
        let error = match self.kind.as_str() {
            "SchemaCheckFailure" | "WOQLSchemaCheckFailure" => witnessed(&self.detail),
            "WOQLSyntaxError" => Error::invalid(format!("the query is not well formed at {}", path(&self.detail))),
            RETRIES_EXCEEDED => {
                Error::new(ErrorKind::Unavailable, "other writers of the branch were faster again and again: try later")
            }
            kind => match KINDS.iter().find(|(name, ..)| *name == kind) {
                Some((_, kind, message)) => Error::new(*kind, *message),
                None => self.nameless(),
            },
        };
        error.with_source(self)
    }

    fn nameless(&self) -> Error {
        let Self { status, kind, .. } = self;
        let (error, what) = match status {
            401 | 403 => (ErrorKind::Internal, "refuses this to the user who logs in".to_owned()),
            404 => (ErrorKind::NotFound, "does not know what was asked for".to_owned()),
            400..500 if kind.is_empty() => (ErrorKind::Invalid, format!("refuses this with the status {status}")),
            400..500 => (ErrorKind::Invalid, format!("refuses this as `{kind}`")),
            502..=504 => (ErrorKind::Unavailable, "cannot be reached through its proxy".to_owned()),
            _ => (ErrorKind::Internal, format!("failed with the status {status} and says no more")),
        };
        Error::new(error, format!("the TerminusDB server {what}"))
    }
}

/// Our name of a failure that has none.
const RETRIES_EXCEEDED: &str = "RetriesExceeded";

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind.is_empty() { "no kind" } else { &self.kind };
        write!(f, "status {}, {kind}", self.status)
    }
}

impl std::error::Error for Failure {}

/// The first of what the schema does not allow, with its model and field.
fn witnessed(detail: &Json) -> Error {
    let Some(witness) = detail.get("api:witnesses").and_then(|witnesses| witnesses.get(0)) else {
        return Error::invalid("the record does not fit the schema");
    };
    // Some are named by the field that they are about: `{"…#age": {"@type": …}}`.
    let (about, witness) = match witness.as_object().filter(|object| !object.contains_key("@type")) {
        Some(object) => object.iter().next().map_or((None, witness), |(name, inner)| (Some(name.as_str()), inner)),
        None => (None, witness),
    };
    let kind = text(witness, "@type");
    let message =
        WITNESSES.iter().find(|(name, _)| *name == kind).map_or("it does not fit the schema", |(_, says)| says);
    let kind = if kind == "references_untyped_object" { ErrorKind::Conflict } else { ErrorKind::Invalid };
    let mut error = Error::new(kind, message);
    let property = witness.get("property").and_then(|property| property.get(0)).and_then(Json::as_str);
    let field = about.or(property).or_else(|| name_at(witness, "field")).or_else(|| name_at(witness, "predicate"));
    if let Some(field) = field {
        error = error.in_field(short(field));
    }
    match model(witness) {
        Some(model) => error.in_model(short(&model)),
        None => error,
    }
}

const WITNESSES: [(&str, &str); 14] = [
    ("required_field_does_not_exist_in_document", "a value is missing"),
    ("instance_not_cardinality_one", "a value is missing, or there are several"),
    ("instance_has_wrong_cardinality", "there are too many values, or too few"),
    ("field_has_wrong_cardinality", "there are too many values, or too few"),
    ("could_not_interpret_as_type", "the value is none of the field's type"),
    ("not_a_valid_enum", "the value is none of the enum's"),
    ("unexpected_list", "there is a list where one value is to be"),
    ("references_untyped_object", "there is no record that it refers to"),
    ("unknown_property_for_type", "the class has no such property"),
    ("invalid_predicate", "the class has no such property"),
    ("ascribed_type_does_not_exist", "the schema has no such class: was it pushed?"),
    ("no_unique_type_for_document", "the record names no class, and fits several"),
    ("reifying_abstract_class", "there are no records of an abstract class"),
    ("not_a_class_or_base_type", "the schema names a class that it does not have"),
];

/// The class that a witness names, or that of the record which it shows.
fn model(witness: &Json) -> Option<String> {
    let by_identity = |key: &str| {
        let identity = name_at(witness, key)?;
        let (class, _) = identity.strip_prefix("terminusdb:///data/").unwrap_or(identity).split_once('/')?;
        Some(class.to_owned())
    };
    let shown = witness.get("document").and_then(|document| document.get("@type")).and_then(Json::as_str);
    let named = shown.or_else(|| name_at(witness, "ascribed_type")).map(str::to_owned);
    named.or_else(|| by_identity("instance")).or_else(|| by_identity("subject")).or_else(|| {
        let class = name_at(witness, "class").or_else(|| name_at(witness, "type"))?;
        class.starts_with("terminusdb:///schema#").then(|| class.to_owned())
    })
}

fn name_at<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    json.get(key).and_then(Json::as_str)
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    name_at(json, key).unwrap_or_default()
}

/// A name without what is before its `#` or its prefix.
fn short(name: &str) -> &str {
    name.rsplit_once('#').map_or(name, |(_, short)| short).trim_start_matches("@schema:")
}

fn path(detail: &Json) -> String {
    let steps = detail.get("vio:path").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let steps: Vec<String> =
        steps.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    if steps.is_empty() { "its root".to_owned() } else { format!("`{}`", steps.join("/")) }
}
