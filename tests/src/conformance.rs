//! The conformance suite: what every backend must do, written once.
//!
//! A backend has it run by one line in a test file of its own:
//!
//! ```ignore
//! sqh_tests::conformance!(harness);
//! ```
//!
//! where `harness` is an async function that gives its [`Harness`](crate::harness::Harness). Each
//! case is an async function of a module here, and stands in the list below behind what it needs
//! of the backend; that none is forgotten is a test.

/// Makes the list of cases, and the macro that turns it into tests.
macro_rules! suite {
    ($($module:ident needs $need:ident { $($case:ident)* })*) => {
        $(
            #[allow(missing_docs, reason = "a case's name says what must hold")]
            pub mod $module;
        )*

        /// The names of all cases, by module.
        pub const CASES: &[(&str, &[&str])] = &[$((stringify!($module), &[$(stringify!($case)),*])),*];

        suite! { @export ($) $($module needs $need { $($case)* })* }
    };
    (@export ($d:tt) $($module:ident needs $need:ident { $($case:ident)* })*) => {
        /// A test for each case of the suite on the backend that an async function gives.
        #[macro_export]
        macro_rules! conformance {
            ($d harness:path) => { $(
                mod $module { $(
                    #[tokio::test]
                    async fn $case() {
                        let harness = $d harness().await;
                        if $crate::harness::Harness::capabilities(&harness).$need {
                            $crate::conformance::$module::$case(&harness).await;
                        }
                    }
                )* }
            )* };
        }
    };
}

