//! The grammar of the command line.

use std::ffi::OsString;
use std::fmt;

use chrono::NaiveDate;
use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use sqh_model::render::ddl::PartitionWindow;
use sqh_model::schema::{ModelDef, Placement, Registry};

use super::query::QueryForm;
use super::tenant::TenantForm;

#[derive(Debug, Parser)]
#[command(version, about = "Typed models for multi-tenant data platforms", arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// The server, as a URL whose user may create databases and roles: postgres://user:password@host:port/database
    #[arg(long, global = true, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub(super) url: Option<ServerUrl>,
    /// Prints JSON, for machines
    #[arg(long, global = true)]
    pub(super) json: bool,
}

/// A server's URL, which may hold a password and is not shown.
#[derive(Clone)]
pub(super) struct ServerUrl(String);

impl ServerUrl {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ServerUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerUrl")
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prints what the models are in each system
    #[command(subcommand, arg_required_else_help = true)]
    Schema(SchemaForm),
    /// Makes the catalog, the shared database and what else the platform has of its own, unless it is there
    InitDb,
    /// The servers that tenants are placed on
    #[command(subcommand, arg_required_else_help = true)]
    Server(ServerForm),
    /// Makes tenants, lists them, stops them and drops them
    #[command(subcommand, arg_required_else_help = true)]
    Tenant(TenantForm),
    /// Asks for records and for what is computed of them
    #[command(subcommand, arg_required_else_help = true)]
    Query(QueryForm),
    /// Looks at servers, roles, the catalog and the tenants' databases, and says what to do
    Doctor {
        #[command(subcommand)]
        of: Option<DoctorForm>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum DoctorForm {
    /// Prints the rules of the models, and what they come to for a user
    Access(AccessArgs),
}

#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    /// A user, by what the catalog grants them: an authenticator's own say is not known here
    #[arg(long, value_name = "USER")]
    pub(super) user: Option<String>,
    /// In this tenant [default: in the shared scope]
    #[arg(long, value_name = "SLUG", requires = "user")]
    pub(super) tenant: Option<String>,
    #[command(flatten)]
    pub(super) which: Which,
}

#[derive(Debug, Subcommand)]
pub(super) enum ServerForm {
    /// Adds a server, once it lets the platform in, and makes the roles there
    Add(ServerAdd),
    /// Lists the servers
    List,
    /// Places no new tenants on a server; those that are there stay
    Drain {
        /// The server
        name: String,
        /// Places tenants there again
        #[arg(long)]
        undo: bool,
    },
    /// Removes a server that has no tenants from the catalog
    Remove {
        /// The server
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct ServerAdd {
    /// What the server is called
    pub(super) name: String,
    /// Where records are written, without a password: postgres://user@host:port/database
    pub(super) server_url: String,
    /// Where the user's password is, a variable: env:NAME
    #[arg(long, value_name = "REFERENCE")]
    pub(super) password: Option<String>,
    /// Where reads may go; may be given more than once
    #[arg(long = "replica", value_name = "URL")]
    pub(super) replicas: Vec<String>,
    /// The server itself, if its URL leads to a pooler that lends a connection for a transaction
    #[arg(long, value_name = "URL")]
    pub(super) direct_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum SchemaForm {
    /// Prints the PostgreSQL DDL, as a script that can be applied again without harm
    Ddl(DdlArgs),
    /// Prints the TerminusDB schema: one array, its `@context` first
    Terminusdb {
        #[command(flatten)]
        which: Which,
    },
    /// Prints the JSON Schema of the records
    Json {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
pub(super) struct DdlArgs {
    #[command(flatten)]
    pub(super) which: Which,
    /// How tenants are kept apart; a model that requires a placement has its own
    #[arg(long, value_enum, value_name = "PLACEMENT", default_value = "database")]
    pub(super) placement: PlacementArg,
    /// The schema that names are written with [default: none, bare names]
    #[arg(long, value_name = "NAME")]
    pub(super) schema: Option<String>,
    /// The partitions to make beside the default one, such as 2026-01..2027-01; the end is left out
    #[arg(long, value_name = "FROM..TO", value_parser = window)]
    pub(super) partitions: Option<PartitionWindow>,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// This model only, and what it cannot do without [default: every model]
    #[arg(long, value_name = "NAME", hide_possible_values = true)]
    pub(super) model: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PlacementArg {
    /// A database for each tenant
    Database,
    /// A schema for each tenant
    Schema,
    /// Rows that carry the tenant's key
    Row,
}

impl PlacementArg {
    /// Where a tenant's tables are.
    pub(super) const fn place(self) -> &'static str {
        match self {
            Self::Database => "the database sqh_tenant_{slug}",
            Self::Schema => "a schema of the tenant's own",
            Self::Row => "a database of many tenants",
        }
    }
}

impl From<PlacementArg> for Placement {
    fn from(placement: PlacementArg) -> Self {
        match placement {
            PlacementArg::Database => Self::Database,
            PlacementArg::Schema => Self::Schema,
            PlacementArg::Row => Self::Row,
        }
    }
}

/// # Errors
/// What is wrong with the usage; the text of `--help` too.
pub(super) fn parse(registry: &Registry, args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = Cli::command().mut_subcommand("schema", |schema| {
        let forms: Vec<_> = schema.get_subcommands().map(|form| form.get_name().to_owned()).collect();
        forms.into_iter().fold(schema, |schema, form| schema.mut_subcommand(form, |form| with_models(form, registry)))
    });
    command =
        command.mut_subcommand("doctor", |doctor| doctor.mut_subcommand("access", |of| with_models(of, registry)));
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Only the models that there are, so that a wrong name is told together with the likely one.
fn with_models(form: clap::Command, registry: &Registry) -> clap::Command {
    let names: Vec<String> = registry.models().iter().map(|model| name(registry, model)).collect();
    form.mut_arg("model", |model| model.value_parser(PossibleValuesParser::new(names)))
}

/// A model's name, with its group where another group has a model of that name.
pub(super) fn name(registry: &Registry, model: &ModelDef) -> String {
    let same = registry.models().iter().filter(|other| other.name == model.name).count();
    if same > 1 { format!("{}/{}", model.group, model.name) } else { model.name.to_owned() }
}

fn window(text: &str) -> Result<PartitionWindow, String> {
    let (from, to) = text.split_once("..").ok_or("expected two dates with `..` between, such as 2026-01..2027-01")?;
    PartitionWindow::new(day(from)?, day(to)?).map_err(|error| error.to_string())
}

// A month or a year stands for its first day.
fn day(text: &str) -> Result<NaiveDate, String> {
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    whole.parse().map_err(|_| format!("`{text}` is no date: write 2026-01-31, 2026-01 or 2026"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_two_dates() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let cases = [
            ("2016-01..2019-02", Ok((day(2016, 1, 1), day(2019, 2, 1)))),
            ("2016..2017", Ok((day(2016, 1, 1), day(2017, 1, 1)))),
            ("2016-01-31..2016-02-01", Ok((day(2016, 1, 31), day(2016, 2, 1)))),
            ("2016-01", Err("expected two dates")),
            ("2016-13..2017-01", Err("`2016-13` is no date")),
            ("2017..2016", Err("is empty")),
            ("..2016", Err("`` is no date")),
        ];
        for (text, expected) in cases {
            match (window(text), expected) {
                (Ok(window), Ok((from, to))) => assert_eq!((window.from, window.to), (from, to)),
                (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }
}
