//! Roles and members in the catalog.

use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Fleet;
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

async fn fleet(platform: &Platform) -> Cx<Fleet> {
    platform.fleet(&system()).await.unwrap()
}

#[tokio::test]
async fn what_roles_permit_holds_where_they_are_held() {
    let world = World::new(&Postgres::shared().await).await;
    let (platform, slug) = (&world.platform, world.cx.tenant());
    let (ann, role) = (unique_text(), unique_text());
    let (access, fleet) = (platform.access(), fleet(platform).await);
    let principal = user(&ann).await;
    refused(platform.tenant(&principal, slug).await, ErrorKind::NotFound);

    access.define_role(&fleet, &role, ["library:read"]).await.unwrap();
    let member = Member {
        user_id: ann.clone(),
        tenant: Some(slug.to_owned()),
        team_id: Some("east".to_owned()),
        roles: texts([&role]),
        attributes: [("region".to_owned(), serde_json::json!(["north", 1]))].into(),
    };
    access.add_member(&fleet, member.clone()).await.unwrap();
    // What this process changes counts at once, also where it was asked before.
    let cx = platform.tenant(&principal, slug).await.unwrap();
    let context = cx.access().unwrap();
    assert_eq!((&context.roles, context.team_id.as_deref()), (&texts([&role]), Some("east")));
    assert_eq!(context.attribute_conditions, member.attributes);
    refused(world.records.get::<Book>(&cx, 1).await, ErrorKind::NotFound);
    refused(world.records.list(&cx, Book::select()).await, ErrorKind::Denied);

    access.grant(&fleet, &role, "library:list").await.unwrap();
    let cx = platform.tenant(&principal, slug).await.unwrap();
    assert_eq!(world.records.list(&cx, Book::select()).await.unwrap(), []);
    assert!(access.revoke(&fleet, &role, "library:list").await.unwrap());
    assert!(!access.revoke(&fleet, &role, "library:list").await.unwrap());
    let cx = platform.tenant(&principal, slug).await.unwrap();
    refused(world.records.list(&cx, Book::select()).await, ErrorKind::Denied);
    assert_eq!(access.members(&fleet, Some(slug)).await.unwrap(), [member]);

    let other = world.another_tenant().await;
    refused(platform.tenant(&principal, other.tenant()).await, ErrorKind::NotFound);
    assert!(!cx.shared().has_permission("library:read"));

    assert!(access.remove_role(&fleet, &role).await.unwrap());
    let cx = platform.tenant(&principal, slug).await.unwrap();
    assert!(cx.access().unwrap().roles.is_empty(), "a member without a role is still one");
    assert!(access.remove_member(&fleet, &ann, Some(slug)).await.unwrap());
    refused(platform.tenant(&principal, slug).await, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_member_of_the_platform_may_enter_no_tenant_by_that() {
    let world = World::new(&Postgres::shared().await).await;
    let (platform, slug) = (&world.platform, world.cx.tenant());
    let (ann, role) = (unique_text(), unique_text());
    let (access, fleet) = (platform.access(), fleet(platform).await);
    access.define_role(&fleet, &role, ["office:admin", "shared_reference:write"]).await.unwrap();
    let roles = texts([&role]);
    access.add_member(&fleet, Member { user_id: ann.clone(), roles, ..Member::default() }).await.unwrap();
    refused(platform.tenant(&user(&ann).await, slug).await, ErrorKind::NotFound);
    assert!(platform.shared(&user(&ann).await).await.unwrap().has_permission("shared_reference:write"));
    // But where she may enter, it holds.
    let support = Identity { user_id: ann.clone(), tenants: Membership::Every, ..Identity::default() };
    let cx = platform.tenant(&principal(support).await, slug).await.unwrap();
    world.records.create(&cx, Memo::new(1, "a", "eve")).await.unwrap();
    assert!(access.remove_member(&fleet, &ann, None).await.unwrap());
    assert!(access.remove_role(&fleet, &role).await.unwrap());
}

#[tokio::test]
async fn only_administrators_say_who_holds_what() {
    let world = World::new(&Postgres::shared().await).await;
    let access = world.platform.access();
    let role = unique_text();
    let nobody = principal(identity(&["library:*", "access:*"])).await;
    refused(world.platform.fleet(&nobody).await, ErrorKind::Denied);
    let fleet = world.platform.fleet(&principal(identity(&["platform:admin"])).await).await.unwrap();
    let member = || Member { user_id: "x".to_owned(), tenant: Some(world.cx.tenant().to_owned()), ..Member::default() };
    let of_no_tenant = || Member { tenant: Some(unique_text()), ..member() };
    let of_no_role = || Member { roles: texts([&role]), ..member() };
    refused(access.grant(&fleet, &role, "library:read").await, ErrorKind::NotFound);
    refused(access.add_member(&fleet, of_no_tenant()).await, ErrorKind::NotFound);
    refused(access.add_member(&fleet, of_no_role()).await, ErrorKind::NotFound);
    refused(access.define_role(&fleet, "", ["a"]).await, ErrorKind::Invalid);
    refused(access.define_role(&fleet, &role, [""]).await, ErrorKind::Invalid);
    access.define_role(&fleet, &role, ["b", "a"]).await.unwrap();
    access.define_role(&fleet, &role, ["c"]).await.unwrap();
    let roles = access.roles(&fleet).await.unwrap();
    assert_eq!(roles.iter().find(|known| known.name == role).unwrap().permissions, texts(["c"]));
    assert!(access.remove_role(&fleet, &role).await.unwrap());
}

#[tokio::test]
async fn without_a_catalog_there_is_nothing_to_manage() {
    let platform: Platform = World::new(&Memory).await.platform;
    refused(platform.access().roles(&fleet(&platform).await).await, ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_report_says_what_rules_come_to() {
    let world = World::new(&Memory).await;
    let access = world.platform.access();
    let ann = Identity { user_id: "ann".to_owned(), team_id: Some("east".to_owned()), ..identity(&["library:read"]) };
    let ann = world.somebody(ann).await;
    let report = access.report(ann.access()).unwrap();
    let of = |model: &str| report.iter().find(|entry| entry.model == model).unwrap();
    let comes_to =
        |model: &str| of(model).verbs.iter().map(|verb| verb.comes_to.as_deref().unwrap()).collect::<Vec<_>>();
    assert_eq!(
        comes_to("Memo"),
        [
            "writer == \"ann\" || desk == \"east\"",
            "(writer == \"ann\" || desk == \"east\") && writer == \"ann\"",
            "writer == \"ann\"",
            "writer == \"ann\" && status != \"locked\"",
            "writer == \"ann\" && status != \"locked\"",
        ]
    );
    assert_eq!(comes_to("Book"), ["every record", "no record", "no record", "no record", "no record"]);
    assert_eq!(comes_to("Notice")[..2], ["is_out == true", "is_out == true"]);
    assert!(of("Book").is_default() && of("Book").verbs[1].needs.contains("`library:list`"));
    assert_eq!(of("Memo").rules[0], "allow(read) if owner || team");
    let anybody = access.report(None).unwrap();
    assert!(anybody.iter().flat_map(|entry| &entry.verbs).all(|verb| verb.comes_to.is_none()));
}

#[tokio::test]
async fn what_is_kept_of_a_user_can_be_asked_for() {
    let world = World::new(&Postgres::shared().await).await;
    let (access, slug) = (world.platform.access(), world.cx.tenant());
    let fleet = fleet(&world.platform).await;
    let (ann, role) = (unique_text(), unique_text());
    access.define_role(&fleet, &role, ["library:read"]).await.unwrap();
    let (tenant, roles) = (Some(slug.to_owned()), texts([&role]));
    access.add_member(&fleet, Member { user_id: ann.clone(), tenant, roles, ..Member::default() }).await.unwrap();
    let outside = world.platform.shared(&system()).await.unwrap();
    let context = access.context_of(&outside, &ann, Some(slug)).await.unwrap();
    assert_eq!((context.roles, context.permissions), (texts([&role]), texts(["library:read"])));
    assert!(access.context_of(&outside, &ann, None).await.unwrap().permissions.is_empty());
    refused(access.context_of(&outside, &unique_text(), Some(slug)).await, ErrorKind::NotFound);
    let nobody = principal(identity(&["platform:admin"])).await;
    let nobody = world.platform.shared(&nobody).await.unwrap();
    refused(access.context_of(&nobody, &ann, Some(slug)).await, ErrorKind::Denied);
    assert!(access.remove_role(&fleet, &role).await.unwrap());
}
