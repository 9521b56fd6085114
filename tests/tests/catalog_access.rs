//! Roles and members in the catalog.

use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::tenancy::Member;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::harness::{World, identity, principal, refused, unique_text};
use sqh_tests::models::{Book, Memo};

fn texts<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

async fn user(name: &str) -> Principal {
    principal(Identity { user_id: name.to_owned(), ..Identity::default() }).await
}

fn system() -> Principal {
    Principal::system("a test of the catalog")
}

#[tokio::test]
async fn what_roles_permit_holds_where_they_are_held() {
    let world = World::new(&Postgres::shared().await).await;
    let (platform, slug) = (&world.platform, world.cx.tenant());
    let (ann, role) = (unique_text(), unique_text());
    let access = platform.access();
    let principal = user(&ann).await;
    refused(platform.tenant(&principal, slug).await, ErrorKind::NotFound);

    access.define_role(&system(), &role, ["library:read"]).await.unwrap();
    let member = Member {
        user_id: ann.clone(),
        tenant: Some(slug.to_owned()),
        team_id: Some("east".to_owned()),
        roles: texts([&role]),
        attributes: [("region".to_owned(), serde_json::json!(["north", 1]))].into(),
    };
    access.add_member(&system(), member.clone()).await.unwrap();
    // What this process changes counts at once, also where it was asked before.
    let cx = platform.tenant(&principal, slug).await.unwrap();
    let context = cx.access().unwrap();
    assert_eq!((&context.roles, context.team_id.as_deref()), (&texts([&role]), Some("east")));
    assert_eq!(context.attribute_conditions, member.attributes);
    refused(world.records.get::<Book>(&cx, 1).await, ErrorKind::NotFound);
    refused(world.records.list(&cx, Book::select()).await, ErrorKind::Denied);

    access.grant(&system(), &role, "library:list").await.unwrap();
    let cx = platform.tenant(&principal, slug).await.unwrap();
    assert_eq!(world.records.list(&cx, Book::select()).await.unwrap(), []);
    assert!(access.revoke(&system(), &role, "library:list").await.unwrap());
    assert!(!access.revoke(&system(), &role, "library:list").await.unwrap());
    let cx = platform.tenant(&principal, slug).await.unwrap();
    refused(world.records.list(&cx, Book::select()).await, ErrorKind::Denied);
    assert_eq!(access.members(&system(), Some(slug)).await.unwrap(), [member]);

    let other = world.another_tenant().await;
    refused(platform.tenant(&principal, other.tenant()).await, ErrorKind::NotFound);
    assert!(!cx.shared().has_permission("library:read"));

    assert!(access.remove_role(&system(), &role).await.unwrap());
    let cx = platform.tenant(&principal, slug).await.unwrap();
    assert!(cx.access().unwrap().roles.is_empty(), "a member without a role is still one");
    assert!(access.remove_member(&system(), &ann, Some(slug)).await.unwrap());
    refused(platform.tenant(&principal, slug).await, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_member_of_the_platform_may_enter_no_tenant_by_that() {
    let world = World::new(&Postgres::shared().await).await;
    let (platform, slug) = (&world.platform, world.cx.tenant());
    let (ann, role) = (unique_text(), unique_text());
    let access = platform.access();
    access.define_role(&system(), &role, ["office:admin", "shared_reference:write"]).await.unwrap();
    let roles = texts([&role]);
    access.add_member(&system(), Member { user_id: ann.clone(), roles, ..Member::default() }).await.unwrap();
    refused(platform.tenant(&user(&ann).await, slug).await, ErrorKind::NotFound);
    assert!(platform.shared(&user(&ann).await).await.unwrap().has_permission("shared_reference:write"));
    // But where she may enter, it holds.
    let support = Identity { user_id: ann.clone(), tenants: Membership::Every, ..Identity::default() };
    let cx = platform.tenant(&principal(support).await, slug).await.unwrap();
    world.records.create(&cx, Memo::new(1, "a", "eve")).await.unwrap();
    assert!(access.remove_member(&system(), &ann, None).await.unwrap());
    assert!(access.remove_role(&system(), &role).await.unwrap());
}

#[tokio::test]
async fn only_some_may_say_who_holds_what() {
    let world = World::new(&Postgres::shared().await).await;
    let access = world.platform.access();
    let role = unique_text();
    let nobody = principal(identity(&["library:*"])).await;
    let manager = principal(identity(&["access:manage"])).await;
    let member = || Member { user_id: "x".to_owned(), tenant: Some(world.cx.tenant().to_owned()), ..Member::default() };
    let of_no_tenant = || Member { tenant: Some(unique_text()), ..member() };
    let of_no_role = || Member { roles: texts([&role]), ..member() };
    for outcome in [
        access.define_role(&nobody, &role, ["*"]).await,
        access.grant(&nobody, &role, "*").await,
        access.add_member(&nobody, member()).await,
        access.revoke(&nobody, &role, "*").await.map(drop),
        access.remove_role(&nobody, &role).await.map(drop),
        access.remove_member(&nobody, "x", None).await.map(drop),
        access.roles(&nobody).await.map(drop),
        access.members(&nobody, None).await.map(drop),
    ] {
        assert!(refused(outcome, ErrorKind::Denied).message().contains("`access:manage`"));
    }
    refused(access.grant(&manager, &role, "library:read").await, ErrorKind::NotFound);
    refused(access.add_member(&manager, of_no_tenant()).await, ErrorKind::NotFound);
    refused(access.add_member(&manager, of_no_role()).await, ErrorKind::NotFound);
    refused(access.define_role(&manager, "", ["a"]).await, ErrorKind::Invalid);
    refused(access.define_role(&manager, &role, [""]).await, ErrorKind::Invalid);
    access.define_role(&manager, &role, ["b", "a"]).await.unwrap();
    access.define_role(&manager, &role, ["c"]).await.unwrap();
    let roles = access.roles(&manager).await.unwrap();
    assert_eq!(roles.iter().find(|known| known.name == role).unwrap().permissions, texts(["c"]));
    assert!(access.remove_role(&manager, &role).await.unwrap());
}

#[tokio::test]
async fn without_a_catalog_there_is_nothing_to_manage() {
    let platform: Platform = World::new(&Memory).await.platform;
    refused(platform.access().roles(&system()).await, ErrorKind::Unsupported);
}
