//! Rules of models on every path: what may be touched, and what may be written.

use std::fmt::Debug;
use std::sync::Arc;

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_runtime::policy::{AccessContext, Verb};
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Tenant;
use sqh_runtime::service::DynamicQuery;

use crate::harness::recorder::Log;
use crate::harness::{Harness, World, identity, refused, unique_text};
use crate::models::{Entry, Memo, Notice};

/// A user of a desk, with roles.
async fn at(world: &World, user: &str, desk: &str, roles: &[&str]) -> Cx<Tenant> {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    let (user_id, team_id) = (user.to_owned(), Some(desk.to_owned()));
    world.somebody(Identity { user_id, team_id, roles, ..Identity::default() }).await
}

fn memo(id: i64, writer: &str) -> Memo {
    Memo::new(id, &format!("memo {id}"), writer)
}

/// Ann has 1 and 2, of which the second is locked; Eve has 3, at Ann's desk, and 4.
async fn memos(world: &World) -> Vec<Memo> {
    let locked = |status: &str| Some(status.to_owned());
    let memos = vec![
        memo(1, "ann"),
        Memo { status: locked("locked"), ..memo(2, "ann") },
        Memo { desk: Some("east".to_owned()), ..memo(3, "eve") },
        memo(4, "eve"),
    ];
    world.records.batch_create(&world.cx, memos).await.unwrap()
}

/// What came of it, as a caller sees it.
fn told<T: Debug>(outcome: Result<T>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?} {error} {:?} {:?}", error.kind(), error.model(), error.field()),
    }
}

/// What each path by key tells of a key.
async fn by_key(world: &World, cx: &Cx<Tenant>, id: i64) -> Vec<String> {
    let records = &world.records;
    let changes = || Memo::changes().set(Memo::PAGES, 2);
    let key = json!(id);
    let body = json!({"pages": 2});
    let stale = json!({"pages": 2, "version": 77});
    vec![
        told(records.get::<Memo>(cx, id).await),
        told(records.find::<Memo>(cx, id).await),
        told(records.update::<Memo>(cx, id, changes()).await),
        told(records.update::<Memo>(cx, id, changes().expect_version(77)).await),
        told(records.update::<Memo>(cx, id, changes().set(Memo::STATUS, Some("open".to_owned()))).await),
        told(records.replace(cx, Memo { title: "new".to_owned(), version: 77, ..memo(id, "ann") }).await),
        told(records.delete::<Memo>(cx, id).await),
        told(records.get_dyn(cx, "office", "Memo", &key).await),
        told(records.update_dyn(cx, "office", "Memo", &key, &body).await),
        told(records.update_dyn(cx, "office", "Memo", &key, &stale).await),
        told(records.delete_dyn(cx, "office", "Memo", &key).await),
    ]
}

pub async fn what_may_not_be_read_is_as_if_it_were_not_there(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let before = memos(&world).await;
    let ann = at(&world, "ann", "east", &[]).await;
    assert_eq!(by_key(&world, &ann, 4).await, by_key(&world, &ann, 999).await);
    let update = told(world.records.update::<Memo>(&ann, 4, Memo::changes().set(Memo::PAGES, 2)).await);
    assert!(update.starts_with("NotFound"), "{update}");
    // Read by her desk, and changed by its writer only.
    assert_eq!(world.records.get::<Memo>(&ann, 3).await.unwrap(), before[2]);
    let changes = Memo::changes().set(Memo::PAGES, 2);
    refused(world.records.update::<Memo>(&ann, 3, changes).await, ErrorKind::NotFound);
    assert!(!world.records.delete::<Memo>(&ann, 3).await.unwrap());
    assert_eq!(world.records.list(&world.cx, Memo::select()).await.unwrap(), before);
}

