//! Switching the pool and ECDSA off: who may, from when on, and who still gets away.

use super::signers::{Owns, Signs, by_all, falcon};
use super::{Net, abc, actor, address, manager};
use crate::*;
use keys::EcdsaKey;
use types::{ChainId, Round};

/// Signed by these managers of the genesis, of which there are four, for this chain.
fn decide(chain: ChainId, decision: Decision, managers: &[u8]) -> Transaction {
    let signed = decision.signed_bytes(chain);
    let consent = |seed: &u8| {
        let key = manager(*seed);
        Consent { key: key.public(), signature: key.sign(&signed) }
    };
    let mut consents: Vec<_> = managers.iter().map(consent).collect();
    consents.sort_unstable();
    transaction(chain, Decide { decision, consents })
}

fn transaction(chain: ChainId, decide: Decide) -> Transaction {
    Transaction {
        version: Transaction::VERSION,
        chain,
        expiry: Round(100),
        price_epoch: 0,
        sources: vec![],
        fee: abc(0),
        actions: vec![Action::Decide(decide)],
        bundle: None,
        witness: vec![],
    }
}

fn net() -> Net {
    let mut net = Net::new(&[&actor(1), &actor(2), &actor(3)]);
    net.go_to(3);
    net
}

fn off(from: u64) -> Decision {
    Decision { flag: Flag::EcdsaOff, from: Round(from) }
}

fn stop(from: u64) -> Decision {
    Decision { flag: Flag::PoolStop, from: Round(from) }
}

#[test]
fn a_quorum_of_the_committee_decides_and_nobody_else() {
    let (net, quorum) = (net(), [1, 2, 4]);
    let chain = net.genesis.chain();
    assert_eq!(net.check(&decide(chain, stop(9), &quorum)), Ok(()));
    assert_eq!(net.check(&decide(chain, stop(9), &[1, 2, 3, 4])), Ok(()));
    net.refuses(&decide(chain, stop(9), &[1, 2]), "no_quorum");
    // Strangers do not count, however many they are.
    net.refuses(&decide(chain, stop(9), &[1, 2, 50, 51, 52]), "no_quorum");
    assert_eq!(net.check(&decide(chain, stop(9), &[1, 2, 4, 50])), Ok(()));
    // Nor one member twice, nor what was signed for another network, flag or round.
    net.refuses(&decide(chain, stop(9), &[1, 2, 2]), "no_quorum");
    let good = decide(chain, stop(9), &quorum);
    let Action::Decide(signed) = &good.actions[0] else { unreachable!() };
    let moved = |decision| transaction(chain, Decide { decision, ..signed.clone() });
    net.refuses(&moved(stop(8)), "no_quorum");
    net.refuses(&moved(off(9)), "no_quorum");
    let Action::Decide(foreign) = decide(ChainId([3; 32]), stop(9), &quorum).actions.remove(0)
    else {
        unreachable!()
    };
    net.refuses(&transaction(chain, foreign), "no_quorum");
    let mut forged = signed.clone();
    forged.consents[1].signature[7] ^= 1;
    net.refuses(&transaction(chain, forged), "no_quorum");
    let none = Decide { consents: vec![], ..signed.clone() };
    net.refuses(&transaction(chain, none), "bad_transaction");
}

#[test]
fn a_decision_stands_alone_costs_nothing_and_is_made_once() {
    let mut net = net();
    let chain = net.genesis.chain();
    let good = decide(chain, stop(9), &[1, 2, 3]);
    let pay = Action::Pay(Pay { source: 0, to: address(&actor(2)), amount: abc(5_000) });
    let beside = Transaction { actions: vec![good.actions[0].clone(), pay], ..good.clone() };
    net.refuses(&net.with_fee(beside), "bad_transaction");
    let paid = Transaction { sources: vec![net.source(&actor(1))], ..good.clone() };
    net.refuses(&super::signed(paid, &[&actor(1)]), "bad_transaction");
    net.refuses(&Transaction { fee: abc(1), ..good.clone() }, "bad_fee");
    net.refuses(&decide(chain, stop(3), &[1, 2, 3]), "decision_too_late");
    let supply = net.supply();
    net.block(std::slice::from_ref(&good));
    assert_eq!((flags(&net.state).unwrap().pool_stop, net.supply()), (Some(Round(9)), supply));
    net.refuses(&good, "already_decided");
    // It can be brought forward, never put off.
    net.refuses(&decide(chain, stop(10), &[1, 2, 3]), "already_decided");
    net.block(&[decide(chain, stop(7), &[2, 3, 4]), decide(chain, off(9), &[2, 3, 4])]);
    let flags = flags(&net.state).unwrap();
    assert_eq!((flags.pool_stop, flags.ecdsa_off), (Some(Round(7)), Some(Round(9))));
}

