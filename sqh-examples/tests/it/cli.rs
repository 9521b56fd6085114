//! The binary `sqh`, as a user starts it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::support::own_server;

fn sqh(args: &str) -> Output {
    command(args).output().unwrap()
}

fn command(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sqh"));
    command.args(args.split_whitespace()).env_remove("DATABASE_URL");
    command
}

fn printed(args: &str) -> String {
    let output = sqh(args);
    assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn wrong_usage_is_told_on_standard_error_with_exit_code_2() {
    let cases: &[(&str, &[&str])] = &[
        ("schema ddl --model AppLabResul", &["AppLabResul", "similar value exists: 'AppLabResult'", "AppMeasurement"]),
        ("schema terminusdb --model Account", &["AppCrmAccount"]),
        ("schema json --model Nothing", &["AppWatershed"]),
        ("schema ddl --placement rows", &["a similar value exists: 'row'"]),
        ("schema ddl --partitions 2016", &["expected two dates"]),
        ("schema ddl --partitions 2016-01..2015-01", &["is empty"]),
        ("schema ddl --model AppCrmAccount", &["AppCrmAccount", "stored in TerminusDB"]),
        ("schema terminusdb --model AppLabResult", &["AppLabResult", "stored in PostgreSQL"]),
        ("schema terminusdb --placement row", &["unexpected argument '--placement'"]),
        ("schema ddi", &["a similar subcommand exists: 'ddl'"]),
        ("schema", &["Usage: sqh schema [OPTIONS] <COMMAND>"]),
        ("scheme", &["a similar subcommand exists: 'schema'"]),
        ("", &["Usage: sqh [OPTIONS] <COMMAND>"]),
        ("init-db", &["no server is named", "`--url postgres://…`", "DATABASE_URL"]),
    ];
    for (args, parts) in cases {
        let output = sqh(args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        assert!(output.stdout.is_empty(), "{args}");
        let told = String::from_utf8(output.stderr).unwrap();
        for part in *parts {
            assert!(told.contains(part), "{args}: {told}");
        }
    }
}

#[test]
fn help_is_no_error() {
    for args in ["--help", "schema --help", "schema ddl --help", "--version"] {
        assert!(!printed(args).is_empty(), "{args}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sqh"))
        // Larger than a pipe's buffer, so that the write must meet the closed end.
        .args(["schema", "ddl", "--partitions", "1900..2000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("-- "), "{first}");
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((told.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}

#[test]
fn the_ddl_of_one_model_is_that_model() {
    let ddl = printed("schema ddl --model AppLabResult --partitions 2026-01..2026-03");
    for part in [
        "-- Models of a tenant: the database sqh_tenant_{slug}.\n\n-- AppLabResult",
        "CREATE TABLE IF NOT EXISTS \"app_lab_result\"",
        "PRIMARY KEY (\"id\", \"created_at\")",
        "PARTITION BY RANGE (\"created_at\")",
        "COMMENT ON COLUMN \"app_lab_result\".\"unit\" IS 'The unit, unless the value has none.'",
    ] {
        assert!(ddl.contains(part), "{part}\n{ddl}");
    }
    assert_eq!(ddl.matches("PARTITION OF").count(), 3, "two months and the default one");
    assert_eq!(ddl.matches("CREATE TABLE").count(), 4);

    let row = printed("schema ddl --model AppLabResult --placement row");
    assert!(row.contains("PRIMARY KEY (\"tenant_id\", \"id\", \"created_at\")"), "{row}");
    let schema = printed("schema ddl --model AppLabResult --placement schema --schema acme");
    assert!(schema.contains("CREATE TABLE IF NOT EXISTS \"acme\".\"app_lab_result\""), "{schema}");
    assert_eq!(printed("schema ddl --model AppStationSite").matches("CREATE TABLE").count(), 2, "its station first");
}

fn json(args: &str) -> Value {
    serde_json::from_str(&printed(args)).unwrap()
}

#[test]
fn the_terminusdb_schema_is_one_array_and_its_context_comes_first() {
    let ids = |schema: Value| -> Vec<String> {
        let documents = schema.as_array().unwrap();
        assert_eq!(documents[0]["@type"], "@context");
        documents[1..].iter().map(|document| document["@id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        ids(json("schema terminusdb")),
        ["AppCrmAccount", "AppCrmContact", "AppCrmOpportunity", "Industry", "OpportunityStage", "PostalAddress"]
    );
    // What a class refers to comes with it.
    assert_eq!(
        ids(json("schema terminusdb --model AppCrmContact")),
        ["AppCrmAccount", "AppCrmContact", "Industry", "PostalAddress"]
    );
    let schema = json("schema terminusdb --model AppCrmOpportunity");
    let class = schema.as_array().unwrap().iter().find(|class| class["@id"] == "AppCrmOpportunity").unwrap();
    assert_eq!(class["account"], "AppCrmAccount");
    assert_eq!(class["contacts"], serde_json::json!({"@type": "Set", "@class": "AppCrmContact"}));
    assert_eq!(class["amount"], "xsd:decimal");
}

#[test]
fn the_json_schema_is_one_document() {
    let one = json("schema json --model AppLabResult");
    assert_eq!((&one["title"], &one["properties"]["id"]["format"]), (&"AppLabResult".into(), &"uuid".into()));
    let all = json("schema json");
    let names = all["$defs"].as_object().unwrap();
    for name in ["lab.AppLabResult", "crm.AppCrmAccount", "water-quality.AppMeasurement", "PostalAddress"] {
        assert!(names.contains_key(name), "{name}: {:?}", names.keys().collect::<Vec<_>>());
    }
}

/// Everything that DDL makes, with the identity that PostgreSQL gave it.
async fn catalog(connection: &mut PgConnection) -> Vec<String> {
    const WHAT_THERE_IS: &str = "
        SELECT concat_ws(' ', 'table', c.oid, c.relkind, c.relname, c.reloptions::text, a.attname,
                         format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation,
                         pg_get_expr(c.relpartbound, c.oid))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'app\\_%'
        UNION ALL
        SELECT concat_ws(' ', 'constraint', oid, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text LIKE 'app\\_%'
        UNION ALL
        SELECT concat_ws(' ', 'index', indexrelid, pg_get_indexdef(indexrelid)) FROM pg_index
        WHERE indrelid::regclass::text LIKE 'app\\_%'
        UNION ALL
        SELECT concat_ws(' ', 'comment', objoid, objsubid, description) FROM pg_description
        WHERE objoid::regclass::text LIKE 'app\\_%'
        ORDER BY 1";
    sqlx::query_scalar(WHAT_THERE_IS).fetch_all(connection).await.unwrap()
}

#[tokio::test]
async fn init_db_makes_everything_once() {
    let server = own_server().await;
    let on_server = |args: &str| command(args).env("DATABASE_URL", server.admin_url()).output().unwrap();
    let text = |output: Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let first = text(on_server("init-db"));
    for part in ["MADE", "database   sqh_platform", "migration  platform/0001_catalog", "extension  pg_trgm"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert_eq!(text(on_server("init-db")), "everything is there, nothing was made\n");
    // The flag is stronger than the variable, and may stand before the command too.
    let args = format!("--json --url {} init-db", server.admin_url());
    let output = command(&args).env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing").output().unwrap();
    let again: Value = serde_json::from_str(&text(output)).unwrap();
    assert_eq!(again["made"], serde_json::json!([]));
}

#[tokio::test]
async fn servers_come_and_go_and_the_doctor_looks_at_them() {
    let (server, second) = (own_server().await, own_server().await);
    let on_server = |args: &str| command(args).env("DATABASE_URL", server.admin_url()).output().unwrap();
    let json = |args: &str, code: i32| -> Value {
        let output = on_server(&format!("{args} --json"));
        assert_eq!(output.status.code(), Some(code), "{args}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let told = |args: &str, code: i32| {
        let output = on_server(args);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{args}");
        String::from_utf8(output.stderr).unwrap()
    };
    // Before there is anything, it says what to do.
    let report = json("doctor", 1);
    assert_eq!(report["good"], false);
    assert!(report["findings"][0]["remedy"].as_str().unwrap().contains("sqh init-db"), "{report}");
    json("init-db", 0);
    let report = json("doctor", 0);
    assert_eq!(report["good"], true, "{report}");

    let added = json(&format!("server add east {}", second.admin_url()), 0);
    assert_eq!((&added["name"], &added["status"], &added["tenants"]), (&"east".into(), &"active".into(), &0.into()));
    let names = |servers: Value| -> Vec<String> {
        servers.as_array().unwrap().iter().map(|server| server["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json("server list", 0)), ["default", "east"]);
    assert_eq!(json("server drain east", 0)["status"], "draining");
    let table = String::from_utf8(on_server("server list").stdout).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("SERVER   STATUS    TENANTS"), "{table}");
    assert!(lines[2].starts_with("east     draining  0"), "{table}");
    assert_eq!(json("server drain east --undo", 0)["status"], "active");
    let table = String::from_utf8(on_server("doctor").stdout).unwrap();
    assert!(table.contains("good  roles") && table.contains("east"), "{table}");
    json("server remove east", 0);
    assert_eq!(names(json("server list", 0)), ["default"]);

    assert!(told("server remove east", 1).contains("no server \"east\""));
    assert!(told("server remove default", 1).contains("it stays"));
    let elsewhere = told(&format!("server add default {}", second.admin_url()), 2);
    assert!(elsewhere.contains("SQH_REPLICA_URLS") && elsewhere.contains("PlatformBuilder::replica"), "{elsewhere}");
    // What is no standby is told by the doctor, so that it is known to be there.
    let with_replica = |args: &str| {
        let replica = second.admin_url().replacen("postgres@", "postgres:hush@", 1);
        let places = command(args)
            .env("SQH_REPLICA_URLS", format!("{replica} {replica}"))
            .env("DATABASE_URL", server.admin_url())
            .output();
        serde_json::from_slice::<Value>(&places.unwrap().stdout).unwrap()
    };
    let listed = with_replica("server list --json");
    assert_eq!(listed[0]["replicas"].as_array().map(Vec::len), Some(2), "{listed}");
    assert!(!listed.to_string().contains("hush"), "{listed}");
    let report = with_replica("doctor --json").to_string();
    assert!(report.contains("takes writes of its own"), "{report}");
    for secret in ["server add west postgres://a:hush@b", "server add west postgres://a@b --password hush"] {
        let told = told(secret, 2);
        assert!(told.contains("env:NAME") && !told.contains("hush"), "{told}");
    }
}

#[test]
fn a_url_is_not_shown() {
    for (url, told) in
        [("postgres://app:hush@127.0.0.1:1/app", "does not answer"), ("app:hush@db", "is not of the form")]
    {
        let output = command("init-db").env("DATABASE_URL", url).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let shown = String::from_utf8(output.stderr).unwrap();
        assert!(shown.contains(told) && !shown.contains("hush"), "{shown}");
        let help = command("init-db --help").env("DATABASE_URL", url).output().unwrap();
        assert!(!String::from_utf8(help.stdout).unwrap().contains("hush"));
    }
}

#[tokio::test]
async fn the_ddl_can_be_applied_again_without_harm() {
    let server = sqh_dev_postgres::shared().await;
    let without_postgis = server.missing_extensions(&["postgis"]).await.unwrap();
    let mut models = vec!["AppWaterQualityStation", "AppParameter", "AppRegulatoryThreshold", "AppMeasurement"];
    models.extend(["AppTenantSampleAnnotation", "AppLabResult"]);
    let (scripts, tables) = if without_postgis.is_empty() {
        (vec![printed("schema ddl --partitions 2026-01..2026-07")], 8 + 2 * 7)
    } else {
        let one = |model: &&str| printed(&format!("schema ddl --partitions 2026-01..2026-07 --model {model}"));
        (models.iter().map(one).collect(), 6 + 2 * 7)
    };
    let database = server.test_database("ddl_twice").await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        for script in &scripts {
            connection.execute(sqlx::raw_sql(AssertSqlSafe(script.as_str()))).await.unwrap();
        }
        seen.push(catalog(&mut connection).await);
    }
    assert_eq!(seen[0], seen[1]);
    let made: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'app\\_%'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(made, tables);
    assert!(seen[0].iter().any(|line| line.contains("The agency's code")), "comments are there");
}

#[tokio::test]
async fn a_tenant_lives_on_the_command_line() {
    let server = own_server().await;
    let on_server = |args: &str| command(args).env("DATABASE_URL", server.admin_url()).output().unwrap();
    let json = |args: &str| -> Value {
        let output = on_server(&format!("--json tenant {args}"));
        assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let refused = |args: &str, part: &str| {
        let output = on_server(&format!("tenant {args}"));
        assert!(!output.status.success() && output.stdout.is_empty(), "{args}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(part), "{args}: {told}");
    };
    assert!(on_server("init-db").status.success());
    assert_eq!(json("create acme --placement row --key 42")["key"], "42");
    assert_eq!(json("create birch")["database"], "sqh_tenant_birch");
    refused("create Birch", "a slug begins with a letter");
    refused("create acme --placement schema", "its placement is `row`");
    refused("show nobody", "there is no tenant");

    assert_eq!(json("suspend birch")["status"], "suspended");
    assert_eq!(json("list --status suspended")[0]["slug"], "birch");
    assert_eq!(json("resume birch")["status"], "active");
    assert_eq!(json("list --by-server")[0]["tenants"], 2);
    assert!(json("size birch")["database_bytes"].as_u64().unwrap() > 0);

    refused("drop birch", "--confirm");
    refused("drop birch --confirm acme", "spell its slug out");
    refused("drop birch --confirm birch --grace 7w", "is no time");
    assert!(json("drop birch --confirm birch")["drop_after"].is_string());
    assert_eq!(json("drop --purge-due")["dropped"], serde_json::json!([]));
    json("drop birch --confirm birch --grace 0s");
    let purged = on_server("--json tenant drop --purge-due");
    assert_eq!(serde_json::from_slice::<Value>(&purged.stdout).unwrap()["dropped"], serde_json::json!(["birch"]));
    assert!(String::from_utf8(purged.stderr).unwrap().contains("`birch` is dropped for good"));
    refused("show birch", "there is no tenant");

    let shown = String::from_utf8(on_server("tenant list").stdout).unwrap();
    assert!(shown.contains("TENANT") && shown.contains("acme") && !shown.contains("birch"), "{shown}");
}

#[tokio::test]
async fn psql_opens_where_the_tenant_is() {
    let server = own_server().await;
    let on_server = |args: &[&str]| command("").args(args).env("DATABASE_URL", server.admin_url()).output().unwrap();
    assert!(on_server(&["init-db"]).status.success());
    assert!(on_server(&["tenant", "create", "acme", "--placement", "schema", "--key", "a\\b"]).status.success());
    let query =
        "SELECT concat_ws(' ', current_database(), current_schema(), current_user, current_setting('sqh.tenant'))";
    let output = on_server(&["tenant", "psql", "acme", "--", "-AtX", "-c", query]);
    let told = String::from_utf8_lossy(&output.stderr);
    if told.contains("psql cannot be started") {
        return;
    }
    assert!(output.status.success(), "{told}");
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(shown.trim(), "sqh_pooled_default sqh_tenant_acme sqh_app a\\b");
}

#[tokio::test]
async fn the_doctor_tells_who_may_do_what() {
    let server = own_server().await;
    let run = |args: &str| command(args).env("DATABASE_URL", server.admin_url()).output().unwrap();
    assert!(run("init-db").status.success());
    let output = run("doctor access --model AppLabResult");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("lab/AppLabResult\n") && text.contains("the permission `lab:read`"), "{text}");
    assert!(!text.contains("AppParameter") && text.contains("1 model has no rules of its own"), "{text}");
    let json: Value = serde_json::from_slice(&run("doctor access --user ann --json").stdout).unwrap();
    let models = json["models"].as_array().unwrap();
    let of = |name: &str| models.iter().find(|model| model["model"] == name).unwrap();
    assert_eq!(of("AppLabResult")["verbs"]["read"]["comes_to"], "no record");
    assert_eq!(of("AppParameter")["verbs"]["read"]["comes_to"], "every record", "it is shared");
    let unknown = run("doctor access --user ann --tenant nowhere");
    assert!(!unknown.status.success() && String::from_utf8(unknown.stderr).unwrap().contains("is no member"));
}

/// A server with what the example leaves there, or rather a little of it.
async fn measured() -> (sqh_dev_postgres::Server, sqh_runtime::Platform) {
    use sqh_examples::models::{AppLabResult, AppMeasurement, models};
    use sqh_runtime::prelude::*;
    let server = own_server().await;
    let platform =
        sqh_runtime::Platform::builder().models(models()).postgres(server.admin_url()).build().await.unwrap();
    platform.init().await.unwrap();
    let principal = Principal::system("a test of the command line");
    let shared = platform.shared(&principal).await.unwrap();
    let records = platform.records();
    let stations = sqh_examples::data::stations().unwrap().map(|station| station.map_err(Error::from));
    records.try_batch_create_count(&shared, stations).await.unwrap();
    let measurement = |i: u32| AppMeasurement {
        station_code: "USGS:01581752".to_owned(),
        parameter_code: if i.is_multiple_of(2) { "00010" } else { "00060" }.to_owned(),
        measured_at: format!("2016-{:02}-01T0{}:00:00Z", i / 4 + 1, i % 4).parse().unwrap(),
        value: f64::from(i) + 0.5,
        qualifiers: BTreeSet::from(["A".to_owned()]),
    };
    records.batch_create(&shared, (0..12).map(measurement).collect::<Vec<_>>()).await.unwrap();
    let fleet = platform.fleet(&principal).await.unwrap();
    platform.tenants().provision(&fleet, "chesapeake").await.unwrap();
    let cx = platform.tenant(&principal, "chesapeake").await.unwrap();
    for (test_type, value, unit) in [("pH", 7.5, None), ("pH", 6.5, None), ("nitrate", 4.2, Some("mg/L"))] {
        let (test_type, unit) = (test_type.to_owned(), unit.map(str::to_owned));
        let created_at = "2016-01-01T00:00:00Z".parse().unwrap();
        let result = AppLabResult { id: Uuid::new_v4(), test_type, value, unit, tags: BTreeSet::new(), created_at };
        records.create(&cx, result).await.unwrap();
    }
    (server, platform)
}

#[tokio::test]
async fn records_are_asked_for_on_the_command_line() {
    let (server, _platform) = measured().await;
    let query = |args: &[&str]| {
        let output = command("query").args(args).env("DATABASE_URL", server.admin_url()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let json = |args: &[&str]| -> Value { serde_json::from_str(&query(args)).unwrap() };
    const MEASUREMENTS: [&str; 4] = ["--group", "water-quality", "--model", "AppMeasurement"];

    let stations = ["list", "--group", "water-quality", "--model", "AppWaterQualityStation", "--limit", "5"];
    let shown = query(&[&stations[..], &["--filter", "name % \"plumtre run\""]].concat());
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("station_code   name"), "{shown}");
    assert!(lines[1].contains("PLUMTREE RUN NEAR BEL AIR, MD") && lines.len() <= 6, "{shown}");

    let search = ["search", "--group", "water-quality", "--model", "AppWaterQualityStation"];
    let search = |more: &[&'static str]| [&search[..], more].concat();
    let shown = query(&search(&["plumtree run", "--highlight", "--filter", "latitude > 39"]));
    let lines: Vec<&str> = shown.lines().collect();
    assert!(
        lines[0].trim_start().starts_with("rank") && lines[0].contains("station_code") && lines.len() == 2,
        "{shown}"
    );
    assert!(lines[1].contains("name: <b>PLUMTREE</b> <b>RUN</b> NEAR BEL AIR, MD"), "{shown}");
    assert_eq!(query(&search(&["plumtre rn"])), "no rows\n");
    let found = json(&search(&["plumtre rn", "--fuzzy", "--limit", "1", "--json"]));
    assert_eq!(found[0]["record"]["name"], "PLUMTREE RUN NEAR BEL AIR, MD", "{found}");
    let plan = query(&search(&["plumtree -run", "--explain"]));
    assert!(plan.contains("websearch_to_tsquery") || plan.contains("app_water_quality_station"), "{plan}");

    let months =
        ["--by", "parameter_code", "--by", "month:measured_at", "--metric", "n=count", "--metric", "mean=avg:value"];
    let order = ["--order", "parameter_code,-month"];
    let args = [&["aggregate"][..], &MEASUREMENTS[..], &months[..], &order[..]].concat();
    let rows = json(&[&args[..], &["--format", "json"]].concat());
    assert_eq!(rows.as_array().unwrap().len(), 6);
    let first = serde_json::json!({"parameter_code": "00010", "month": "2016-03-01T00:00:00Z", "n": 2, "mean": 9.5});
    assert_eq!(rows[0], first);
    assert_eq!(json(&[&args[..], &["--json"]].concat()), rows, "the flag of all commands does it too");
    let shown = query(&args);
    let expected = "parameter_code  month                 n  mean\n00010           2016-03-01T00:00:00Z  2   9.5\n";
    assert!(shown.starts_with(expected), "{shown}");
    // A code is a text, whatever it looks like; a group is asked of by name.
    let some = ["--filter", "parameter_code = 00060 and value > 3", "--having", "n >= 2 and mean < 7", "--limit", "1"];
    let rows = json(&[&args[..], &some[..], &["--json"]].concat());
    assert_eq!(rows[0]["mean"], 6.5, "{rows}");
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(query(&[&args[..], &["--filter", "value > 1000"]].concat()), "no rows\n");
    let plan = query(&[&args[..], &["--explain"]].concat());
    assert!(plan.contains("Aggregate") && plan.contains("app_measurement"), "{plan}");
    assert!(plan.contains("\nAppMeasurement: shared, every record, ") && !plan.contains("warning"), "{plan}");
    let unbounded = ["--filter", "parameter_code ~ \"^000[16]\"", "--explain"];
    let plan = query(&[&args[..], &unbounded[..]].concat());
    assert!(plan.ends_with("`AppMeasurement` is read: add a condition on `measured_at`\n"), "{plan}");
    let plan = json(&[&args[..], &unbounded[..], &["--json"]].concat());
    assert_eq!(
        (&plan["tables"][0]["model"], plan["warnings"].as_array().unwrap().len()),
        (&"AppMeasurement".into(), 1)
    );

    let sql = "SELECT {AppMeasurement.parameter_code} AS code, count(*) AS n, 'a {{b}}' AS b
               FROM {AppMeasurement} WHERE value > :least AND parameter_code IN (:codes) GROUP BY 1 ORDER BY 1";
    let params = ["--param", "least=3", "--param", "codes=[\"00010\", \"00060\"]"];
    let args = [&["sql", sql][..], &params[..]].concat();
    assert_eq!(query(&args), "code   n  b\n00010  4  a {b}\n00060  5  a {b}\n");
    let rows = json(&[&args[..], &["--format", "json"]].concat());
    assert_eq!(rows[0], serde_json::json!({"code": "00010", "n": 4, "b": "a {b}"}));
    let plan = query(&[&args[..], &["--explain"]].concat());
    assert!(plan.contains("Aggregate") && plan.contains("warning: every partition"), "{plan}");
    let results = ["sql", "SELECT count(*) AS n FROM AppLabResult", "--tenant", "chesapeake"];
    assert_eq!(query(&results), "n\n3\n");

    let names = ["--join", "{\"inner\": \"AppWaterQualityStation\", \"on\": {\"station_code\": \"station_code\"}}"];
    let select = ["--select", "value,AppWaterQualityStation.name", "--order", "-value", "--limit", "1"];
    let rows = json(&[&["join"][..], &MEASUREMENTS[..], &names[..], &select[..], &["--json"]].concat());
    let expected = serde_json::json!([{"value": 11.5, "AppWaterQualityStation.name": "PLUMTREE RUN NEAR BEL AIR, MD"}]);
    assert_eq!(rows, expected);
    let window = ["--select", "value", "--window", "running={\"sum\": \"value\", \"order\": [\"measured_at\"]}"];
    let rows = json(
        &[&["window"][..], &MEASUREMENTS[..], &window[..], &["--order", "value", "--limit", "3", "--json"]].concat(),
    );
    assert_eq!(rows[2]["running"], 4.5, "{rows}");

    // Of a tenant, as the system and as somebody who is no member.
    let tenant = ["--group", "lab", "--model", "AppLabResult", "--tenant", "chesapeake"];
    let types = ["--by", "test_type", "--metric", "n=count", "--metric", "unit=min:unit", "--order", "-n"];
    let shown = query(&[&["aggregate"][..], &tenant[..], &types[..]].concat());
    assert_eq!(shown, "test_type  n  unit\npH         2\nnitrate    1  mg/L\n");
    let stranger = [&["query", "list"][..], &tenant[..], &["--as", "ann", "--limit", "1"]].concat();
    let output = command("").args(stranger).env("DATABASE_URL", server.admin_url()).output().unwrap();
    assert!(!output.status.success() && String::from_utf8(output.stderr).unwrap().contains("no tenant"));
}

#[test]
fn what_is_wrong_with_a_query_is_pointed_at() {
    let list = "query list --group lab --model AppLabResult";
    let aggregate = "query aggregate --group lab --model AppLabResult --by test_type";
    let cases: &[(&str, &str, &[&str])] = &[
        (list, "valeu > 3", &["did you mean `value`?", "  --filter valeu > 3\n           ^^^^^\n"]),
        (list, "value > high", &["got a string", "                   ^^^^\n"]),
        (list, "value lke 3", &["there is no operator `lke`", "                 ^^^\n"]),
        (list, "value > 3 or unit = x", &["`and` between them", "^^\n"]),
        (list, "test_type ~ (pH", &["there is nothing more"]),
        (list, "test_type ~ \"(pH\"", &["no `)`", "                      ^^^^^\n"]),
        (list, "value ~ 7", &["is for text"]),
        (list, "test_type % pH and value > 3", &["`%`", "alone"]),
        (aggregate, "test_type % pH", &["`query list` only"]),
        (aggregate, "unti = null", &["did you mean `unit`?", "^^^^\n"]),
    ];
    for (args, filter, parts) in cases {
        let output = command(args).args(["--filter", filter]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(parts.iter().all(|part| told.contains(part)), "{args} {filter}: {told}");
    }
    let statements: &[(&str, &[&str])] = &[
        (
            "SELECT nam FROM AppLabResult",
            &["there is no column `nam`", "  SELECT nam FROM AppLabResult\n         ^^^\n"],
        ),
        ("SELECT {AppLabResult.valeu} FROM {AppLabResult}", &["did you mean `value`?", "                ^^^^^\n"]),
        ("SELECT id FROM {AppLabResul}", &["there is no model `AppLabResul`", "                  ^^^^^^^^^^^\n"]),
        (
            "SELECT id,\nFROM {AppLabResult} WHERE value > :least",
            &["found: FROM", "\n  FROM {AppLabResult} WHERE", "  ^^^^\n"],
        ),
        ("SELECT {AppLabResult.id} FROM AppLabResult WHERE value >", &["found: EOF"]),
        ("SELECT id FROM AppLabResult WHERE value > :least", &["`:least` is missing", "^^^^^^\n"]),
        ("SELECT pg_sleep(1) FROM AppLabResult", &["is refused", "       ^^^^^^^^\n"]),
        ("DELETE FROM AppLabResult", &["only SELECT"]),
        ("SELECT id FROM {AppLabResult", &["stands alone"]),
        ("SELECT id FROM AppLabResult", &["add `--tenant SLUG`"]),
    ];
    for (statement, parts) in statements {
        let output = command("query sql --url postgres://nobody@localhost:1/x").arg(statement).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(parts.iter().all(|part| told.contains(part)), "{statement}: {told}");
    }
    let wrong: &[(&str, &[&str])] = &[
        ("query list --group lbb --model AppLabResult", &["there is no group `lbb`", "did you mean `lab`?"]),
        ("query list --group lab --model AppLabResul", &["did you mean `AppLabResult`?"]),
        ("query list --group lab --model AppLabResult --order -valeu", &["did you mean `value`?"]),
        ("query list --group lab --model AppLabResult --format csv", &["invalid value 'csv'"]),
        ("query aggregate --group lab --model AppLabResult --metric x=agv:value", &["did you mean `avg`?"]),
        ("query aggregate --group lab --model AppLabResult --by month:value", &["`group_by.0.month`", "times"]),
        ("query aggregate --group lab --model AppLabResult --metric n=count --having n>x", &["got a string", "^"]),
        ("query window --group lab --model AppLabResult --window r=rank", &["--window 'r=rank'"]),
    ];
    for (args, parts) in wrong {
        let output = sqh(args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(parts.iter().all(|part| told.contains(part)), "{args}: {told}");
    }
}
