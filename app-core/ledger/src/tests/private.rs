//! The private pool on the ledger: money goes in, moves unseen, comes out, and is never more or
//! less. Three bundles are really proved; every attack is made of them.

mod anchors;
mod bodies;
mod collect;
mod gives;

use super::{Net, abc, actor, address, body, signed};
use crate::*;
use keys::EcdsaKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use shielded::{
    Bundle, Commitment, Draft, Frontier, Made, Memo, Output, Period, Plan, ProvingKey, Purpose,
    Spend, SpendingKey, VerifyingKey, Witnesses,
};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use types::{Amount, ChainId, Round};
use wire::{Decode, Encode};

fn proving_key() -> &'static ProvingKey {
    static KEY: OnceLock<ProvingKey> = OnceLock::new();
    KEY.get_or_init(ProvingKey::build)
}

pub(crate) fn circuit() -> &'static VerifyingKey {
    static KEY: OnceLock<VerifyingKey> = OnceLock::new();
    KEY.get_or_init(|| proving_key().verifying_key())
}

/// Each round has its own: padding made of the same numbers twice would be spent twice.
fn rng(net: &Net) -> StdRng {
    StdRng::seed_from_u64(net.round.0)
}

/// One whose numbers no release of a library changes.
fn chacha() -> rand_chacha::ChaCha20Rng {
    rand_chacha::ChaCha20Rng::seed_from_u64(7)
}

fn person(seed: u8) -> SpendingKey {
    SpendingKey::derive(&[seed; 32], Period::new(768).unwrap()).unwrap()
}

fn output(net: &Net, to: &SpendingKey, units: u64) -> Output {
    let to = to.viewing_key().address_for(net.genesis.chain(), b"test").unwrap();
    Output { to, amount: abc(units), memo: Memo::Empty, purpose: Purpose::Payment }
}

/// This order with the fee and a bundle of two actions that nobody has proved, and what proves it. An
/// execution that believes in proofs needs no more.
fn unproved(net: &Net, order: Transaction, plan: &dyn Fn(u64) -> Plan) -> (Transaction, Draft) {
    let order = Transaction { version: Transaction::WITH_BUNDLE, ..order };
    let fee = order.fee_with(&net.genesis.params.prices, 2).unwrap();
    let key = person(1).viewing_key();
    let draft = Draft::build(&plan(fee.units()), &key, &mut rng(net)).unwrap();
    let tx = Transaction { fee, bundle: Some(Box::new(draft.unsigned())), ..order };
    assert_eq!(tx.fee_needed(&net.genesis.params.prices), Some(fee));
    (tx, draft)
}

/// The same with its proof, and signed by the bundle's key.
fn proved_order(net: &Net, order: Transaction, plan: &dyn Fn(u64) -> Plan) -> Transaction {
    let (mut tx, mut draft) = unproved(net, order, plan);
    draft.prove(proving_key(), &mut rng(net)).unwrap();
    let bundle = draft.sign(tx.id(), &person(1), &mut rng(net)).unwrap();
    tx.bundle = Some(Box::new(bundle));
    tx
}

/// A transaction with this bundle and the right fee, proved and signed by everybody.
fn private(
    net: &Net,
    from: &[&EcdsaKey],
    actions: Vec<Action>,
    plan: &dyn Fn(u64) -> Plan,
) -> Transaction {
    signed(proved_order(net, net.order_of(from, actions), plan), from)
}

/// A note on the ledger with its path, for whoever has followed all leaves.
fn spend(net: &Net, leaves: &[Commitment], made: &Made) -> Spend {
    let at = leaves.iter().position(|leaf| Some(*leaf) == made.note.commitment()).unwrap() as u64;
    let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).unwrap();
    tree.append(net.round, leaves, &BTreeSet::from([at])).unwrap();
    assert_eq!(tree.anchor(net.round).unwrap(), pool(&net.state).unwrap().anchor);
    Spend { note: made.note.clone(), witness: tree.witness(at, net.round).unwrap() }
}