#[test]
fn a_stopped_pool_says_so_in_its_cell_and_stops_in_its_round() {
    let mut net = net();
    net.block(&[decide(net.genesis.chain(), stop(6), &[1, 2, 3])]);
    assert_eq!(pool(&net.state).unwrap().stopped, None);
    net.block(&[]);
    let cell = pool(&net.state).unwrap();
    assert_eq!((cell.stopped, net.round), (Some(Round(6)), Round(5)));
    assert!(cell.runs_in(Round(5)) && !cell.runs_in(Round(6)));
    net.block(&[net.pay(&actor(1), address(&actor(2)), 50_000)]);
}

/// A network on which ECDSA is off, and the accounts: one that has signed, one that never has, and one
/// whose Falcon key is active.
struct Off {
    net: Net,
    exposed: EcdsaKey,
    hidden: EcdsaKey,
    safe: EcdsaKey,
}

const SALT: [u8; 32] = [0x5a; 32];

fn hash_of(old: &EcdsaKey, new: &dyn Owns) -> [u8; 32] {
    rotation_hash(address(old), &old.public(), &new.key(), &SALT)
}

/// ECDSA is off from round 9 on; a commitment for the hidden key was made in round 4.
fn switched_off() -> Off {
    let (exposed, hidden, safe) = (actor(1), actor(2), actor(3));
    let mut net = net();
    let key = falcon(0).key();
    let add = vec![Action::AddKey(AddKey { source: 0, key })];
    let moved = net.with(&safe, add, falcon(0));
    net.block(&[moved, net.pay(&exposed, address(&hidden), 50_000)]);
    let hash = hash_of(&hidden, falcon(1));
    let commit = vec![Action::CommitRotation(CommitRotation { source: 0, hash })];
    let commit = net.by(&[&exposed], commit);
    net.block(&[commit, decide(net.genesis.chain(), off(9), &[1, 2, 3])]);
    assert_eq!(net.check(&net.pay(&exposed, address(&hidden), 50_000)), Ok(()));
    net.go_to(9);
    Off { net, exposed, hidden, safe }
}

/// The move of an account, paid by the account with the Falcon key.
fn rotation(off: &Off, old: &EcdsaKey, new: &dyn Owns, salt: [u8; 32]) -> Transaction {
    let actions = vec![
        Action::AddKey(AddKey { source: 1, key: new.key() }),
        Action::RetireKey(RetireKey { source: 1, address: address(old) }),
        Action::OpenRotation(OpenRotation { source: 1, salt }),
    ];
    signed_by(off, old, actions, new)
}

fn signed_by(off: &Off, old: &EcdsaKey, actions: Vec<Action>, new: &dyn Owns) -> Transaction {
    let mut tx = off.net.plan(&[&off.safe, old], actions);
    tx.sources[0] = Source { address: falcon(0).address(), reveal: None, ..tx.sources[0].clone() };
    let tx = off.net.with_fee(tx);
    by_all(tx, &[falcon(0) as &dyn Signs, old, new as &dyn Signs])
}

