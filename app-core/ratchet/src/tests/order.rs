//! Any order of sending and delivery: each message is read exactly once.

use super::support::{Person, whisper};
use crate::{PublicKey33, RatchetError, Sealed};
use proptest::prelude::*;

/// Newest chains that a session reads in.
const CHAINS: usize = 5;

/// One side of the conversation, with what is on its way to it.
struct Side {
    person: Person,
    inbox: Vec<(Vec<u8>, Sealed)>,
    read: Vec<Sealed>,
    chains: Vec<PublicKey33>,
}

impl Side {
    fn new(seed: u64) -> Self {
        Self { person: Person::new(seed), inbox: vec![], read: vec![], chains: vec![] }
    }

    /// Delivers one waiting message and compares with what the limits allow.
    fn deliver(&mut self, choice: usize) {
        if self.inbox.is_empty() {
            return;
        }
        let (text, sealed) = self.inbox.remove(choice % self.inbox.len());
        let key = *whisper(&sealed).ratchet_key();
        let forgotten = self.chains.len().saturating_sub(CHAINS);
        if self.chains[..forgotten].contains(&key) {
            assert_eq!(self.person.receive(&sealed), Err(RatchetError::BadMessage));
            return;
        }
        assert_eq!(self.person.receive(&sealed), Ok(text));
        if !self.chains.contains(&key) {
            self.chains.push(key);
        }
        self.read.push(sealed);
    }

    fn deliver_again(&mut self, choice: usize) {
        if !self.read.is_empty() {
            let sealed = self.read[choice % self.read.len()].clone();
            let again = self.person.receive(&sealed).unwrap_err();
            assert!(matches!(again, RatchetError::Duplicate | RatchetError::BadMessage));
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Send(bool),
    Deliver(bool, usize),
    Again(bool, usize),
    Reload(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<bool>().prop_map(Step::Send),
        4 => (any::<bool>(), any::<usize>()).prop_map(|(side, n)| Step::Deliver(side, n)),
        1 => (any::<bool>(), any::<usize>()).prop_map(|(side, n)| Step::Again(side, n)),
        1 => any::<bool>().prop_map(Step::Reload),
    ]
}

fn play(steps: Vec<Step>) {
    let mut sides = [Side::new(1), Side::new(2)];
    let [alice, bob] = &mut sides;
    alice.person.initiate(&bob.person);
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Send(who) => {
                let from = &mut sides[usize::from(who)].person;
                if from.record.has_session() {
                    let text = number.to_string().into_bytes();
                    let sealed = from.send(&text);
                    sides[usize::from(!who)].inbox.push((text, sealed));
                }
            }
            Step::Deliver(who, choice) => sides[usize::from(who)].deliver(choice),
            Step::Again(who, choice) => sides[usize::from(who)].deliver_again(choice),
            Step::Reload(who) => sides[usize::from(who)].person.reload(),
        }
    }
    for side in &mut sides {
        (0..side.inbox.len()).rev().for_each(|choice| side.deliver(choice));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_message_is_read_exactly_once(steps in prop::collection::vec(step(), 1..80)) {
        play(steps);
    }
}
