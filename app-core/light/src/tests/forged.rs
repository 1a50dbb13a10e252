//! Steps with a byte changed: all of them are refused, whichever byte it is.

use super::Chain;
use crate::*;
use proptest::prelude::*;
use wire::{Decode, Encode};

#[test]
fn a_step_with_any_byte_changed_is_refused() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![2, 3, 4, 5]]);
    chain.grow(59);
    let state = chain.trusting(57);
    // A whole step with both lists, and the slim one that a follower gets.
    let whole = chain.step(59);
    let slim = chain.step(59).known(&state.committee().hash());
    for step in [whole, slim] {
        let good = step.to_bytes();
        assert_eq!(state.clone().jump(&step, chain.time(59)), Ok(()));
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            let Ok(bad) = Step::from_bytes(&bytes) else { continue };
            let mut moved = state.clone();
            assert!(moved.jump(&bad, chain.time(59)).is_err(), "byte {at}");
            assert!(moved.advance(&bad, chain.time(59)).is_err(), "byte {at}");
            assert_eq!(moved, state);
        }
    }
}

#[test]
fn a_step_names_the_next_members_only_if_they_are_others() {
    let chain = Chain::plain(2);
    let step = chain.step(2);
    assert_eq!(step.next, None);
    let twice = Step { next: step.committee.clone(), ..step };
    assert!(Step::from_bytes(&twice.to_bytes()).is_err());
}

#[test]
fn the_fuzzers_fixed_state_takes_what_its_managers_sign() {
    let state = fuzz::fixed();
    assert_eq!(*state.committee(), super::committee(&[1, 2, 3, 4]));
    let mut header = Chain::plain(1).header(1).clone();
    (header.chain, header.parent) = (state.chain(), types::BlockId(state.chain().0));
    (header.committee, header.next_committee) =
        (state.committee().hash(), state.committee().hash());
    let step = super::step(header, &[1, 2, 3, 4], None);
    assert_eq!(state.clone().jump(&step, state.time()), Ok(()));
    fuzz::fuzz_verify(&step.to_bytes());
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        fuzz::fuzz_light_state(&bytes);
        fuzz::fuzz_advance(&bytes);
        fuzz::fuzz_verify(&bytes);
        fuzz::fuzz_answers(&bytes);
        fuzz::fuzz_history(&bytes);
    }

    #[test]
    fn damaged_states_and_steps_do_no_harm(at in any::<prop::sample::Index>(), byte: u8) {
        let chain = Chain::plain(2);
        let mut bytes = [chain.trusting(1).to_bytes(), chain.step(2).to_bytes()].concat();
        let at = at.index(bytes.len());
        bytes[at] ^= byte;
        fuzz::fuzz_light_state(&bytes);
        fuzz::fuzz_advance(&bytes);
        let step = chain.trusting(1).to_bytes().len();
        fuzz::fuzz_verify(&bytes[step..]);
        fuzz::fuzz_answers(&bytes[step..]);
    }
}
