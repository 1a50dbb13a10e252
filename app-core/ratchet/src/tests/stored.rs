//! What is stored or published reads back, and anything else is refused.

use super::support::{Person, say, talking};
use crate::{Bundle, RatchetError, SessionChange, SessionRecord};
use std::collections::BTreeMap;
use wire::{Decode, DecodeError, Encode};

#[test]
fn stored_sessions_are_of_one_format_and_one_peer() {
    let (mut alice, bob) = talking();
    let good = alice.record.states().remove(0).to_vec();
    for len in 0..good.len() {
        assert!(SessionRecord::load([&good[..len]]).is_err());
    }
    let mut other_format = good.clone();
    other_format[0] = 1;
    let refused = SessionRecord::load([other_format]).unwrap_err();
    assert_eq!(refused, DecodeError::BadValue("session format"));

    let mixed = DecodeError::BadValue("sessions of one record");
    let mut of_bob = bob.record.states().remove(0).to_vec();
    of_bob[8] = 7;
    assert_eq!(SessionRecord::load([&good, &of_bob]).unwrap_err(), mixed);
    assert_eq!(SessionRecord::load([&good, &good]).unwrap_err(), mixed, "twice the same place");
    let ranked = |rank: u64| [&good[..1], &rank.to_be_bytes(), &good[9..]].concat();
    SessionRecord::load((0..41).map(ranked)).unwrap();
    assert_eq!(SessionRecord::load((0..42).map(ranked)).unwrap_err(), mixed);
    alice.reload();
}

#[test]
fn a_stored_session_reads_in_no_chain_twice() {
    let (mut alice, mut bob) = talking();
    say(&mut alice, &mut bob, b"hello");
    say(&mut bob, &mut alice, b"hello");
    say(&mut alice, &mut bob, b"hello");
    let good = bob.record.states().remove(0).to_vec();
    // Format, rank, archived; both names with a registration id between them; root, sending chain
    // and counter.
    let count = 10 + 33 + 4 + 33 + 32 + 32 + 33 + 36 + 4;
    let (one, other) = (count + 4, count + 4 + 33 + 36 + 4);
    assert_eq!(good[count..one], [0, 0, 0, 3]);
    let mut twice = good.clone();
    twice.copy_within(one..one + 33, other);
    let refused = SessionRecord::load([twice]).unwrap_err();
    assert_eq!(refused, DecodeError::BadValue("receiving chain"));
    let mut too_many = good;
    too_many[count + 3] = 6;
    assert_eq!(SessionRecord::load([too_many]).unwrap_err(), DecodeError::TooLong);
}

/// A store that applies changes, as `store` does.
#[derive(Default)]
struct Rows(BTreeMap<[u8; 33], Vec<u8>>);

impl Rows {
    /// Applies what changed and says how many rows that touched.
    fn save(&mut self, record: &mut SessionRecord) -> usize {
        let changes = record.take_changes();
        let touched = changes.len();
        for change in changes {
            match change {
                SessionChange::Put { name, state } => {
                    self.0.insert(name, state.to_vec());
                }
                SessionChange::Remove { name } => {
                    self.0.remove(&name).unwrap();
                }
            }
        }
        let mut saved: Vec<_> = self.0.values().cloned().collect();
        let mut expected: Vec<_> = record.states().iter().map(|state| state.to_vec()).collect();
        saved.sort();
        expected.sort();
        assert_eq!(saved, expected);
        assert!(record.take_changes().is_empty());
        touched
    }
}

#[test]
fn a_message_changes_one_row_however_many_sessions_there_are() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    let (mut of_alice, mut of_bob) = (Rows::default(), Rows::default());
    let mut late = vec![];
    for _ in 0..45 {
        alice.initiate(&bob);
        say(&mut alice, &mut bob, b"hello again");
        late.push(alice.send(b"late"));
        // The new session; of Alice's also the one before, whose beginning she sends no more; and
        // the oldest, once there are too many.
        assert!((1..=3).contains(&of_alice.save(&mut alice.record)));
        assert!((1..=2).contains(&of_bob.save(&mut bob.record)));
    }
    assert_eq!((of_alice.0.len(), of_bob.0.len()), (41, 41));
    say(&mut alice, &mut bob, b"as usual");
    assert_eq!((of_alice.save(&mut alice.record), of_bob.save(&mut bob.record)), (1, 1));
    assert_eq!(bob.receive(&late[20]), Ok(b"late".to_vec()));
    assert_eq!(of_bob.save(&mut bob.record), 1, "an old session becomes the current one");
    let loaded = SessionRecord::load(of_bob.0.values()).unwrap();
    assert_eq!(loaded.states(), bob.record.states());
}

#[test]
fn an_archived_session_reads_and_does_not_write() {
    let (mut alice, mut bob) = talking();
    let mut rows = Rows::default();
    let late = alice.send(b"late");
    bob.record.archive();
    bob.record.archive();
    rows.save(&mut bob.record);
    bob.reload();
    assert!(!bob.record.has_session());
    assert_eq!(bob.record.ratchet_key(), None);
    assert_eq!(bob.try_send(b"hello"), Err(RatchetError::NoSession));
    // What arrives in it makes it the current one again.
    assert_eq!(bob.receive(&late), Ok(b"late".to_vec()));
    assert_eq!(rows.save(&mut bob.record), 1);
    say(&mut bob, &mut alice, b"here I am");

    bob.record.forget();
    rows.save(&mut bob.record);
    assert!(rows.0.is_empty());
    assert_eq!(bob.record.identity(), None);
}

#[test]
fn bundles_read_back_and_foreign_ones_are_checked() {
    let bob = Person::new(2);
    let bundle = bob.bundle_with_one_time();
    assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle.clone()));
    let (base, one_time) = (bundle.base_bytes(), bundle.one_time.unwrap().to_bytes());
    assert_eq!((base.len(), one_time.len()), (1780, 37));
    assert_eq!(Bundle::from_parts(&base, Some(&one_time)), Ok(bundle.clone()));
    assert_eq!(Bundle::from_parts(&base, None), Ok(bob.bundle()));

    let longer = [base.as_slice(), &[0]].concat();
    assert_eq!(Bundle::from_parts(&longer, None), Err(DecodeError::TrailingBytes));
    let (mut other_format, mut no_device, mut device_128) = (base.clone(), base.clone(), base);
    (other_format[0], no_device[8], device_128[8]) = (2, 0, 128);
    let refused = Err(DecodeError::BadValue("bundle format"));
    assert_eq!(Bundle::from_parts(&other_format, None), refused);
    for bad in [no_device, device_128] {
        assert_eq!(Bundle::from_parts(&bad, None), Err(DecodeError::BadValue("device id")));
    }
}