suite! {
    create needs records {
        returns_what_was_stored
        cuts_times_to_microseconds
        sets_managed_fields_whatever_is_sent
        fills_in_defaults_of_what_is_unset
        refuses_a_missing_field
        refuses_a_text_that_is_too_long
        refuses_a_text_that_is_too_long_inside_a_value
        refuses_a_text_with_a_nul
        conflicts_with_a_taken_key
        conflicts_with_a_taken_part_of_a_composite_key_only_if_all_parts_are
        conflicts_with_a_taken_unique_field
        conflicts_with_a_taken_unique_index
        conflict_messages_hold_no_values
        takes_the_key_of_a_deleted_record
    }
    types needs records {
        ordinary_values_come_back
        lowest_values_come_back
        highest_values_come_back
        odd_values_come_back
        nulls_come_back
        both_faces_store_the_same
        unset_is_neither_null_nor_a_value
        what_no_system_can_hold_is_refused
        geometries_come_back
    }
    update needs records {
        changes_what_is_set_and_nothing_else
        counts_versions_and_stamps_the_time
        refuses_a_stale_version
        refuses_a_version_of_a_model_without_one
        tells_that_there_is_no_such_record
        never_changes_the_key
        does_not_let_callers_set_managed_fields
        conflicts_with_the_unique_field_of_another
        refuses_what_create_refuses
        of_nothing_is_an_update_too
        replace_stores_the_whole_record
        replace_works_without_a_version
        two_writers_with_one_version_are_told_apart
    }
    delete needs records {
        is_done_once
        of_a_model_without_records_finds_none
        goes_by_the_whole_of_a_composite_key
    }
    by_filter needs by_filter {
        an_update_changes_what_matches
        an_update_sets_null_and_leaves_what_is_unset
        an_update_that_conflicts_changes_nothing
        an_update_of_nothing_counts_none
        an_update_never_changes_keys
        a_delete_removes_what_matches
        what_does_not_say_which_is_refused
    }
    upsert needs upsert {
        creates_what_is_new
        changes_what_is_there_by_key
        changes_what_is_there_by_a_unique_field_and_keeps_its_key
        changes_what_is_there_by_a_unique_index
        by_a_null_creates_a_record
        conflicts_on_another_constraint
        needs_a_unique_constraint
        of_a_composite_key_needs_no_columns_to_change
        of_a_partitioned_model_goes_by_the_full_key
        refuses_what_create_refuses
    }
    batch needs records {
        of_one
        of_a_thousand
        of_twenty_thousand
        of_none
        with_a_taken_key_keeps_nothing
        with_a_key_twice_keeps_nothing
        with_a_taken_unique_value_keeps_nothing
        with_a_wrong_record_keeps_nothing
        by_name_says_which_record_is_wrong
        of_every_type_stores_the_same_in_every_size
        of_arrays_of_several_dimensions
    }
    filters needs records {
        compare_every_type_that_has_an_order
        compare_booleans_and_documents
        in_knows_many_values_and_none
        nothing_compares_with_null
        like_knows_patterns
        a_pattern_that_ends_in_its_escape_is_refused
        a_regular_expression_that_cannot_be_read_is_refused
        collections_know_containment
        collections_of_every_kind_know_containment
        documents_know_containment_keys_and_paths
        and_or_not_are_three_valued
        nested_deeply_they_still_work
        values_travel_as_values
    }
    order needs records {
        is_by_the_key_if_none_is_said
        of_text_is_by_bytes_whatever_the_database_is_told
        of_numbers_puts_nan_last_and_nulls_behind_it
        of_enums_is_by_declaration_if_native_and_by_name_if_text
        of_every_type_that_has_one
        by_several_fields_decides_from_left_to_right
        limits_and_offsets_cut_a_list
        a_count_takes_no_notice_of_limits
        some_columns_come_as_tuples
    }
    pages needs records {
        give_the_whole_list_by_one_column
        give_the_whole_list_in_mixed_directions
        go_on_where_a_record_has_gone_or_come
        keep_to_their_filter
        know_when_nothing_follows
        refuse_a_foreign_cursor
        are_the_same_by_name
    }
    search needs records {
        finds_a_part_of_any_search_field
        takes_the_text_literally
        folds_the_case_of_ascii_letters_only
        for_nothing_finds_all
        keeps_to_filter_order_and_limit
        needs_a_search_field
    }
    spatial needs records {
        distances_are_metres_on_the_earth
        polygons_have_edges_and_holes
        boxes_may_lie_across_the_antimeridian
        the_nearest_come_first
        a_place_that_is_not_there_is_nowhere
        changes_by_filter_ask_for_places_too
        names_say_the_same
        what_is_no_place_is_refused
        a_masked_place_is_not_asked_for
    }
    streams needs streams {
        equal_lists
        may_be_dropped_on_the_way
        do_not_see_what_is_written_meanwhile
        need_no_limit_where_a_list_does
    }
    transactions needs transactions {
        are_kept_by_a_commit
        are_undone_by_a_rollback
        are_undone_by_being_dropped
        see_what_others_have_committed
        have_every_operation
        span_models_of_one_database
        do_not_span_databases
        go_on_behind_a_savepoint
        nest_savepoints
        undo_a_savepoint_in_which_a_failure_was_hidden
        keep_nothing_of_a_savepoint_that_was_dropped
        keep_nothing_once_an_operation_has_failed
        go_on_when_something_was_refused_before_it_was_sent
        as_closures_commit_or_roll_back
        of_two_callers_do_not_mix
    }
    references needs records {
        find_their_record
        find_their_record_by_a_unique_field
        may_be_null
        may_be_to_a_record_of_the_same_batch
        cascade_through_several_models
        become_null
        keep_their_record
        to_the_own_model_go_together
        need_no_use_of_the_other_model_before
    }
    partitions needs records {
        get_finds_by_either_key
        one_key_in_two_partitions_is_a_conflict
        update_and_delete_go_by_either_key
        the_partition_column_never_changes
        lists_span_partitions_in_order
        a_key_that_has_the_partition_column_is_whole
        an_estimate_counts_whole_models
    }
    hooks needs records {
        run_around_every_write
        run_around_writes_by_name
        run_around_every_record_of_a_batch
        run_around_both_branches_of_an_upsert
        of_what_is_not_there_do_not_run
        after_a_write_do_not_run_if_it_failed
        after_a_write_wait_for_the_commit
        of_one_model_run_in_the_order_added
        before_a_write_may_change_it
        cannot_change_key_or_version
        stop_an_operation_by_their_error
        after_a_write_undo_nothing
        are_not_passed_by_changes_by_filter
        know_who_asks_and_where
    }
    hook_stages needs records {
        of_an_upsert_see_the_record_that_stays
        of_an_upsert_cannot_make_it_another_record
        that_fail_after_a_write_keep_no_other_from_running
        of_a_delete_have_seen_what_is_deleted
        of_a_model_with_a_generated_field_are_refused_at_start
    }
    access needs records {
        each_path_needs_its_permissions
        a_refused_write_changes_nothing
        a_star_stands_for_any_rest
        transactions_pass_no_permission_by
        shared_data_is_read_by_all_and_written_by_some
        what_may_not_be_seen_is_masked_on_every_path
        each_mask_has_its_permission
        what_is_masked_cannot_be_asked_for
        what_is_masked_is_not_searched
        a_record_that_is_written_back_keeps_what_was_masked
        with_hooks_too_a_record_keeps_what_was_masked
    }
    policies needs records {
        what_may_not_be_read_is_as_if_it_were_not_there
        lists_of_every_kind_give_what_may_be_listed
        nothing_is_written_for_another
        nothing_is_given_away
        what_is_forbidden_stays
        a_null_forbids
        changes_by_filter_touch_what_may_be_changed
        a_conflict_with_a_hidden_record_is_like_any_other
        hooks_see_no_hidden_record
        a_hidden_record_makes_no_key_ambiguous
        hold_inside_transactions
        of_shared_models_need_the_permission_to_write_too
        what_no_record_allows_is_denied_with_the_rules
        an_explanation_names_the_rule
    }
    masks needs records {
        cover_what_every_path_shows
    }
    membership needs records {
        who_is_no_member_is_told_of_no_tenant
        a_provider_lets_members_in
        what_is_granted_adds_to_what_is_brought_along
        what_is_granted_in_a_tenant_ends_there
        a_context_needs_its_permission
        a_user_has_a_name
    }
    isolation needs records {
        no_path_leads_to_another_tenant
        the_same_key_is_free_in_every_tenant
        an_unknown_tenant_has_no_scope
        a_slug_keeps_to_its_grammar
        provisioning_again_keeps_the_records
        shared_records_are_the_same_for_all
        an_unregistered_model_says_how_to_register_it
    }
    dynamic needs records {
        equals_the_typed_face
        updates_by_key
        takes_composite_keys_as_objects
        names_groups_and_models_that_there_are
        refuses_records_that_do_not_fit
        refuses_changes_that_do_not_fit
        refuses_filters_that_do_not_fit
        refuses_orders_that_do_not_fit
        refuses_the_wrong_scope
        tells_that_the_graph_store_is_not_there
    }
    beyond needs explain {
        plans_need_the_permissions_of_what_they_explain
        plans_do_not_ask_for_what_is_masked
        plans_keep_to_the_rules_of_lists
        a_misspelt_word_is_found
        a_fuzzy_search_needs_its_index
        a_fuzzy_search_finds_what_may_be_listed
        a_plan_is_of_what_may_be_listed
        a_plan_says_what_is_read
        a_plan_warns_of_a_filter_that_reads_every_partition
        a_statement_is_explained_as_it_would_be_run
        places_are_found_by_their_indexes
    }
    full_text needs full_text_search {
        words_are_found_in_their_forms
        nothing_that_is_written_is_an_error
        filters_limits_and_offsets_hold
        the_best_come_first
        words_spelt_wrongly_are_found_too
        what_was_found_is_told_apart_from_what_is_written
        only_what_may_be_listed_is_found
        what_is_masked_is_not_searched
        what_a_model_lacks_is_told
        names_find_the_same
        the_indexes_are_used
    }
    reports needs reports {
        groups_have_keys_and_metrics
        all_records_together_are_one_row
        a_key_of_an_enum_is_read_and_ordered_as_one
        groups_are_chosen_ordered_and_limited
        metrics_of_some_records_may_be_of_none
        metrics_of_all_kinds
        a_sum_beyond_its_type_is_an_error
        subtotals_have_no_key
        buckets_of_time_begin_where_their_zone_says
        an_inner_join_keeps_what_belongs_together
        the_optional_side_of_a_left_join_is_an_option
        semi_and_anti_joins_ask_whether
        conditions_span_the_joined_models
        the_rules_of_each_joined_model_apply
        a_masked_field_is_shown_masked_and_asked_in_vain
        rows_become_structs
        ranks_and_neighbours
        metrics_run_and_move
        a_frame_reaches_back_in_time
        values_are_made_of_values
        a_condition_that_fails_tells_of_no_hidden_record
    }
    report_streams needs reports {
        equal_what_is_collected
        need_no_limit_where_a_list_does
        hold_no_more_than_is_asked_for
        end_with_what_fails
    }
    refused_sql needs records {
        hostile_statements_are_refused_with_the_reason
        ordinary_statements_are_not
        long_statements_cost_no_more_than_their_refusal
        parameters_are_given_once_and_used
    }
    raw_sql needs raw_sql {
        every_table_holds_the_tenants_records_alone
        names_are_what_they_were_found_to_be
        the_rules_of_every_table_apply
        a_masked_field_is_shown_masked_and_asked_in_vain
        parameters_are_values_whatever_they_hold
        rows_are_of_the_types_that_are_read
        rows_of_any_shape_are_objects
        more_than_may_be_replied_is_an_error
        what_the_server_refuses_is_the_callers_to_mend
    }
    reports_dyn needs reports {
        groups_equal_the_typed_form
        buckets_and_subtotals_equal_the_typed_form
        joins_equal_the_typed_form
        windows_look_at_other_rows
        values_are_made_of_others
        distinct_values_and_their_order
        every_metric_of_every_type_is_answered_or_refused
        every_key_and_every_window_of_every_type_is_answered
        what_does_not_fit_is_named
        rules_masks_and_scopes_hold
        a_misspelt_word_is_found_by_name
    }
    shared_joins needs reports {
        records_of_both_sides_become_rows
        groups_orders_and_limits_come_behind_the_join
        shared_records_may_come_first
        the_rules_of_both_sides_apply
        a_masked_field_of_a_tenant_is_not_asked
        what_is_of_a_databases_own_type_stays_there
        the_plan_says_what_is_sent_and_why
        a_stream_gives_what_all_at_once_gives
        names_say_what_types_say
        shared_records_are_read_from_any_scope
    }
    loading needs records {
        each_record_has_its_own
        relations_nest_and_stand_side_by_side
        relations_are_filtered_ordered_and_limited_for_each
        references_lead_to_one_record_or_none
        names_load_what_types_do
        names_that_lead_nowhere_are_told
        the_rules_of_related_models_apply
        what_may_not_be_seen_of_related_records_is_masked
        shared_records_are_loaded_along_with_a_tenants
        what_is_not_unique_is_referred_to_by_nobody
        many_of_a_high_volume_model_need_a_limit_for_each
        many_thousand_records_have_their_own
        a_transaction_sees_its_own_related_records
    }
    views needs views {
        hold_what_was_there_when_they_were_computed
        are_read_as_models_are
        are_written_by_nobody
        join_records_of_one_tenant
        have_rules_of_their_own
        mask_their_own_fields
        are_computed_for_whoever_may_have_that
        are_computed_after_a_write
        of_shared_models_are_shared
    }
    sql needs sql_expressions {
        defaults_are_set_by_the_database
        checks_are_kept_by_the_database
        generated_columns_are_computed_by_the_database
        partial_unique_indexes_hold_for_some_records
    }
}
