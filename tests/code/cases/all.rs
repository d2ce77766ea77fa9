// SPDX-License-Identifier: GPL-2.0
//
// All cases by suite. Each file that includes this defines `suites!`: as tests under cargo (tests/code), as
// KUnit suites (tests/kunit), and as the list of expected results (qemu/host/tests/kunit).

suites! {
    alphabet {
        sends_all_that_has_a_code_in_both_cases,
        receives_what_it_sends,
        receives_shared_codes_as_one_of_their_characters,
        an_accent_makes_another_letter,
        a_code_begins_with_another,
        receives_signs_of_procedure,
        every_other_code_is_unknown,
        no_other_character_is_sent,
        codes_pack_and_unpack,
    }
    debounce {
        clean_keying_passes_unchanged,
        bounces_are_swallowed,
        a_spike_does_not_cut_a_mark,
        without_a_debounce_time_all_edges_count,
        edges_missing_in_between_are_survived,
        a_candidate_of_the_same_level_starts_over,
        an_edge_that_comes_late_is_not_lost,
        an_edge_that_does_not_come_is_lost,
        a_lost_edge_spoils_one_length_at_most,
        every_edge_is_accounted_for,
        a_clock_that_goes_back_gives_no_length,
    }
    decoder {
        the_alphabet_is_read_at_every_speed,
        a_call_is_read_from_its_first_character,
        a_fixed_speed_is_kept,
        runs_of_the_shortest_letters_are_read,
        unknown_sequences_and_prosigns,
        noise_is_forgotten,
        finishing_is_idempotent,
        any_durations_are_taken,
        extreme_durations_are_taken,
        a_speed_may_be_set_within_a_letter,
        dropouts_and_spikes_are_bridged,
    }
    encoder {
        letters_words_and_cases,
        nul_and_byte_order_marks_are_white_space,
        white_space_belongs_to_the_device,
        accents_belong_to_the_letter_before,
        accents_may_come_with_a_later_write,
        accents_of_letters_that_have_none_are_refused,
        an_accent_finds_its_letter_or_nothing,
        prosigns_have_no_inner_gaps,
        prosigns_split_over_writes,
        another_writer_does_not_get_into_a_prosign,
        a_closed_file_leaves_nothing_behind,
        what_comes_before_an_unencodable_character_is_taken,
        malformed_utf8_is_another_error,
        a_character_that_goes_wrong_in_a_later_write_is_its_error,
        prosigns_that_are_none,
        a_full_fifo_stops_before_the_character,
        a_write_may_be_fed_in_pieces,
        a_symbol_is_small,
    }
    keying {
        marks_and_gaps,
        symbols_begin_where_they_say,
        a_speed_takes_effect_at_the_next_element,
        late_wake_ups_do_not_add_up,
        a_stall_moves_the_timeline,
        a_stall_at_the_end_of_a_symbol_keeps_the_gap,
        a_symbol_soon_after_the_end_keeps_its_gap,
        a_symbol_long_after_the_end_begins_at_once,
        asking_again_while_idle_changes_nothing,
        a_late_beginning_shifts_what_follows,
        an_abort_ends_the_symbol,
        an_abort_of_a_fresh_transmitter_leaves_it_fresh,
    }
    math {
        long_division_divides,
        decimals_read_back,
        thirds_add_up,
        spans_saturate,
    }
    ring {
        is_a_bounded_queue,
        keeps_times_and_levels,
    }
    timing {
        paris_takes_what_it_should,
        the_default_is_the_course_s,
        farnsworth_as_in_the_article,
        setters_keep_the_old_value_on_error,
        the_slowest_beacon_does_not_overflow,
        speed_and_unit_are_two_words_for_one_thing,
    }
}
