//! The words themselves, attribute by attribute, in the order in which messages list them.

use super::{Form, Vocabulary, Word};

const fn flag(name: &'static str) -> Word {
    Word { name, form: Form::Flag, usage: name }
}

const fn word(name: &'static str, form: Form, usage: &'static str) -> Word {
    Word { name, form, usage }
}

// #[model(…)], and the word that all containers know.
pub(crate) const GROUP: Word = word("group", Form::Text, r#"group = "lab""#);
pub(crate) const NAME: Word = word("name", Form::Text, r#"name = "…""#);
pub(crate) const RENAME_ALL: Word = word("rename_all", Form::RenameRule, r#"rename_all = "camelCase""#);
pub(crate) const RENAMED_FROM: Word = word("renamed_from", Form::Text, r#"renamed_from = "old name""#);
pub(crate) const SEARCH_OPTIONS: Word = word("search", Form::Words(&SEARCH), r#"search(language = "english")"#);
pub(crate) const LANGUAGE: Word = word("language", Form::OneOf(LANGUAGES), r#"language = "english""#);
/// The text-search configurations of PostgreSQL 15; `simple` leaves words as they are.
const LANGUAGES: &[&str] = &[
    "simple",
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
];
/// For crates that know the runtime by another name; not part of the grammar that messages list.
pub(crate) const CRATE: Word = word("crate", Form::Text, r#"crate = "path""#);

pub(crate) const SEARCH: Vocabulary = Vocabulary { attr: "search", place: "`search(…)`", words: &[LANGUAGE] };
pub(crate) const MODEL: Vocabulary = Vocabulary {
    attr: "model",
    place: "`#[model(…)]`",
    words: &[GROUP, NAME, RENAME_ALL, RENAMED_FROM, SEARCH_OPTIONS, CRATE],
};

// #[storage(…)]
pub(crate) const TERMINUSDB: Word = flag("terminusdb");
pub(crate) const KEY: Word = word("key", Form::Key, r#"key = lexical("field")"#);
pub(crate) const ABSTRACT: Word = flag("abstract");
pub(crate) const SUBDOCUMENT: Word = flag("subdocument");
pub(crate) const UNFOLDABLE: Word = flag("unfoldable");
pub(crate) const POSTGRES: Word = flag("postgres");
pub(crate) const TABLE: Word = word("table", Form::Text, r#"table = "name""#);
pub(crate) const SHARED: Word = flag("shared");
pub(crate) const HIGH_VOLUME: Word = flag("high_volume");
pub(crate) const RLS: Word = flag("rls");
pub(crate) const PLACEMENT: Word =
    word("placement", Form::OneOf(&["database", "schema", "row"]), r#"placement = "row""#);
pub(crate) const PARTITION_BY: Word = word("partition_by", Form::Text, r#"partition_by = "created_at""#);
pub(crate) const PARTITION_INTERVAL: Word =
    word("partition_interval", Form::OneOf(&["day", "week", "month", "year"]), r#"partition_interval = "month""#);
pub(crate) const PARTITION_PREMAKE: Word = word("partition_premake", Form::Count(0, 1000), "partition_premake = 3");
pub(crate) const RETENTION: Word = word("retention", Form::Text, r#"retention = "3 months""#);

pub(crate) const STORAGE: Vocabulary = Vocabulary {
    attr: "storage",
    place: "`#[storage(…)]`",
    words: &[
        TERMINUSDB,
        KEY,
        ABSTRACT,
        SUBDOCUMENT,
        UNFOLDABLE,
        POSTGRES,
        TABLE,
        SHARED,
        HIGH_VOLUME,
        RLS,
        PLACEMENT,
        PARTITION_BY,
        PARTITION_INTERVAL,
        PARTITION_PREMAKE,
        RETENTION,
    ],
};
/// The words of `#[storage(…)]` that mean nothing on a PostgreSQL model.
pub(crate) const TERMINUSDB_ONLY: &[Word] = &[KEY, ABSTRACT, SUBDOCUMENT, UNFOLDABLE];
/// The words of `#[storage(…)]` that mean nothing on a TerminusDB model.
pub(crate) const POSTGRES_ONLY: &[Word] =
    &[TABLE, SHARED, HIGH_VOLUME, RLS, PLACEMENT, PARTITION_BY, PARTITION_INTERVAL, PARTITION_PREMAKE, RETENTION];
/// The key strategies of `key = …`, as they are written.
pub(crate) const KEYS: &[&str] = &["random", "lexical", "hash", "value_hash"];

// #[index(…)]
pub(crate) const COLUMNS: Word = word("columns", Form::Texts, r#"columns = ["a", "b desc"]"#);
pub(crate) const UNIQUE: Word = flag("unique");
pub(crate) const USING: Word =
    word("using", Form::OneOf(&["btree", "gin", "gist", "brin", "hash"]), r#"using = "gin""#);
pub(crate) const OPS: Word = word("ops", Form::Text, r#"ops = "gin_trgm_ops""#);
pub(crate) const WHERE: Word = word("where", Form::Text, r#"where = "deleted_at is null""#);
pub(crate) const UNDER_RLS: Word = flag("under_rls");

pub(crate) const INDEX: Vocabulary =
    Vocabulary {
        attr: "index", place: "`#[index(…)]`", words: &[COLUMNS, UNIQUE, USING, OPS, WHERE, NAME, UNDER_RLS]
    };

// #[has_many(…)]
pub(crate) const CHILD: Word = word("model", Form::Path, "model = Child");
pub(crate) const VIA: Word = word("via", Form::Field, "via = child_field");

pub(crate) const HAS_MANY: Vocabulary =
    Vocabulary { attr: "has_many", place: "`#[has_many(…)]`", words: &[NAME, CHILD, VIA] };

// #[field(…)]
/// The longest `varchar` that PostgreSQL has.
const MAX_VARCHAR: u32 = 10_485_760;
pub(crate) const PRIMARY_KEY: Word = flag("primary_key");
pub(crate) const FIELD_INDEX: Word = flag("index");
pub(crate) const FIELD_SEARCH: Word = word("search", Form::FlagOrOneOf(&["A", "B", "C", "D"]), r#"search = "A""#);
pub(crate) const COLUMN: Word = word("column", Form::Text, r#"column = "name""#);
pub(crate) const MAX_LEN: Word = word("max_len", Form::Count(1, MAX_VARCHAR), "max_len = 80");
pub(crate) const DEFAULT: Word = word("default", Form::Expr, "default = 0");
pub(crate) const DEFAULT_SQL: Word = word("default_sql", Form::Text, r#"default_sql = "now()""#);
pub(crate) const CHECK: Word = word("check", Form::Text, r#"check = "value >= 0""#);
pub(crate) const REFERENCES: Word = word("references", Form::Reference, "references = Model.column");
pub(crate) const ON_DELETE: Word =
    word("on_delete", Form::OneOf(&["cascade", "restrict", "set_null", "no_action"]), r#"on_delete = "cascade""#);
pub(crate) const GENERATED: Word = word("generated", Form::Text, r#"generated = "lower(name)""#);
pub(crate) const REDACT: Word = word("redact", Form::FlagOrPermission, r#"redact = permission("lab:unmask")"#);
pub(crate) const OWNER: Word = flag("owner");
pub(crate) const TEAM: Word = flag("team");
pub(crate) const TENANT: Word = flag("tenant");
pub(crate) const VERSION: Word = flag("version");
pub(crate) const CREATED_AT: Word = flag("created_at");
pub(crate) const UPDATED_AT: Word = flag("updated_at");
pub(crate) const PARENT: Word = flag("parent");
pub(crate) const SKIP: Word = flag("skip");
pub(crate) const RENAME: Word = word("rename", Form::Text, r#"rename = "name""#);
pub(crate) const SQL_TYPE: Word = word("sql_type", Form::Text, r#"sql_type = "numeric(12, 4)""#);

pub(crate) const FIELD: Vocabulary = Vocabulary {
    attr: "field",
    place: "`#[field(…)]`",
    words: &[
        PRIMARY_KEY,
        UNIQUE,
        FIELD_INDEX,
        FIELD_SEARCH,
        COLUMN,
        MAX_LEN,
        DEFAULT,
        DEFAULT_SQL,
        CHECK,
        REFERENCES,
        ON_DELETE,
        GENERATED,
        REDACT,
        OWNER,
        TEAM,
        TENANT,
        VERSION,
        CREATED_AT,
        UPDATED_AT,
        PARENT,
        SKIP,
        RENAME,
        RENAMED_FROM,
        SQL_TYPE,
    ],
};
/// The words of `#[field(…)]` that mean nothing on a TerminusDB model.
pub(crate) const POSTGRES_FIELD_ONLY: &[Word] =
    &[PRIMARY_KEY, UNIQUE, FIELD_INDEX, COLUMN, DEFAULT_SQL, CHECK, REFERENCES, ON_DELETE, GENERATED, TENANT, SQL_TYPE];
/// The words of `#[field(…)]` that a field of an embedded value knows.
pub(crate) const VALUE_FIELD: Vocabulary = Vocabulary {
    attr: "field",
    place: "`#[field(…)]` of an embedded value",
    words: &[COLUMN, MAX_LEN, DEFAULT, SKIP, RENAME, RENAMED_FROM, SQL_TYPE],
};
/// Roles that one field of a model may have.
pub(crate) const ROLES: &[Word] = &[OWNER, TEAM, TENANT, VERSION, CREATED_AT, UPDATED_AT];

// #[platform_enum(…)], #[platform_value(…)]
pub(crate) const NATIVE: Word = flag("native");
pub(crate) const TEXT: Word = flag("text");
pub(crate) const FLATTEN: Word = flag("flatten");
pub(crate) const JSON: Word = flag("json");

pub(crate) const PLATFORM_ENUM: Vocabulary =
    Vocabulary { attr: "platform_enum", place: "`#[platform_enum(…)]`", words: &[NATIVE, TEXT, RENAME_ALL, CRATE] };
pub(crate) const PLATFORM_VALUE: Vocabulary =
    Vocabulary { attr: "platform_value", place: "`#[platform_value(…)]`", words: &[FLATTEN, JSON, CRATE] };

// #[platform_view(…)]
pub(crate) const SOURCE: Word = word("source", Form::Path, "source = Model");
pub(crate) const DEFINITION: Word = word("definition", Form::Function, "definition = function");
pub(crate) const REFRESH: Word =
    word("refresh", Form::OneOf(&["on_demand", "after_write"]), r#"refresh = "after_write""#);

pub(crate) const PLATFORM_VIEW: Vocabulary = Vocabulary {
    attr: "platform_view",
    place: "`#[platform_view(…)]`",
    words: &[SOURCE, DEFINITION, REFRESH, TABLE, PLACEMENT],
};
/// The words of `#[field(…)]` that a field of a view knows.
pub(crate) const VIEW_FIELD: Vocabulary = Vocabulary {
    attr: "field",
    place: "`#[field(…)]` of a view",
    words: &[PRIMARY_KEY, FIELD_INDEX, FIELD_SEARCH, COLUMN, REDACT, OWNER, TEAM, RENAME],
};

// #[query(…)]
pub(crate) const QUERY_COLUMN: Vocabulary =
    Vocabulary { attr: "query", place: "`#[query(…)]` on a field", words: &[COLUMN] };
pub(crate) const QUERY_ROW: Vocabulary =
    Vocabulary { attr: "query", place: "`#[query(…)]` on a struct", words: &[CRATE] };

/// Every attribute of `PlatformModel`, to say where a misplaced word belongs.
pub(super) const MODEL_ATTRIBUTES: &[&Vocabulary] = &[&MODEL, &STORAGE, &FIELD, &INDEX, &HAS_MANY];
