// SPDX-License-Identifier: GPL-2.0
//
// All cases of the wrappers by suite, for tests/kunit and qemu/host/tests/kunit, as in tests/code/cases/all.rs.

wrapper_suites! {
    checks {
        overflows_and_debug_assertions_are_checked,
    }
    workqueue {
        queueing_runs_the_handler,
        queueing_while_it_runs_runs_it_once_more,
        an_item_of_a_bh_queue_runs_and_is_waited_for,
        dropping_stops_and_waits_for_what_runs,
        queueing_after_the_drop_does_nothing,
    }
    delayed {
        it_runs_once_and_not_early,
        the_last_time_set_counts,
        dropping_cancels_what_is_armed,
        dropping_waits_for_what_runs,
    }
    timer {
        it_does_not_drift,
        dropping_stops_it_for_good,
    }
    tasklet {
        scheduling_runs_the_handler,
        dropping_waits_for_what_runs,
        scheduling_after_the_drop_does_nothing,
    }
    bhlock {
        softirqs_wait_for_it,
        nothing_is_lost_between_a_task_and_a_softirq,
    }
    wait {
        a_wake_up_ends_the_wait,
        the_deadline_ends_the_wait,
    }
    processors {
        nothing_is_lost_between_two_processors,
    }
}