/// 5 ABC go into the pool, 2 of them to somebody else, and out again.
struct Story {
    /// Before each transaction, and after the last.
    nets: [Net; 4],
    shield: Transaction,
    pay: Transaction,
    back: Transaction,
}

fn copy(net: &Net) -> Net {
    Net { genesis: net.genesis.clone(), state: net.state.clone(), round: net.round }
}

fn bundle(tx: &Transaction) -> &Bundle {
    tx.bundle.as_deref().unwrap()
}

fn alice() -> EcdsaKey {
    actor(1)
}

fn bob() -> EcdsaKey {
    actor(2)
}

fn story() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(|| {
        let mut net = Net::new(&[&alice(), &bob()]);
        let start = copy(&net);
        let anchor = pool(&net.state).unwrap().anchor;
        let plan =
            |_| Plan { anchor, spends: vec![], outputs: vec![output(&net, &person(1), 5_000_000)] };
        let shield = private(&net, &[&alice()], vec![], &plan);
        let made = found(&shield, &person(1));
        net.block(std::slice::from_ref(&shield));
        let shielded = copy(&net);

        let mut leaves: Vec<Commitment> = bundle(&shield).effects.commitments().collect();
        let anchor = pool(&net.state).unwrap().anchor;
        let plan = |fee| Plan {
            anchor,
            spends: vec![spend(&net, &leaves, &made)],
            outputs: vec![output(&net, &person(1), 5_000_000 - fee)],
        };
        let pay = private(&net, &[], vec![], &plan);
        let made = found(&pay, &person(1));
        leaves.extend(bundle(&pay).effects.commitments());
        net.block(std::slice::from_ref(&pay));
        let paid = copy(&net);

        let anchor = pool(&net.state).unwrap().anchor;
        let rest = made.note.value.units();
        let plan = |fee| Plan {
            anchor,
            spends: vec![spend(&net, &leaves, &made)],
            outputs: vec![output(&net, &person(1), rest - 2_000_000 - fee)],
        };
        let to = address(&bob());
        let out = Action::Pay(Pay { source: 0, to, amount: abc(2_000_000) });
        let back = private(&net, &[], vec![out], &plan);
        net.block(std::slice::from_ref(&back));
        Story { nets: [start, shielded, paid, net], shield, pay, back }
    })
}

/// The note that this transaction makes for this person.
fn found(tx: &Transaction, who: &SpendingKey) -> Made {
    let scanner = shielded::Scanner::of_accounts(&[who.viewing_key()]).unwrap();
    let found = scanner.scan(&bundle(tx).effects.compact()).remove(0);
    Made { action: found.action, note: found.note }
}

#[test]
fn money_goes_in_moves_and_comes_out_and_the_supply_stays() {
    let Story { nets, shield, pay, back } = story();
    let supply = nets[0].supply();
    assert!(nets.iter().all(|net| net.supply() == supply));
    let held = |net: &Net| pool(&net.state).unwrap().balance.units();
    let left = 5_000_000 - pay.fee.units();
    let last = left - 2_000_000 - back.fee.units();
    assert_eq!(nets.each_ref().map(held), [0, 5_000_000, left, last]);
    assert_eq!(nets[0].abc(&alice()) - nets[1].abc(&alice()), 5_000_000 + shield.fee.units());
    assert_eq!(nets[3].abc(&bob()) - nets[2].abc(&bob()), 2_000_000);
    let fees = [shield, pay, back].map(|tx| tx.fee.units()).iter().sum::<u64>();
    assert_eq!(nets[3].fees(), fees);
}

