//! A profile restored from its words reads in the log what it has given out of the private pool before.

use keys::EnvelopeKey;
use ledger::{Claim, Params, RedEnvelopeId, claim_key};
use shielded::{
    Anchor, Draft, Effects, Frontier, MadeEnvelope, Memo, Month, Output, Period, Plan, Purpose,
    ShieldedAddress, Spend, SpendingKey, Witnesses,
};
use store::{Flow, HistoryKind};
use wallet::FoundRest;
use wallet::review::PoolFees;

use super::gifts::ALICE;
use super::pool::{Lie, Pooled, Told, honest, told};
use super::*;
use crate::flows::gifts::Which;

const ABC: u64 = 1_000_000;
const GIVEN: u64 = 300_000;

/// Alice's account of the pool for the present month.
pub(super) fn account() -> SpendingKey {
    let seed = Words::from_entropy([ALICE; 32]).master().shielded_seed();
    let month = Month::of(Clock::system().now()).unwrap();
    SpendingKey::derive(&seed, Period::first_of(month)).unwrap()
}

fn own() -> EnvelopeKey {
    Words::from_entropy([ALICE; 32]).master().envelope_key()
}

fn said(root: u8) -> Memo {
    Memo::Envelope(MadeEnvelope { root: [root; 32], expiry: Round(u64::from(root)) })
}

/// What somebody else pays her, with words that are none of his: to an address that she gave away, or,
/// because he may look into her account, to one of her own.
fn somebody(purpose: Purpose, chain: ChainId, root: u8) -> Effects {
    let key = account().viewing_key();
    let to = match purpose {
        Purpose::Payment => key.address_for(chain, b"bob"),
        Purpose::Change | Purpose::CarryOver => key.own_address(chain, b"bob"),
    };
    paid_to(to.unwrap(), said(root))
}

/// An ABC for this address, out of nothing and of nobody.
fn paid_to(to: ShieldedAddress, memo: Memo) -> Effects {
    let (amount, purpose) = (Amount::new(ABC), Purpose::Payment);
    let outputs = vec![Output { to, amount, memo, purpose }];
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs };
    let payer = SpendingKey::derive(&[7; 32], account().viewing_key().period()).unwrap();
    let draft = Draft::build(&plan, &payer.viewing_key(), &mut rand::rng()).unwrap();
    draft.effects().clone()
}

/// Alice spends the first note of the log that is hers for a red envelope, and keeps the rest.
fn gives(first: &Effects, chain: ChainId, (root, kept): (u8, u64)) -> Effects {
    let view = account().viewing_key();
    let scanner = shielded::Scanner::of_accounts(std::slice::from_ref(&view)).unwrap();
    let found = scanner.scan(&first.compact());
    let note = found.into_iter().map(|it| it.note).find(|note| !note.value.is_zero()).unwrap();
    let leaves: Vec<_> = first.commitments().collect();
    let place = leaves.iter().position(|leaf| Some(*leaf) == note.commitment()).unwrap() as u64;
    let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).unwrap();
    tree.append(Round(1), &leaves, &BTreeSet::from([place])).unwrap();
    let witness = tree.witness(place, Round(1)).unwrap();
    let to = view.own_address(chain, b"change").unwrap();
    let (amount, purpose) = (Amount::new(kept), Purpose::Change);
    let outputs = vec![Output { to, amount, memo: said(root), purpose }];
    let anchor = tree.anchor(Round(1)).unwrap();
    let plan = Plan { anchor, spends: vec![Spend { note, witness }], outputs };
    Draft::build(&plan, &view, &mut rand::rng()).unwrap().effects().clone()
}

fn fees() -> PoolFees {
    PoolFees::of(&Params::DEVNET, Round(1), 2)
}

/// A log with what others write to Alice, and what she has given, keeping this; the latter's digest.
fn log_of(root: u8, kept: u64) -> (Arc<Pooled>, [u8; 32]) {
    let mut digest = [0; 32];
    let pooled = Pooled::with(|chain| {
        let first = somebody(Purpose::Payment, chain, 90);
        let gives = gives(&first, chain, (root, kept));
        digest = gives.digest();
        vec![first, somebody(Purpose::Change, chain, 91), gives]
    });
    (pooled, digest)
}