#[test]
fn from_its_round_on_no_ecdsa_key_signs_and_falcon_keys_do() {
    let off = switched_off();
    let net = &off.net;
    net.refuses(&net.pay(&off.exposed, address(&off.safe), 50_000), "ecdsa_off");
    net.refuses(&net.pay(&off.hidden, address(&off.safe), 50_000), "ecdsa_off");
    net.refuses(&net.pay(&off.safe, address(&off.hidden), 50_000), "ecdsa_off");
    let pay = |source| Action::Pay(Pay { source, to: address(&off.hidden), amount: abc(50_000) });
    let mut strong = net.plan(&[&off.safe], vec![pay(0)]);
    strong.sources[0].address = falcon(0).address();
    let strong = by_all(net.with_fee(strong), &[falcon(0)]);
    assert_eq!(net.check(&strong), Ok(()));
    // A new ECDSA key is none that could sign.
    let add = vec![Action::AddKey(AddKey { source: 0, key: actor(9).public() })];
    let mut weak = net.plan(&[&off.safe], add);
    weak.sources[0].address = falcon(0).address();
    net.refuses(&by_all(net.with_fee(weak), &[falcon(0) as &dyn Signs, &actor(9)]), "ecdsa_off");
    // The pair alone, by whomever, is not enough.
    let pair = vec![
        Action::AddKey(AddKey { source: 0, key: falcon(2).key() }),
        Action::RetireKey(RetireKey { source: 0, address: address(&off.exposed) }),
    ];
    net.refuses(&net.with(&off.exposed, pair, falcon(2)), "ecdsa_off");
}

#[test]
fn a_key_that_was_never_shown_moves_with_an_old_commitment_and_no_other_does() {
    let mut off = switched_off();
    off.net.round = Round(103);
    let early = rotation(&off, &off.hidden, falcon(1), SALT);
    off.net.refuses(&early, "no_rotation");
    off.net.round = Round(104);
    let good = rotation(&off, &off.hidden, falcon(1), SALT);
    assert_eq!(off.net.check(&good), Ok(()));
    // Another salt, another Falcon key: what a thief would have to have committed to.
    off.net.refuses(&rotation(&off, &off.hidden, falcon(1), [1; 32]), "no_rotation");
    off.net.refuses(&rotation(&off, &off.hidden, falcon(2), SALT), "no_rotation");
    // A key that has signed before, however old its commitment is.
    let hash = hash_of(&off.exposed, falcon(2));
    off.net.state.insert(rotation_key(&hash), wire::Encode::to_bytes(&Round(1)));
    off.net.refuses(&rotation(&off, &off.exposed, falcon(2), SALT), "ecdsa_off");
    // Nothing rides along, and nobody else's ECDSA key pays.
    let mut more = good.actions.clone();
    more.push(Action::Pay(Pay { source: 1, to: address(&off.safe), amount: abc(50_000) }));
    let more = signed_by(&off, &off.hidden, more, falcon(1));
    off.net.refuses(&more, "ecdsa_off");
    let by_exposed = off.net.plan(&[&off.exposed, &off.hidden], good.actions.clone());
    let by_exposed =
        by_all(by_exposed, &[&off.exposed as &dyn Signs, &off.hidden, falcon(1) as &dyn Signs]);
    off.net.refuses(&by_exposed, "ecdsa_off");

    off.net.block(std::slice::from_ref(&good));
    let account = off.net.account(address(&off.hidden)).unwrap();
    assert_eq!((account.slots.len(), account.active().count()), (2, 1));
    assert_eq!(off.net.count("rotation/"), 1, "that of the exposed key; this one is used up");
    // Its Falcon key pays from now on; the old one is over.
    let pay = Action::Pay(Pay { source: 0, to: address(&off.safe), amount: abc(50_000) });
    let mut paid = off.net.plan(&[falcon(1)], vec![pay]);
    (paid.sources[0].nonce, paid.sources[0].reveal) = (account.nonce, None);
    let paid = by_all(off.net.with_fee(paid), &[falcon(1)]);
    assert_eq!(off.net.check(&paid), Ok(()));
}

#[test]
fn a_copied_commitment_takes_nothing_from_the_first() {
    let mut off = switched_off();
    off.net.round = Round(60);
    let hash = hash_of(&off.hidden, falcon(1));
    let copy = vec![Action::CommitRotation(CommitRotation { source: 0, hash })];
    let mut copy = off.net.plan(&[&off.safe], copy);
    copy.sources[0].address = falcon(0).address();
    let copy = by_all(off.net.with_fee(copy), &[falcon(0)]);
    off.net.block(&[copy]);
    off.net.round = Round(104);
    assert_eq!(off.net.check(&rotation(&off, &off.hidden, falcon(1), SALT)), Ok(()));
}
