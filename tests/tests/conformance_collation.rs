//! What depends on the order of text, on a server whose databases order it otherwise.

use sqh_tests::harness::postgres::Postgres;

macro_rules! cases {
    ($($module:ident::$case:ident)*) => { $(
        #[tokio::test]
        async fn $case() {
            if let Some(harness) = Postgres::with_other_collation().await {
                sqh_tests::conformance::$module::$case(&harness).await;
            }
        }
    )* };
}

cases! {
    order::of_text_is_by_bytes_whatever_the_database_is_told
    order::of_enums_is_by_declaration_if_native_and_by_name_if_text
    order::is_by_the_key_if_none_is_said
    pages::give_the_whole_list_by_one_column
    pages::give_the_whole_list_in_mixed_directions
    pages::are_the_same_by_name
    filters::compare_every_type_that_has_an_order
    filters::like_knows_patterns
    filters::collections_know_containment
    search::finds_a_part_of_any_search_field
    search::folds_the_case_of_ascii_letters_only
    search::takes_the_text_literally
    upsert::changes_what_is_there_by_a_unique_index
    streams::equal_lists
    create::conflicts_with_a_taken_unique_field
}
