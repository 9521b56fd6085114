//! Row placement over tables that are there already: the tenant's column has another name and type.

use sqh_runtime::prelude::*;
use sqh_runtime::render::ddl::TenantColumn;
use sqh_runtime::schema::Placement;
use sqh_runtime::scope::Tenant;
use sqh_runtime::tenancy::TenantOptions;
use sqh_runtime::types::{TypeDef, scalar};
use sqh_runtime::{Platform, models};
use sqh_tests::harness::unique_text;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A page of a website.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "shop")]
#[storage(postgres)]
struct Page {
    /// The key.
    #[field(primary_key)]
    id: i64,
    /// What it is called, once on a website.
    #[field(unique)]
    title: String,
}

async fn tenant(platform: &Platform, key: &str) -> Cx<Tenant> {
    let principal = Principal::system("a test of tenant columns");
    let fleet = platform.fleet(&principal).await.unwrap();
    let slug = unique_text();
    let options = TenantOptions::default().placement(Placement::Row).key(key);
    platform.tenants().provision_with(&fleet, &slug, &options).await.unwrap();
    platform.tenant(&principal, &slug).await.unwrap()
}

async fn keeps_apart(column: TenantColumn, table: &str, keys: [&str; 2]) {
    let server = sqh_dev_postgres::Server::start_with(config()).await.unwrap();
    let builder = Platform::builder().models(models![Page]).postgres(server.admin_url());
    let platform = builder.tenant_column("shop", column).build().await.unwrap();
    platform.init().await.unwrap();
    let tenants = [tenant(&platform, keys[0]).await, tenant(&platform, keys[1]).await];
    let mut connection = PgConnection::connect(&server.url("sqh_pooled_default")).await.unwrap();
    // Whoever owns a table lets the migrator refer to it, and find the tenant's row.
    let table = format!("{table}; GRANT SELECT, REFERENCES ON ALL TABLES IN SCHEMA public TO sqh_migrator");
    sqlx::raw_sql(AssertSqlSafe(table)).execute(&mut connection).await.unwrap();
    let records = platform.records();
    let page = |id, title: &str| Page { id, title: title.to_owned() };
    for (cx, text) in tenants.iter().zip(["mine", "theirs"]) {
        // The same keys and titles for both: neither is in the other's way.
        assert_eq!(records.create(cx, page(1, "home")).await.unwrap(), page(1, "home"));
        assert_eq!(
            records.batch_create_count(cx, (2..5_000).map(move |id| page(id, &format!("p{id}")))).await.unwrap(),
            4_998
        );
        records.update::<Page>(cx, 2, Page::changes().set(Page::TITLE, text)).await.unwrap();
        records.upsert(cx, page(3, text.to_uppercase().as_str()), Conflict::key()).await.unwrap();
    }
    for (cx, text) in tenants.iter().zip(["mine", "theirs"]) {
        assert_eq!(records.get::<Page>(cx, 2).await.unwrap().title, text);
        assert_eq!(records.get::<Page>(cx, 3).await.unwrap().title, text.to_uppercase());
        assert_eq!(records.list(cx, Page::select()).await.unwrap().len(), 4_999);
    }
    assert_eq!(records.query(&tenants[0], Page::delete().all()).await.unwrap(), 4_999);
    assert_eq!(records.count(&tenants[1], Page::select()).await.unwrap(), 4_999);
    // Neither key nor values of another tenant are in what is said of a violation.
    let error = records.create(&tenants[1], page(1, "other")).await.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(!said.contains(keys[0]) && !said.contains("mine"), "{said}");
}

fn config() -> sqh_dev_postgres::Config {
    let config = sqh_dev_postgres::Config::new().search_path(std::env::var_os("PATH").unwrap_or_default());
    match std::env::var_os("SQH_PG_BIN").filter(|folder| !folder.is_empty()) {
        Some(folder) => config.bin_dir(folder),
        None => config,
    }
}

#[tokio::test]
async fn a_number_of_a_table_of_websites() {
    let column = TenantColumn {
        name: "website_id".into(),
        ty: TypeDef::scalar(&scalar::I64),
        table: "websites".into(),
        ..TenantColumn::default()
    };
    let table = "CREATE TABLE public.websites (id bigint PRIMARY KEY, host text NOT NULL);
        INSERT INTO public.websites VALUES (4242, 'a.example'), (4343, 'b.example')";
    keeps_apart(column, table, ["4242", "4343"]).await;
}

#[tokio::test]
async fn a_text_of_a_table_of_customers() {
    let column = TenantColumn {
        name: "customer_id".into(),
        sql_type: Some("varchar"),
        table: "customers".into(),
        ..TenantColumn::default()
    };
    let table = "CREATE TABLE public.customers (id varchar PRIMARY KEY, name text NOT NULL);
        INSERT INTO public.customers VALUES ('kc-first', 'A'), ('kc-second', 'B')";
    keeps_apart(column, table, ["kc-first", "kc-second"]).await;
}