#[test]
fn histories_say_what_went_into_the_pool_and_what_came_out() {
    let Story { nets, shield, back, .. } = story();
    let entries = |net: &Net, tx: &Transaction| {
        let block = body(std::slice::from_ref(tx));
        let outcome = execute(&net.state, &net.context(), &block, &|_| false).unwrap();
        outcome.entries.into_iter().map(|(home, entry)| (home, entry.kind)).collect::<Vec<_>>()
    };
    let home = address(&alice());
    assert_eq!(entries(&nets[0], shield), [(home, EntryKind::Fee), (home, EntryKind::PoolIn)]);
    assert_eq!(entries(&nets[2], back), [(address(&bob()), EntryKind::PoolOut)]);
}

#[test]
fn a_private_fee_depends_on_the_padded_number_of_actions_alone() {
    let Story { nets, pay, .. } = story();
    let prices = nets[0].genesis.params.prices;
    let other = Transaction { fee: abc(0), expiry: Round(3), ..pay.clone() };
    assert_eq!(other.fee_needed(&prices), Some(pay.fee));
    let with = |actions| other.fee_with(&prices, actions).unwrap();
    assert!(with(2) < with(4) && with(4) < with(8) && with(8) < with(16));
}

/// The move to Falcon is cheap for everybody; nothing else rides along.
#[test]
fn the_cap_of_the_move_to_falcon_covers_no_bundle() {
    let net = Net::new(&[&alice()]);
    let key = keys::Words::from_entropy([1; 32]).master().falcon_key().public();
    let retire = RetireKey { source: 0, address: address(&alice()) };
    let pair = vec![Action::AddKey(AddKey { source: 0, key }), Action::RetireKey(retire)];
    let prices = Prices { byte: 20, existential: 20_000, ..Prices::DEVNET };
    let order = net.order_of(&[&alice()], pair);
    assert_eq!(order.fee_needed(&prices), Some(abc(20_000)));
    assert!(order.fee_with(&prices, 2).unwrap() > abc(20_000 + 20 * 9_000));
}

