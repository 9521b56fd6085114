//! Records of a tenant's own, and another tenant who cannot see them.

use sqh_examples::data::PLUMTREE_RUN;
use sqh_examples::models::{AppLabResult, AppTenantSampleAnnotation};
use sqh_runtime::prelude::*;

use crate::Outcome;
use crate::screen::Screen;
use crate::setup::Example;

/// The same in each run, so that a run finds what an earlier one has left.
const NOTE: Uuid = Uuid::from_u128(0x0192_5d1c_7a10_7000_8000_5171_0000_0001);

/// Create, update, and an update by somebody who has not seen it.
pub(crate) async fn one_tenant(screen: &Screen, example: &Example) -> Outcome {
    screen.section("A tenant's own records: chesapeake")?;
    let records = example.platform.records();
    let cx = &example.chesapeake;
    if records.delete::<AppTenantSampleAnnotation>(cx, NOTE).await? {
        screen.fact("delete", "the note of an earlier run")?;
    }
    let note = AppTenantSampleAnnotation {
        id: NOTE,
        station_code: PLUMTREE_RUN.to_owned(),
        tenant_notes: "sensor cleaned".to_owned(),
        // The engine counts versions and stamps times.
        version: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    };
    let note = records.create(cx, note).await?;
    screen.fact("create", format_args!("version {}: {}", note.version, note.tenant_notes))?;

    let changes = || AppTenantSampleAnnotation::changes().expect_version(1);
    let cleaned = changes().set(AppTenantSampleAnnotation::TENANT_NOTES, "sensor cleaned and calibrated");
    let note = records.update(cx, note.id, cleaned).await?;
    screen.fact("update of version 1", format_args!("version {}: {}", note.version, note.tenant_notes))?;

    let stale = changes().set(AppTenantSampleAnnotation::TENANT_NOTES, "sensor replaced");
    match records.update(cx, note.id, stale).await {
        Err(error) if error.kind() == ErrorKind::Conflict => {
            screen.fact("update of version 1", format_args!("refused: {error}"))?
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("an update of a stale version was not refused".into()),
    }
    lab_results(screen, example).await
}

async fn lab_results(screen: &Screen, example: &Example) -> Outcome {
    let records = example.platform.records();
    let cx = &example.chesapeake;
    if records.count(cx, AppLabResult::select()).await? == 0 {
        let found =
            [("pH", 7.4, None, "field"), ("nitrate", 1.9, Some("mg/L"), "lab"), ("nitrate", 4.2, Some("mg/L"), "lab")];
        let results = found.map(|(test_type, value, unit, tag)| AppLabResult {
            id: Uuid::new_v4(),
            test_type: test_type.to_owned(),
            value,
            unit: unit.map(str::to_owned),
            tags: BTreeSet::from([tag.to_owned()]),
            created_at: Utc::now(),
        });
        records.batch_create(cx, results).await?;
    }
    let high = AppLabResult::select()
        .filter(AppLabResult::TEST_TYPE.eq("nitrate").and(AppLabResult::VALUE.gt(3.5)))
        .filter(AppLabResult::TAGS.contains("lab"))
        .limit(10);
    for result in records.list(cx, high).await? {
        let unit = result.unit.unwrap_or_default();
        screen.fact("list, above 3.5", format_args!("{} {} {unit}", result.test_type, result.value))?;
    }
    Ok(())
}

/// The same questions, asked by another tenant.
pub(crate) async fn other_tenant(screen: &Screen, example: &Example) -> Outcome {
    screen.section("The other tenant: shenandoah")?;
    let records = example.platform.records();
    let (ours, cx) = (&example.chesapeake, &example.shenandoah);
    let results: Vec<Uuid> =
        records.list(ours, AppLabResult::select().limit(100)).await?.into_iter().map(|result| result.id).collect();
    let note = records.find::<AppTenantSampleAnnotation>(cx, NOTE).await?;
    let seen = records.count(cx, AppLabResult::select().filter(AppLabResult::ID.is_in(results.clone()))).await?;
    if note.is_some() || seen > 0 {
        return Err("a tenant sees another's records".into());
    }
    screen.fact("get of that note", "not found")?;
    screen.fact("list of those results", format_args!("{seen} of chesapeake's {}", results.len()))?;
    let notes = records.count(cx, AppTenantSampleAnnotation::select()).await?;
    screen.fact("count", format_args!("{notes} notes of its own"))?;
    Ok(())
}