pub async fn lists_of_every_kind_give_what_may_be_listed(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    memos(&world).await;
    for (user, desk, roles, expected) in [
        ("ann", "east", &[][..], &[1, 2][..]),
        ("ann", "east", &["archivist"][..], &[1, 2, 3][..]),
        ("eve", "west", &[][..], &[3, 4][..]),
        ("bob", "east", &[][..], &[][..]),
        ("bob", "east", &["archivist"][..], &[3][..]),
    ] {
        let cx = &at(&world, user, desk, roles).await;
        let ids = |memos: Vec<Memo>| memos.into_iter().map(|memo| memo.id).collect::<Vec<_>>();
        let count = expected.len() as u64;
        let named = |list: Vec<serde_json::Value>| list.iter().map(|memo| memo["id"].as_i64().unwrap()).collect();
        let all = DynamicQuery::default();
        let stream: Vec<Memo> = records.stream(cx, Memo::select()).await.unwrap().try_collect().await.unwrap();
        let columns = records.query(cx, Memo::select().columns((Memo::ID,))).await.unwrap();
        let lists: Vec<Vec<i64>> = vec![
            ids(records.list(cx, Memo::select()).await.unwrap()),
            ids(records.page(cx, Memo::select(), 10, None).await.unwrap().records),
            ids(records.search(cx, "MEMO", Memo::select()).await.unwrap()),
            ids(records.query(cx, Memo::select()).await.unwrap()),
            ids(stream),
            columns.into_iter().map(|(id,)| id).collect(),
            named(records.list_dyn(cx, "office", "Memo", &all).await.unwrap()),
            named(records.page_dyn(cx, "office", "Memo", &all, 10, None).await.unwrap().records),
            named(records.search_dyn(cx, "office", "Memo", "memo", &all).await.unwrap()),
        ];
        for list in lists {
            assert_eq!(list, expected, "{user} {roles:?}");
        }
        assert_eq!(records.count(cx, Memo::select()).await.unwrap(), count);
        assert_eq!(records.count_estimate(cx, Memo::select()).await.unwrap(), count);
        assert_eq!(records.count_dyn(cx, "office", "Memo", &json!({})).await.unwrap(), count);
        // What one asks for cannot widen it.
        let either = Memo::ID.gt(0).or(Memo::WRITER.ne("nobody"));
        assert_eq!(ids(records.list(cx, Memo::select().filter(either)).await.unwrap()), expected);
    }
}

pub async fn nothing_is_written_for_another(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let ann = &at(&world, "ann", "east", &[]).await;
    let json = json!({"id": 9, "title": "x", "writer": "eve"});
    let many = || (1..=6000).map(|id| memo(id, if id == 5999 { "eve" } else { "ann" })).collect::<Vec<_>>();
    let insert = Memo::insert().set(Memo::ID, 9).set(Memo::TITLE, "x").set(Memo::WRITER, "eve");
    for outcome in [
        records.create(ann, memo(9, "eve")).await.map(drop),
        records.query(ann, insert).await.map(drop),
        records.upsert(ann, memo(9, "eve"), Conflict::key()).await.map(drop),
        records.batch_create(ann, vec![memo(8, "ann"), memo(9, "eve")]).await.map(drop),
        records.batch_create_count(ann, vec![memo(8, "ann"), memo(9, "eve")]).await.map(drop),
        records.batch_create(ann, many()).await.map(drop),
        records.batch_create_count(ann, many()).await.map(drop),
        records.try_batch_create_count(ann, many().into_iter().map(Ok)).await.map(drop),
        records.create_dyn(ann, "office", "Memo", &json).await.map(drop),
        records.batch_create_dyn(ann, "office", "Memo", std::slice::from_ref(&json)).await.map(drop),
    ] {
        let error = refused(outcome, ErrorKind::Denied);
        assert_eq!(error.model(), Some("Memo"), "{error}");
    }
    assert_eq!(records.count(cx, Memo::select()).await.unwrap(), 0);
    let own = (1..=6000).map(|id| memo(id, "ann"));
    assert_eq!(records.batch_create_count(ann, own).await.unwrap(), 6000);
}