#[test]
fn a_transaction_with_a_bundle_reads_back_and_fits() {
    for tx in [&story().shield, &story().pay, &story().back] {
        let bytes = super::round_trip(tx);
        assert!(Transaction::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(bytes.len() < 10_000);
        // Neither version passes for the other.
        let net = &story().nets[0];
        net.refuses(&Transaction { version: 1, ..tx.clone() }, "bad_transaction");
        net.refuses(&Transaction { bundle: None, ..tx.clone() }, "bad_transaction");
    }
    assert!(MAX_TRANSACTION > Bundle::len_for(16) + 2_000);
}

#[test]
fn a_note_is_spent_once() {
    let Story { nets, pay, .. } = story();
    nets[2].refuses(pay, "nullifier_spent");
    let twice = body(&[pay.clone(), pay.clone()]);
    let refused = execute(&nets[1].state, &nets[1].context(), &twice, &|_| false).unwrap_err();
    assert_eq!((refused.0, refused.1.code()), (1, "duplicate"));
}

#[test]
fn a_bundle_does_not_fit_into_another_transaction() {
    let Story { nets, shield, pay, .. } = story();
    let later = Transaction { expiry: pay.expiry.next(), ..pay.clone() };
    nets[1].refuses(&later, "bad_proof");
    // Bob puts alice's bundle beside his own source, and signs that.
    let mut stolen = Transaction { sources: vec![nets[0].source(&bob())], ..shield.clone() };
    stolen.fee = stolen.fee_needed(&nets[0].genesis.params.prices).unwrap();
    nets[0].refuses(&signed(stolen, &[&bob()]), "bad_proof");
    let foreign = Transaction { chain: ChainId([3; 32]), ..pay.clone() };
    nets[1].refuses(&foreign, "wrong_network");
}

#[test]
fn one_changed_byte_of_proof_or_signatures_is_refused() {
    let Story { nets, pay, .. } = story();
    let authorization = bundle(pay).authorization.to_bytes();
    for place in [0, 100, 7_000, 7_263, 7_264, 7_327, 7_328, 7_392, 7_455] {
        let mut bytes = authorization.clone();
        bytes[place] ^= 1;
        let mut reader = wire::Reader::new(&bytes);
        let effects = bundle(pay).effects.clone();
        let authorization = shielded::Authorization::decode_for(&effects, &mut reader).unwrap();
        let changed = Some(Box::new(Bundle { effects, authorization }));
        let changed = Transaction { bundle: changed, ..pay.clone() };
        assert_eq!(changed.id(), pay.id());
        assert_ne!(changed.wid(), pay.wid());
        nets[1].refuses(&changed, "bad_proof");
    }
}

/// A good transaction is no pass for its twin with a bad proof, which has the same id.
#[test]
fn the_bad_twin_of_a_good_one_is_refused() {
    let Story { nets, shield, pay, .. } = story();
    let mut bad = pay.clone();
    let foreign = bundle(shield).authorization.clone();
    bad.bundle.as_mut().unwrap().authorization = foreign;
    assert_eq!(bad.id(), pay.id());
    let code = |txs: &[Transaction], known: [u8; 32]| {
        let verified = |tx: &Transaction| tx.wid() == known;
        let refused = execute(&nets[1].state, &nets[1].context(), &body(txs), &verified);
        refused.unwrap_err().1.code()
    };
    assert_eq!(code(std::slice::from_ref(&bad), pay.wid()), "bad_proof");
    assert_eq!(code(&[bad, pay.clone()], pay.wid()), "duplicate");
}

#[test]
fn without_the_key_of_the_circuit_no_bundle_is_taken() {
    let Story { nets, pay, .. } = story();
    let context = BlockContext { circuit: None, ..nets[1].context() };
    assert_eq!(check(&nets[1].state, &context, pay), Err(Rejection::BadProof));
    // What has been verified before, by its wid, needs no second look.
    let known = pay.wid();
    let block = body(std::slice::from_ref(pay));
    let done = execute(&nets[1].state, &context, &block, &|tx| tx.wid() == known);
    assert!(done.is_ok());
}

#[test]
fn the_turnstile_holds_and_counts_the_fee() {
    let Story { nets, pay, .. } = story();
    let with = |units| {
        let mut net = copy(&nets[1]);
        let mut cell = pool(&net.state).unwrap();
        cell.balance = abc(units);
        net.state.insert(pool_key(), cell.to_bytes());
        net
    };
    with(pay.fee.units() - 1).refuses(pay, "turnstile");
    assert_eq!(with(pay.fee.units()).check(pay), Ok(()));
}

#[test]
fn an_unknown_anchor_is_refused() {
    let Story { nets, pay, .. } = story();
    nets[0].refuses(pay, "unknown_anchor");
}

#[test]
fn a_stopped_pool_takes_nothing_and_the_ledger_goes_on() {
    let Story { nets, pay, .. } = story();
    let mut net = copy(&nets[1]);
    let mut cell = pool(&net.state).unwrap();
    cell.stop(net.round);
    net.state.insert(pool_key(), cell.to_bytes());
    net.refuses(pay, "pool_stopped");
    net.block(&[net.pay(&alice(), address(&bob()), 50_000)]);
}

#[test]
fn what_leaves_the_pool_goes_where_an_action_says_and_nowhere_else() {
    let Story { nets, back, .. } = story();
    let Action::Pay(out) = &back.actions[0] else { unreachable!() };
    let with = |actions| Transaction { actions, ..back.clone() };
    let pay = |amount| Action::Pay(Pay { amount, ..*out });
    // Any change moves the id and so breaks the proof; the rules refuse these before they look.
    let minted = Action::Convert(Convert { source: 0, abc: Amount::new(5) });
    nets[2].refuses(&with(vec![minted]), "bad_transaction");
    let mut sourced = Transaction { sources: vec![nets[2].source(&bob())], ..back.clone() };
    sourced.fee = sourced.fee_needed(&nets[2].genesis.params.prices).unwrap();
    nets[2].refuses(&signed(sourced, &[&bob()]), "bad_transaction");
    // Even if everybody had signed: too much, and too little.
    let trusted = |tx: &Transaction| {
        let block = body(std::slice::from_ref(tx));
        execute(&nets[2].state, &nets[2].context(), &block, &|_| true).unwrap_err().1.code()
    };
    assert_eq!(trusted(&with(vec![pay(abc(2_000_001))])), "insufficient_funds");
    assert_eq!(trusted(&with(vec![pay(abc(1_999_999))])), "bad_transaction");
}

#[test]
fn shielding_takes_the_money_from_the_source() {
    let Story { nets, shield, .. } = story();
    let mut net = copy(&nets[0]);
    let need = 5_000_000 + shield.fee.units();
    net.edit(address(&alice()), |account| account.abc = abc(need - 1));
    net.refuses(shield, "insufficient_funds");
    net.edit(address(&alice()), |account| account.abc = abc(need));
    assert_eq!(net.check(shield), Ok(()));
    // Without a source nobody pays in.
    let orphan = Transaction { sources: vec![], ..shield.clone() };
    net.refuses(&signed(orphan, &[]), "bad_transaction");
}

#[test]
fn the_state_tells_when_a_nullifier_came_in() {
    let Story { nets, pay, .. } = story();
    for nullifier in bundle(pay).effects.nullifiers() {
        assert_eq!(nets[1].state.get(&nullifier_key(&nullifier)), None);
        let round = nets[2].state.get(&nullifier_key(&nullifier)).unwrap();
        assert_eq!(Round::from_bytes(round), Ok(nets[1].round));
    }
    let (cell, tree) = (pool(&nets[3].state).unwrap(), nets[3].state.get(&pool_tree_key()));
    assert_eq!((cell.log_count, cell.tree_size), (3, 6));
    assert_eq!(Frontier::from_bytes(tree.unwrap()).unwrap().root(), cell.anchor.root);
}

#[test]
fn a_pool_that_nobody_uses_changes_no_state() {
    let mut net = Net::new(&[&alice()]);
    let outcome = net.block(&[net.pay(&alice(), address(&bob()), 50_000)]);
    assert!(!outcome.changes.contains_key(&pool_key()));
    net.state.insert(pool_key(), vec![1]);
    assert_eq!(pool(&net.state), Err(Rejection::BadState("pool")));
}

/// A transaction with a bundle that nobody proved, from fixed seeds.
#[test]
fn the_form_of_a_private_transaction_is_frozen() {
    let net = Net::new(&[&alice()]);
    let plan = Plan {
        anchor: shielded::Anchor::of_nothing(),
        spends: vec![],
        outputs: vec![output(&net, &person(1), 1_000)],
    };
    let draft = Draft::build(&plan, &person(1).viewing_key(), &mut chacha()).unwrap();
    let tx = Transaction {
        version: Transaction::WITH_BUNDLE,
        chain: ChainId([7; 32]),
        bundle: Some(Box::new(draft.unsigned())),
        witness: vec![vec![1; 64]],
        ..net.order(&[], &[])
    };
    let found = [wire::hash("", &[&tx.to_bytes()]), tx.id().0, tx.wid()].map(hex::encode);
    let frozen = [
        "591586c23e448425984ccf3541a33645e11973ac2cd0a6c8986ebc3dea242b71",
        "8fbf391009063e110b32921c1a58a071bab3b56c659df660561ec5e71864e6d7",
        "b7d110563785fc4dd43359d8f43db375aa4672b15f7bc9cdffa3b70911011fd2",
    ];
    assert_eq!(found, frozen);
    let keys = [nullifier_key(&shielded::Nullifier([1; 32])), finished_tree_key(2), pool_key()];
    let names = [b"nullifier/".as_slice(), b"tree/", b"cell/pool"];
    assert!(keys.iter().zip(names).all(|(key, name)| key.starts_with(name)));
    assert_eq!(pool_tree_key(), b"cell/pool-tree");
}
