use sqh_runtime::expr::SearchQuery;
use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "press", search(language = "english"))]
#[storage(postgres)]
pub struct Article {
    #[field(primary_key)]
    pub id: i64,
    #[field(search)]
    pub title: String,
}

#[derive(PlatformModel)]
#[model(group = "press")]
#[storage(postgres)]
pub struct Author {
    #[field(primary_key)]
    pub id: i64,
    pub name: String,
}

fn main() {
    let _ = SearchQuery::<Article>::new("flood").filter(Author::NAME.eq("Ann"));
}