pub async fn nothing_is_given_away(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let before = memos(&world).await;
    let ann = &at(&world, "ann", "east", &[]).await;
    let away = || Memo::changes().set(Memo::WRITER, "eve");
    for outcome in [
        records.update::<Memo>(ann, 1, away()).await.map(drop),
        records.update::<Memo>(ann, 1, away().expect_version(1)).await.map(drop),
        records.replace(ann, Memo { version: 1, ..memo(1, "eve") }).await.map(drop),
        records.upsert(ann, memo(1, "eve"), Conflict::key()).await.map(drop),
        records.upsert(ann, Memo { id: 50, ..memo(1, "eve") }, Conflict::on((Memo::TITLE,))).await.map(drop),
        records.query(ann, Memo::update().set(Memo::WRITER, "eve").filter(Memo::ID.eq(1))).await.map(drop),
        records.update_dyn(ann, "office", "Memo", &json!(1), &json!({"writer": "eve"})).await.map(drop),
        // Locked: it could not be changed back.
        records.update::<Memo>(ann, 1, Memo::changes().set(Memo::STATUS, Some("locked".to_owned()))).await.map(drop),
    ] {
        refused(outcome, ErrorKind::Denied);
    }
    assert_eq!(records.list(cx, Memo::select()).await.unwrap(), before);
    // Her desk's editor may change what she may read, and not who wrote it to where she may not.
    let editor = &at(&world, "bob", "east", &["editor"]).await;
    let moved = Memo::changes().set(Memo::DESK, Some("west".to_owned()));
    refused(records.update::<Memo>(editor, 3, moved).await, ErrorKind::Denied);
    let renamed = records.update::<Memo>(editor, 3, Memo::changes().set(Memo::WRITER, "joe")).await.unwrap();
    assert_eq!((renamed.writer.as_str(), renamed.version), ("joe", 2));
}

pub async fn what_is_forbidden_stays(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    let before = memos(&world).await;
    let ann = &at(&world, "ann", "east", &[]).await;
    let admin = &world.user(&["office:admin"]).await;
    for cx in [ann, admin] {
        assert_eq!(records.get::<Memo>(cx, 2).await.unwrap(), before[1]);
        let changes = Memo::changes().set(Memo::STATUS, Some("open".to_owned()));
        refused(records.update::<Memo>(cx, 2, changes).await, ErrorKind::NotFound);
        assert!(!records.delete::<Memo>(cx, 2).await.unwrap());
        let upsert = records.upsert(cx, memo(2, "ann"), Conflict::key()).await;
        assert_eq!(refused(upsert, ErrorKind::Conflict).field(), Some("id"));
    }
}

pub async fn a_null_forbids(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, Memo { status: None, ..memo(1, "ann") }).await.unwrap();
    records.create(cx, memo(2, "ann")).await.unwrap();
    let ann = &at(&world, "ann", "east", &[]).await;
    let changes = || Memo::changes().set(Memo::PAGES, 2);
    refused(records.update::<Memo>(ann, 1, changes()).await, ErrorKind::NotFound);
    assert!(!records.delete::<Memo>(ann, 1).await.unwrap());
    refused(records.update::<Memo>(ann, 2, changes().set(Memo::STATUS, None)).await, ErrorKind::Denied);
    records.update::<Memo>(ann, 2, changes()).await.unwrap();
}

pub async fn changes_by_filter_touch_what_may_be_changed(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    memos(&world).await;
    let ann = &at(&world, "ann", "east", &[]).await;
    assert_eq!(records.query(ann, Memo::update().set(Memo::PAGES, 7).all()).await.unwrap(), 1);
    let pages = |memos: Vec<Memo>| memos.into_iter().map(|memo| memo.pages).collect::<Vec<_>>();
    assert_eq!(pages(records.list(cx, Memo::select()).await.unwrap()), [7, 1, 1, 1]);
    assert_eq!(records.query(ann, Memo::delete().all()).await.unwrap(), 1);
    let eve = &at(&world, "eve", "west", &[]).await;
    assert_eq!(records.query(eve, Memo::delete().filter(Memo::ID.lt(4))).await.unwrap(), 1);
    let left: Vec<i64> = records.list(cx, Memo::select()).await.unwrap().into_iter().map(|memo| memo.id).collect();
    assert_eq!(left, [2, 4]);
}

pub async fn a_conflict_with_a_hidden_record_is_like_any_other(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let before = memos(&world).await;
    let ann = &at(&world, "ann", "east", &[]).await;
    let same_key = Memo { title: "new".to_owned(), ..memo(4, "ann") };
    let same_title = Memo { id: 50, ..memo(4, "ann") };
    // A taken key is told wherever keys are: of the hidden one, of her own, by create and by upsert alike.
    let own = Memo { title: "new".to_owned(), ..memo(1, "ann") };
    let by_key = told(records.create(ann, own).await);
    assert_eq!(told(records.create(ann, same_key.clone()).await), by_key);
    let said = told(records.upsert(ann, same_key, Conflict::key()).await);
    assert_eq!(said.replace("upsert", "create"), by_key);
    let by_title = told(records.create(ann, Memo { id: 50, ..memo(1, "ann") }).await);
    assert_eq!(told(records.create(ann, same_title.clone()).await), by_title);
    let said = told(records.upsert(ann, same_title.clone(), Conflict::on((Memo::TITLE,))).await);
    assert_eq!(said.replace("upsert", "create"), by_title);
    assert_eq!(told(records.upsert(ann, same_title, Conflict::key()).await).replace("upsert", "create"), by_title);
    assert_eq!(records.list(cx, Memo::select()).await.unwrap(), before);
}