/// Reads the log, or says why it cannot be read.
async fn read(told: &mut Told) -> Result<(), Fault> {
    let node = told.node.clone();
    told.engine.read_pool(&node).await
}

/// Looks at what has come back.
async fn look(told: &mut Told) {
    let node = told.node.clone();
    told.engine.follow_gifts(&node, Which::Open).await.unwrap();
}

async fn found(told: &Told) -> Vec<FoundRest> {
    told.engine.store().found_rests().await.unwrap()
}

#[tokio::test]
async fn what_it_gave_is_found_by_its_change_and_by_nobody_elses_words() {
    let fee = fees().giving;
    for kept in [ABC - GIVEN - fee.units(), 0] {
        let (pooled, bundle) = log_of(80, kept);
        let mut told = told(&pooled, honest, honest).await;
        read(&mut told).await.unwrap();
        let own = own();
        let chain = told.engine.bound().unwrap().home.chain;
        let made = MadeEnvelope { root: [80; 32], expiry: Round(80) };
        assert_eq!(found(&told).await, [FoundRest::new((made, bundle), (chain, &own))]);
        let store = told.engine.store();
        assert_eq!(store.private_money().await.unwrap().balance.units(), ABC + kept);
        let rows = store.history(None, None).await.unwrap();
        let row = rows.iter().find(|row| row.tx.0 == bundle).unwrap();
        assert_eq!((row.kind, row.flow), (HistoryKind::Envelope, Flow::Out));
        assert_eq!((row.fee, row.amount.units()), (Some(fee), ABC - kept - fee.units()));
    }
}

/// Before it was restored, or by another device.
#[tokio::test]
async fn what_had_come_back_before_stands_in_the_history_and_is_not_asked_for_again() {
    let (envelope, own) = (RedEnvelopeId([6; 32]), own());
    let amount = Amount::new(ABC - GIVEN);
    let pooled = Pooled::with_records(|chain| {
        let first = somebody(Purpose::Payment, chain, 90);
        let to = account().viewing_key().own_address(chain, &envelope.0).unwrap();
        let gives = gives(&first, chain, (2, 0));
        let claim = Claim::Collected { envelope, amount, fee: Amount::new(7) };
        let key = claim_key(&own.refund_key(chain, &[2; 32]).public());
        (vec![first, gives, paid_to(to, Memo::Empty)], vec![(key, claim.to_bytes())])
    });
    let mut told = told(&pooled, honest, honest).await;
    read(&mut told).await.unwrap();
    look(&mut told).await;
    let store = told.engine.store();
    assert_eq!(store.open_found_rests().await.unwrap(), []);
    let rows = store.history(None, None).await.unwrap();
    let row = rows.iter().find(|row| row.envelope == Some(envelope)).unwrap();
    assert_eq!((row.kind, row.flow), (HistoryKind::Envelope, Flow::In));
    assert_eq!(row.amount.units(), ABC);
}

#[tokio::test]
async fn one_that_is_over_and_brought_nothing_back_is_done_with() {
    let (pooled, _) = log_of(2, 0);
    let mut told = told(&pooled, honest, honest).await;
    read(&mut told).await.unwrap();
    assert_eq!(found(&told).await.len(), 1);
    look(&mut told).await;
    assert_eq!(told.engine.store().open_found_rests().await.unwrap(), []);
}

fn keeps_bundles_back(reply: &mut ChainReply) {
    if matches!(reply, ChainReply::PoolEffects(_)) {
        *reply = ChainReply::Warranted;
    }
}

#[tokio::test]
async fn the_log_is_not_read_on_before_it_is_known_what_a_bundle_gave() {
    let (pooled, _) = log_of(80, 0);
    let told_by = |home: Lie, elsewhere: Lie| told(&pooled, home, elsewhere);
    let mut helped = told_by(keeps_bundles_back, honest).await;
    read(&mut helped).await.unwrap();
    assert_eq!(found(&helped).await.len(), 1);
    let mut alone = told_by(keeps_bundles_back, keeps_bundles_back).await;
    assert!(read(&mut alone).await.unwrap_err().is_elsewhere());
    assert_eq!(found(&alone).await, []);
    assert!(alone.engine.store().pool_state().await.unwrap().is_none(), "it is read again");
}
