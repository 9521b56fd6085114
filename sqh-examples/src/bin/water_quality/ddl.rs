//! The DDL that the structs became.

use sqh_examples::models::{AppLabResult, AppWaterQualityStation};
use sqh_runtime::prelude::*;
use sqh_runtime::render::ddl::{self, Creates, DdlOptions};

use crate::Outcome;
use crate::screen::Screen;
use crate::setup::Example;

/// All of two models, and how much there is of the others.
pub(crate) fn show(screen: &Screen, example: &Example) -> Outcome {
    let models: Vec<_> =
        example.platform.registry().models().iter().copied().filter(|model| model.is_postgres()).collect();
    let shown = models![AppWaterQualityStation, AppLabResult];
    let options = DdlOptions::default();
    screen.section("The DDL, from the structs")?;
    for model in shown {
        screen.block(&ddl::render(&[model], &options)?.to_script().replace("\n\n", "\n"))?;
        screen.line("")?;
    }
    let rest: Vec<_> = models.into_iter().filter(|model| !shown.contains(model)).collect();
    let ddl = ddl::render(&rest, &options)?;
    let count = |kind| ddl.of_kind(kind).count();
    screen.line(format_args!(
        "… and {} more models: {} tables, {} indexes, {} comments",
        rest.len(),
        count(Creates::Table),
        count(Creates::Index),
        count(Creates::Comment),
    ))?;
    Ok(())
}
