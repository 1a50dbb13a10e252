//! Any order of delivery: each message is read exactly once.

use super::{Sender, read};
use crate::RatchetError;
use proptest::prelude::*;
use std::collections::BTreeSet;
use wire::{Decode, Encode};

const MESSAGES: u8 = 24;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_message_is_read_exactly_once(
        seed: u64,
        joined_at in 0..MESSAGES,
        order in prop::collection::vec(0..MESSAGES, 1..72),
    ) {
        let mut alice = Sender::new(seed);
        let mut bob = None;
        let mut messages = vec![];
        for number in 0..MESSAGES {
            if number == joined_at {
                bob = Some(alice.member());
            }
            messages.push(alice.send(&[number]));
        }
        let mut bob = bob.unwrap();
        let mut fresh: BTreeSet<_> = (joined_at..MESSAGES).collect();
        for number in order.into_iter().chain(0..MESSAGES) {
            let expected = if fresh.remove(&number) { Ok(vec![number]) } else { Err(RatchetError::Duplicate) };
            prop_assert_eq!(read(&mut bob, &messages[usize::from(number)]), expected);
            bob = Decode::from_bytes(&bob.to_bytes()).unwrap();
        }
        prop_assert!(fresh.is_empty());
    }
}
