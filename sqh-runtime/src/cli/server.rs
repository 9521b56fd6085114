//! `server`: the servers that tenants are placed on.

use serde_json::{Value as Json, json};

use super::args::{ServerAdd, ServerForm};
use super::connect::principal;
use super::output::{Answer, Failure};
use crate::Platform;
use crate::tenancy::{NewServer, ServerRecord};

pub(super) async fn run(platform: &Platform, form: ServerForm) -> Result<Answer, Failure> {
    let (servers, cx) = (platform.servers(), platform.fleet(&principal()).await?);
    match form {
        ServerForm::Add(args) => {
            let new = new_server(&args).map_err(Failure::Usage)?;
            Ok(one(&servers.add(&cx, &new).await?))
        }
        ServerForm::List => {
            let servers = servers.list(&cx).await?;
            Ok(table(&servers).or_json(servers.iter().map(as_json).collect()))
        }
        ServerForm::Drain { name, undo: false } => Ok(one(&servers.drain(&cx, &name).await?)),
        ServerForm::Drain { name, undo: true } => Ok(one(&servers.undrain(&cx, &name).await?)),
        ServerForm::Remove { name } => {
            servers.remove(&cx, &name).await?;
            Ok(Answer::text(format!("the server `{name}` is removed from the catalog\n"))
                .or_json(json!({ "removed": name })))
        }
    }
}

fn new_server(args: &ServerAdd) -> Result<NewServer, sqh_model::Error> {
    let mut server = NewServer::new(&args.name, &args.server_url)?;
    if let Some(reference) = &args.password {
        server = server.password(reference)?;
    }
    if let Some(direct_url) = &args.direct_url {
        server = server.pooled(direct_url)?;
    }
    args.replicas.iter().try_fold(server, |server, url| server.replica(url))
}

fn one(server: &ServerRecord) -> Answer {
    table(std::slice::from_ref(server)).or_json(as_json(server))
}

fn table(servers: &[ServerRecord]) -> Answer {
    let rows = servers.iter().map(|server| {
        [
            server.name.clone(),
            server.status.name().to_owned(),
            server.tenants.to_string(),
            server.replicas.len().to_string(),
            pooler(server).to_owned(),
            server.url.clone().unwrap_or_else(|| "(the platform's own)".to_owned()),
        ]
    });
    Answer::table(["SERVER", "STATUS", "TENANTS", "REPLICAS", "POOLER", "URL"], rows)
}

fn as_json(server: &ServerRecord) -> Json {
    json!({
        "name": server.name,
        "status": server.status.name(),
        "tenants": server.tenants,
        "url": server.url,
        "password": server.password.as_ref().map(ToString::to_string),
        "replicas": server.replicas,
        "pooler": pooler(server),
        "direct_url": server.direct_url,
    })
}

fn pooler(server: &ServerRecord) -> &'static str {
    if server.direct_url.is_some() { "transaction" } else { "none" }
}
