//! Who may enter a tenant, and what they hold there.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::json;
use sqh_runtime::prelude::*;
use sqh_runtime::scope::{AccessProvider, Grants};

use crate::harness::{Harness, World, identity, principal, refused, unique_text};
use crate::models::{Book, Memo, Station};

pub async fn who_is_no_member_is_told_of_no_tenant(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let (slug, unknown) = (world.cx.tenant(), unique_text());
    let told = async |identity: Identity, slug: &str| {
        let error = refused(world.platform.tenant(&principal(identity).await, slug).await, ErrorKind::NotFound);
        format!("{error:?}").replace(slug, "…")
    };
    let all = || identity(&["*"]);
    let of_another = || Identity { tenants: Membership::of([unique_text()]), ..all() };
    let every = || Identity { tenants: Membership::Every, ..all() };
    let expected = told(every(), &unknown).await;
    for identity in [all(), of_another()] {
        assert_eq!(told(identity.clone(), slug).await, expected);
        assert_eq!(told(identity, &unknown).await, expected);
    }
    let mine = Identity { tenants: Membership::of([slug, &unknown]), ..all() };
    assert_eq!(told(mine.clone(), &unknown).await, expected);
    for identity in [mine, every()] {
        let cx = world.platform.tenant(&principal(identity).await, slug).await.unwrap();
        assert_eq!(world.records.count(&cx, Book::select()).await.unwrap(), 0);
    }
}

/// What one user holds in a tenant, and outside of tenants.
#[derive(Debug)]
struct Directory {
    user: &'static str,
    tenant: String,
    here: Arc<Grants>,
    everywhere: Arc<Grants>,
}

impl AccessProvider for Directory {
    fn grants<'a>(
        &'a self,
        user_id: &'a str,
        tenant: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<Arc<Grants>>>> {
        let grants = match tenant {
            _ if user_id != self.user => None,
            Some(tenant) => (tenant == self.tenant).then(|| Arc::clone(&self.here)),
            None => Some(Arc::clone(&self.everywhere)),
        };
        async { Ok(grants) }.boxed()
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// A world in whose first tenant Ann holds something, and something else everywhere.
async fn world_of_ann(harness: &dyn Harness) -> (World, Principal) {
    let slug = unique_text();
    let directory = Directory {
        user: "ann",
        tenant: slug.clone(),
        here: Arc::new(Grants {
            team_id: Some("east".to_owned()),
            roles: texts(["archivist"]),
            permissions: texts(["library:list", "shared_reference:write"]),
            attributes: BTreeMap::from([("region".to_owned(), json!("here"))]),
        }),
        everywhere: Arc::new(Grants {
            team_id: Some("platform".to_owned()),
            roles: texts(["auditor"]),
            permissions: texts(["library:read"]),
            attributes: BTreeMap::from([("region".to_owned(), json!("everywhere")), ("level".to_owned(), json!(1))]),
        }),
    };
    let world = World::with_first_tenant(harness, &slug, |builder| builder.access(directory)).await;
    let ann = Identity { user_id: "ann".to_owned(), permissions: texts(["hr:read"]), ..Identity::default() };
    (world, principal(ann).await)
}

pub async fn a_provider_lets_members_in(harness: &dyn Harness) {
    let (world, ann) = world_of_ann(harness).await;
    world.platform.tenant(&ann, world.cx.tenant()).await.unwrap();
    let other = world.another_tenant().await;
    refused(world.platform.tenant(&ann, other.tenant()).await, ErrorKind::NotFound);
    let bob = principal(Identity { user_id: "bob".to_owned(), ..Identity::default() }).await;
    refused(world.platform.tenant(&bob, world.cx.tenant()).await, ErrorKind::NotFound);
}

pub async fn what_is_granted_adds_to_what_is_brought_along(harness: &dyn Harness) {
    let (world, ann) = world_of_ann(harness).await;
    let World { records, cx, .. } = &world;
    let ann = world.platform.tenant(&ann, cx.tenant()).await.unwrap();
    for permission in ["library:list", "library:read", "hr:read", "shared_reference:write"] {
        assert!(ann.has_permission(permission), "{permission}");
    }
    assert!(!ann.has_permission("library:create"));
    let access = ann.access().unwrap();
    assert_eq!((access.user_id.as_deref(), access.team_id.as_deref()), (Some("ann"), Some("east")));
    assert_eq!(access.roles, texts(["archivist", "auditor"]));
    assert_eq!(access.attribute_conditions["region"], json!("here"));
    assert_eq!(access.attribute_conditions["level"], json!(1));
    assert!(!access.is_shared_reference);
    // Rules ask for what was granted: her desk's memos, in the list of an archivist.
    let memo = Memo { desk: Some("east".to_owned()), ..Memo::new(1, "a", "eve") };
    let memo = records.create(cx, memo).await.unwrap();
    assert_eq!(records.list(&ann, Memo::select()).await.unwrap(), [memo]);
}

pub async fn what_is_granted_in_a_tenant_ends_there(harness: &dyn Harness) {
    let (world, ann) = world_of_ann(harness).await;
    let in_tenant = world.platform.tenant(&ann, world.cx.tenant()).await.unwrap();
    for shared in [in_tenant.shared(), world.platform.shared(&ann).await.unwrap()] {
        let access = shared.access().unwrap();
        assert_eq!((access.team_id.as_deref(), &access.roles), (Some("platform"), &texts(["auditor"])));
        assert!(access.is_shared_reference);
        let station = Station { station_code: unique_text(), name: "x".to_owned(), latitude: 1.0 };
        refused(world.records.create(&shared, station).await, ErrorKind::Denied);
    }
}

pub async fn a_context_needs_its_permission(harness: &dyn Harness) {
    let (world, ann) = world_of_ann(harness).await;
    let (access, slug) = (world.platform.access(), world.cx.tenant());
    let context = access.build_access_context(&ann, Some(slug), "library:list").await.unwrap();
    assert_eq!(Some(&context), world.platform.tenant(&ann, slug).await.unwrap().access());
    let error = refused(access.build_access_context(&ann, Some(slug), "library:create").await, ErrorKind::Denied);
    assert!(error.message().contains("`library:create`"), "{error}");
    refused(access.build_access_context(&ann, None, "library:list").await, ErrorKind::Denied);
    assert!(access.build_access_context(&ann, None, "library:read").await.unwrap().is_shared_reference);
    let other = world.another_tenant().await;
    refused(access.build_access_context(&ann, Some(other.tenant()), "library:read").await, ErrorKind::NotFound);
    let system = Principal::system("a test");
    refused(access.build_access_context(&system, Some(slug), "library:read").await, ErrorKind::Invalid);
}

/// Believes whoever it is.
struct Anybody;

impl Authenticator for Anybody {
    type Credentials = Identity;

    async fn authenticate(&self, credentials: Identity) -> Result<Identity> {
        Ok(credentials)
    }
}

pub async fn a_user_has_a_name(_: &dyn Harness) {
    refused(Principal::authenticate(&Anybody, Identity::default()).await, ErrorKind::Denied);
}
