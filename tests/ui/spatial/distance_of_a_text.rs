use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres)]
pub struct Site {
    #[field(primary_key)]
    pub id: i64,
    pub name: String,
    #[field(index)]
    pub location: Option<Point>,
    pub boundary: Polygon,
}

fn main() {
    let here = Point::new(-76.35, 39.5);
    let _ = Site::NAME.within_distance(here, 500.0);
}
