//! What members are told of a red envelope: its bytes, its tree, and what the ledger makes of it.

use super::{Net, abc, actor, address};
use crate::*;
use keys::{Claimer, EnvelopeKey};
use types::{ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode};
use zeroize::Zeroizing;

const CHAIN: ChainId = ChainId([0xc0; 32]);

fn claimers(count: u8) -> Vec<Claimer> {
    let member = |seed| Claimer::Member(EnvelopeKey::from_seed([seed; 32]).public());
    let mut claimers: Vec<_> = (1..=count).map(member).collect();
    claimers.sort_unstable();
    claimers
}

fn gift(claimers: Vec<Claimer>) -> crate::Gift {
    crate::Gift {
        tx: TxId([1; 32]),
        by: Round(2),
        total: abc(10_000_000),
        shares: 3,
        lucky: true,
        expiry: Round(4),
        salt: [5; 32],
        claimers,
        greeting: "恭喜".to_owned(),
        seed: None,
    }
}

#[test]
fn the_bytes_of_a_gift_are_frozen() {
    let mut told = gift(vec![Claimer::Given([6; 32])]);
    let bytes = [
        [1; 32].as_slice(),
        &[0, 0, 0, 0, 0, 0, 0, 2],
        &10_000_000_u64.to_be_bytes(),
        &[3, 1],
        &[0, 0, 0, 0, 0, 0, 0, 4],
        &[5; 32],
        &[0, 0, 0, 1, 2],
        &[6; 32],
        &[0, 0, 0, 6],
        "恭喜".as_bytes(),
    ]
    .concat();
    assert_eq!(told.to_bytes(), [bytes.as_slice(), &[0]].concat());
    told.seed = Some(Zeroizing::new([7; 32]));
    assert_eq!(told.to_bytes(), [bytes.as_slice(), &[1], &[7; 32]].concat());
    assert_eq!(crate::Gift::from_bytes(&told.to_bytes()), Ok(told));
}

#[test]
fn the_tree_of_a_gift_is_frozen() {
    let told = gift(claimers(2));
    let tree = told.tree(CHAIN);
    let keys = told.keys(CHAIN).into_keys();
    let places: Vec<_> = keys.map(|key| (hex::encode(key), tree.path(&key).unwrap().0)).collect();
    assert_eq!(
        hex::encode(tree.root()),
        "e89420e3c3dfaf93cf5516421d75360ecfd4ee23375fb346b5179cba9047df2a"
    );
    let expected = [
        ("2669fe6842c08f1c2f61b79014e3e9a2da9f89cb2935aa80a976e44769d67869", 820),
        ("4a82b68b93aea4323c277fbd7ebaf5c0558aad14edb98c0b220fc04dc49689dd", 185),
    ];
    assert_eq!(places, expected.map(|(key, place)| (key.to_owned(), place)));
}

#[test]
fn what_is_no_gift_cannot_be_read() {
    let reads = |told: &crate::Gift| crate::Gift::from_bytes(&told.to_bytes()).map(drop);
    assert_eq!(reads(&gift(claimers(5))), Ok(()));
    let mut twice = claimers(2);
    twice[1] = twice[0];
    let mut turned = claimers(3);
    turned.reverse();
    for wrong in [vec![], twice, turned] {
        let order = DecodeError::BadValue("order of claimers");
        assert_eq!(reads(&gift(wrong)), Err(order));
    }
    for shares in [0, 101] {
        let wrong = crate::Gift { shares, ..gift(claimers(1)) };
        assert_eq!(reads(&wrong), Err(DecodeError::BadValue("number of shares")));
    }
    let long = crate::Gift { greeting: "x".repeat(MAX_GREETING + 1), ..gift(claimers(1)) };
    assert_eq!(reads(&long), Err(DecodeError::TooLong));
    assert_eq!(format!("{:?}", gift(claimers(1))).find("salt"), None);
}

#[test]
fn the_largest_gift_fits_one_envelope_of_the_mail() {
    let many = (0..MAX_CLAIMERS).map(|at| Claimer::Given(wire::hash("", &[&at.to_be_bytes()])));
    let mut claimers: Vec<_> = many.collect();
    claimers.sort_unstable();
    let whole = crate::Gift { greeting: "x".repeat(MAX_GREETING), ..gift(claimers) };
    assert!(whole.to_bytes().len() < 12_000, "as much as the longest text");
}

#[test]
fn a_group_of_3_and_one_of_300_cannot_be_told_apart() {
    for count in [1, 3, 250] {
        let told = gift(claimers(count));
        let (tree, keys) = (told.tree(CHAIN), told.keys(CHAIN));
        assert_eq!(keys.len(), usize::from(count));
        let mut taken = std::collections::BTreeSet::new();
        for key in keys.keys() {
            let (place, path) = tree.path(key).unwrap();
            assert!(usize::from(place) < ClaimTree::LEAVES && taken.insert(place));
            let root = path.iter().fold((place, claim_leaf(place, key)), |(at, here), beside| {
                let (left, right) = if at & 1 == 1 { (beside, &here) } else { (&here, beside) };
                (at >> 1, wire::hash("\u{1}", &[left, right]))
            });
            assert_eq!(root.1, tree.root());
        }
        assert_eq!(tree.path(&[9; 32]), None);
    }
}

#[test]
fn a_gift_is_what_the_ledger_holds_or_nobody_believes_it() {
    let alice = actor(1);
    let mut net = Net::new(&[&alice]);
    let chain = net.genesis.chain();
    let mut told = gift(claimers(2));
    let made = CreateEnvelope {
        source: 0,
        total: told.total,
        shares: told.shares,
        lucky: told.lucky,
        root: told.tree(chain).root(),
        expiry: told.expiry,
        refund_to: RefundTo::Account(address(&alice)),
    };
    let tx = net.by(&[&alice], vec![Action::CreateEnvelope(made)]);
    told.tx = tx.id();
    net.block(std::slice::from_ref(&tx));
    let record = net.red_envelope(told.id()).unwrap();
    assert!(told.is(&record, chain));
    assert!(!told.is(&record, CHAIN), "the claim keys of another chain");
    let wrong: [fn(&mut crate::Gift); 7] = [
        |gift| gift.tx = TxId([9; 32]),
        |gift| gift.total = abc(1),
        |gift| gift.shares = 2,
        |gift| gift.lucky = false,
        |gift| gift.expiry = Round(5),
        |gift| gift.salt = [6; 32],
        |gift| gift.claimers.truncate(1),
    ];
    for spoil in wrong {
        let mut told = crate::Gift::from_bytes(&told.to_bytes()).unwrap();
        spoil(&mut told);
        assert!(!told.is(&record, chain), "{told:?}");
    }
}