/// Notes what it sees.
struct Witness(Log);

impl Hooks<Memo> for Witness {
    async fn before_update(&self, _: &HookContext, old: &Memo, _: &mut Memo) -> Result<()> {
        self.0.add(format!("update {}", old.id));
        Ok(())
    }

    async fn before_create(&self, _: &HookContext, memo: &mut Memo) -> Result<()> {
        if memo.title == "mine" {
            memo.writer = "eve".to_owned();
        }
        Ok(())
    }

    async fn before_delete(&self, _: &HookContext, old: &Memo) -> Result<()> {
        self.0.add(format!("delete {}", old.id));
        Ok(())
    }

    async fn after_create(&self, _: &HookContext, memo: &Memo) -> Result<()> {
        self.0.add(format!("created {}", memo.id));
        Ok(())
    }
}

pub async fn hooks_see_no_hidden_record(harness: &dyn Harness) {
    let log = Log::default();
    let world = World::with(harness, |builder| builder.hooks(Witness(log.clone()))).await;
    let World { records, cx, .. } = &world;
    let before = memos(&world).await;
    log.take();
    let ann = &at(&world, "ann", "east", &[]).await;
    let changes = || Memo::changes().set(Memo::PAGES, 2);
    refused(records.update::<Memo>(ann, 4, changes()).await, ErrorKind::NotFound);
    assert!(!records.delete::<Memo>(ann, 4).await.unwrap());
    let upsert = Memo { title: "new".to_owned(), ..memo(4, "ann") };
    refused(records.upsert(ann, upsert, Conflict::key()).await, ErrorKind::Conflict);
    // What a hook makes of a record must be what may be written, too.
    let hooked = Memo { title: "mine".to_owned(), ..memo(9, "ann") };
    refused(records.create(ann, hooked.clone()).await, ErrorKind::Denied);
    refused(records.batch_create(ann, vec![hooked]).await, ErrorKind::Denied);
    refused(records.update::<Memo>(ann, 1, Memo::changes().set(Memo::WRITER, "eve")).await, ErrorKind::Denied);
    assert_eq!(log.take(), ["update 1"]);
    assert_eq!(records.list(cx, Memo::select()).await.unwrap(), before);
}

pub async fn a_hidden_record_makes_no_key_ambiguous(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let at_day = |day: i64| DateTime::from_timestamp(day * 86_400, 0).unwrap();
    let entry = |day, writer: &str| Entry { id: 1, written_at: at_day(day), writer: writer.to_owned(), text: "x".into() };
    records.batch_create(cx, vec![entry(1, "ann"), entry(400, "eve")]).await.unwrap();
    refused(records.get::<Entry>(cx, 1).await, ErrorKind::Conflict);
    let ann = &at(&world, "ann", "east", &[]).await;
    assert_eq!(records.get::<Entry>(ann, 1).await.unwrap(), entry(1, "ann"));
    let changed = records.update::<Entry>(ann, 1, Entry::changes().set(Entry::TEXT, "y")).await.unwrap();
    assert_eq!(changed, Entry { text: "y".to_owned(), ..entry(1, "ann") });
    refused(records.get::<Entry>(ann, (1, at_day(400))).await, ErrorKind::NotFound);
    assert!(records.delete::<Entry>(ann, 1).await.unwrap());
    assert_eq!(records.list(cx, Entry::select()).await.unwrap(), [entry(400, "eve")]);
}

