//! The walk over all states of real engines, and what it comes to against the model's counts.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail tests")]

use simulator::{Variant, Walk};

fn walk(variant: Variant, views: u32) -> Walk {
    Walk { variant, views, restarts: false, premises: true, most: u64::MAX }
}

/// The model with the corrected R4 has 1,970 states in views 0 and 1, 987 of them with a Commit
/// quorum; of view 0 alone 19 and 8.
#[test]
fn engines_reach_the_states_of_the_model_and_no_others() {
    for variant in [Variant::Sound, Variant::IgnoreNewView] {
        let one = walk(variant, 1).run().unwrap();
        assert_eq!((one.modelled, one.decided, one.violation), (19, 8, None));
    }
    // Who learns no quorum has fewer states, and the model's all the same.
    let two = walk(Variant::IgnoreNewView, 2).run().unwrap();
    assert_eq!((two.modelled, two.decided, two.violation), (1_970, 987, None));
    assert!(two.complete);
}

#[test]
fn neither_learning_nor_restarts_lead_to_anything_new() {
    for restarts in [false, true] {
        let walked = Walk { restarts, most: 5_000, ..walk(Variant::Sound, 2) }.run().unwrap();
        assert_eq!(walked.violation, None, "{walked}");
        assert!(walked.states >= 5_000 && walked.modelled <= 1_970, "{walked}");
    }
}

#[track_caller]
fn check_fork(variant: Variant, views: u32) {
    let walked = Walk { premises: false, ..walk(variant, views) }.run().unwrap();
    let (wrong, steps) = walked.violation.unwrap();
    assert_eq!(wrong, "disagreement", "{steps:?}");
}

#[test]
fn the_walk_finds_the_forks_of_broken_rules() {
    check_fork(Variant::QuorumMinusOne, 1);
    check_fork(Variant::NoLock, 2);
}

#[test]
fn a_vote_after_a_farewell_breaks_a_premise_and_forks_nothing() {
    let bent = walk(Variant::VoteAfterNewView, 2);
    let walked = bent.run().unwrap();
    let (wrong, steps) = walked.violation.unwrap();
    assert!(wrong.starts_with("P1"), "{wrong} {steps:?}");
    let far = Walk { premises: false, most: 5_000, ..bent }.run().unwrap();
    assert!(far.states >= 5_000 && far.violation.is_none(), "{far}");
}

#[test]
fn there_is_no_walk_through_more_views_than_a_name_holds() {
    assert_eq!(walk(Variant::Sound, 0).run(), None);
    assert_eq!(walk(Variant::Sound, 5).run(), None);
}