pub async fn hold_inside_transactions(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    memos(&world).await;
    let ann = &at(&world, "ann", "east", &[]).await;
    let tx = records.begin(ann).await.unwrap();
    refused(tx.get::<Memo>(ann, 4).await, ErrorKind::NotFound);
    assert_eq!(tx.count(ann, Memo::select()).await.unwrap(), 2);
    refused(tx.update::<Memo>(ann, 1, Memo::changes().set(Memo::WRITER, "eve")).await, ErrorKind::Denied);
    refused(tx.create(ann, memo(9, "eve")).await, ErrorKind::Denied);
    let away = tx.query(ann, Memo::update().set(Memo::DESK, Some("west".to_owned())).all()).await.unwrap();
    assert_eq!(away, 1);
    assert_eq!(tx.query(ann, Memo::delete().all()).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(records.count(cx, Memo::select()).await.unwrap(), 3);
}

pub async fn of_shared_models_need_the_permission_to_write_too(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    let notice = |is_out| Notice { slug: unique_text(), is_out };
    let press = |permissions: &[&str]| {
        let roles = ["press".to_owned()].into();
        let identity = Identity { roles, ..identity(permissions) };
        async { world.platform.shared(&crate::harness::principal(identity).await).await.unwrap() }
    };
    let writer = press(&["shared_reference:write"]).await;
    let out = records.create(&writer, notice(true)).await.unwrap();
    let hidden = records.create(&writer, notice(false)).await.unwrap();
    let error = refused(records.create(&press(&[]).await, notice(true)).await, ErrorKind::Denied);
    assert!(error.message().contains("shared_reference:write"), "{error}");
    let almost = world.shared_user(&["shared_reference:write"]).await;
    let error = refused(records.create(&almost, notice(true)).await, ErrorKind::Denied);
    assert!(error.message().contains("role(\"press\")"), "{error}");
    let reader = world.shared_user(&[]).await;
    assert_eq!(records.get::<Notice>(&reader, out.slug.clone()).await.unwrap(), out);
    refused(records.get::<Notice>(&reader, hidden.slug.clone()).await, ErrorKind::NotFound);
    assert_eq!(records.get::<Notice>(&press(&[]).await, hidden.slug.clone()).await.unwrap(), hidden);
    for slug in [out.slug, hidden.slug] {
        assert!(records.delete::<Notice>(&writer, slug).await.unwrap());
    }
}

pub async fn what_no_record_allows_is_denied_with_the_rules(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    let reader = world.shared_user(&["shared_reference:write"]).await;
    for outcome in [
        records.delete::<Notice>(&reader, "x".to_owned()).await.map(drop),
        records.upsert(&reader, Notice { slug: "x".to_owned(), is_out: true }, Conflict::key()).await.map(drop),
        records.query(&reader, Notice::update().set(Notice::IS_OUT, true).all()).await.map(drop),
    ] {
        let error = refused(outcome, ErrorKind::Denied);
        assert!(error.message().contains("`allow(all) if role(\"press\")`"), "{error}");
    }
}

pub async fn an_explanation_names_the_rule(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    memos(&world).await;
    let ann = at(&world, "ann", "east", &[]).await;
    let who = Arc::new(ann.access().unwrap().clone());
    refused(records.explain_access::<Memo>(&ann, &who, Verb::Read, 1).await, ErrorKind::Denied);
    refused(records.explain_access_to(&ann, &who, Verb::Read, memo(1, "ann")).await, ErrorKind::Denied);
    let auditor = &world.user(&["access:explain"]).await;
    refused(records.get::<Memo>(auditor, 1).await, ErrorKind::NotFound);
    for asker in [auditor, cx] {
        for (verb, id, allowed, rule) in [
            (Verb::Read, 1, true, "allow(read) if owner || team"),
            (Verb::Update, 2, false, "forbid(update, delete) if status == \"locked\""),
            (Verb::Read, 3, true, "allow(read) if owner || team"),
            (Verb::Update, 3, false, "no rule allows `update`"),
            (Verb::Read, 4, false, "no rule allows `read`"),
        ] {
            let decision = records.explain_access::<Memo>(asker, &who, verb, id).await.unwrap();
            assert!(decision.to_string().contains(rule), "{verb} {id}: {decision}");
            assert_eq!(decision.allowed, allowed, "{verb} {id}");
            let model = ("office", "Memo");
            let by_name = records.explain_access_dyn(asker, &who, verb, model, &json!(id)).await.unwrap();
            assert_eq!(by_name.to_string(), decision.to_string());
        }
        refused(records.explain_access::<Memo>(asker, &who, Verb::Read, 99).await, ErrorKind::NotFound);
        let decision = records.explain_access_to(asker, &who, Verb::Create, memo(99, "eve")).await.unwrap();
        assert!(!decision.allowed);
    }
    let nobody = AccessContext::default();
    assert!(!records.explain_access::<Memo>(cx, &nobody, Verb::Read, 1).await.unwrap().allowed);
}
