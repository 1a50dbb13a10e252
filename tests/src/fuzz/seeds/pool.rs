//! The private pool: a bundle that nobody proved, and what people and nodes keep of it.

use super::{Seed, rng, seed};
use anyhow::{Context, Result};
use ledger::Transaction;
use shielded::{
    Anchor, Authorization, CarryClaim, Commitment, DisclosureDigest, Draft, Frontier, LogEntry,
    LogPlace, Memo, Opening, Output, Period, Plan, Pool, Purpose, SpendingKey, Witnesses,
};
use std::collections::BTreeSet;
use types::{Address, AddressKind, Amount, ChainId, OpenId, Round, Timestamp, TxId};
use wallet::private::{PoolState, PrivatePayee, take_entries};
use wallet::review::{CarriedProof, CarriedProofs, PoolLine, PoolLineKind, PoolMove, Serial};
use wallet::{GiftOrder, Rest};
use wire::Encode;

const CHAIN: ChainId = ChainId([7; 32]);
/// December 2026.
const PERIOD: u32 = 768;

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let period = Period::new(PERIOD).context("a period")?;
    let key = SpendingKey::derive(&[1; 32], period).context("a key")?;
    let draft = draft(&key)?;
    let mut seeds = bundles(&draft);
    seeds.push(seed("ledger-transaction", "private", transaction(&draft).to_bytes()));
    seeds.extend(wallet(&key, &draft)?);
    seeds.extend(claims(&key, &draft)?);
    let entry = LogEntry::of(Round(1), 0, draft.effects());
    seeds.extend(profile(&key, &entry)?);
    seeds.push(seed("shielded-log", "entry", entry.to_bytes()));
    seeds.push(seed("shielded-log", "place", LogPlace::START.behind(&[entry]).to_bytes()));
    seeds.push(seed("shielded-pool", "genesis", Pool::genesis().to_bytes()));
    seeds.push(seed("shielded-pool", "empty-tree", Frontier::empty().to_bytes()));
    seeds.push(seed("shielded-pool", "tree", frontier(&draft)?.to_bytes()));
    Ok(seeds)
}

/// What a profile keeps.
fn profile(key: &SpendingKey, entry: &LogEntry) -> Result<Vec<Seed>> {
    let mut state = PoolState::new(Timestamp(1_796_000_000_000)).context("an empty tree")?;
    let (keys, at) = ([key.viewing_key()], (Round(3), Timestamp(1_796_500_000_000)));
    let entries = std::slice::from_ref(entry);
    let step = take_entries(&mut state, entries, (&keys, &[]), &[], at).context("a round")?;
    let note = step.notes.first().context("a note")?;
    let to = key.viewing_key().address_for(CHAIN, b"seed").context("an address")?;
    let line = PoolLine {
        kind: PoolLineKind::Payment,
        amount: Amount::new(5),
        to: Some(to),
        text: Some("tea".to_owned()),
        unreadable: false,
    };
    let fee = Some(Amount::new(2));
    let moved = PoolMove { round: Round(1), bundle: [7; 32], fee, lines: vec![line] };
    let (root, rest) = ([3; 32], [4; 32]);
    let account = Address { kind: AddressKind::Falcon, payload: [5; 20] };
    let gift = GiftOrder { shares: 2, lucky: true, root, rest, rounds: 86_400 };
    Ok(vec![
        seed("wallet-private", "reviewed-bundle", moved.to_bytes()),
        seed("wallet-private", "note", note.to_bytes()),
        seed("wallet-private", "payee", PrivatePayee::Private(to).to_bytes()),
        seed("wallet-private", "carry-over", PrivatePayee::CarryOver(note.period).to_bytes()),
        seed("wallet-private", "red-envelope", PrivatePayee::Envelope(gift).to_bytes()),
        seed("wallet-private", "sweep", PrivatePayee::Sweep(account).to_bytes()),
        seed("wallet-private", "rest", Rest::new([4; 32]).to_bytes()),
        seed("wallet-private", "state", step.state),
    ])
}

fn draft(key: &SpendingKey) -> Result<Draft> {
    let viewing = key.viewing_key();
    let output = Output {
        to: viewing.address_for(CHAIN, b"seed").context("an address")?,
        amount: Amount::new(1_000),
        memo: Memo::Payment { request: Some([9; 16]), text: "tea".to_owned() },
        purpose: Purpose::Payment,
    };
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs: vec![output] };
    Ok(Draft::build(&plan, &viewing, &mut rng())?)
}

/// The proof is zeros: no decoder looks into it.
fn bundles(draft: &Draft) -> Vec<Seed> {
    let effects = draft.effects().to_bytes();
    let mut bundle = effects.clone();
    bundle.resize(effects.len() + Authorization::len_for(draft.effects().actions().len()), 0);
    let action = draft.effects().actions().first().map(Encode::to_bytes).unwrap_or_default();
    vec![
        seed("shielded-bundle", "bundle", bundle),
        seed("shielded-bundle", "effects", effects),
        seed("shielded-bundle", "action", action),
    ]
}

fn transaction(draft: &Draft) -> Transaction {
    Transaction {
        version: Transaction::WITH_BUNDLE,
        chain: CHAIN,
        expiry: Round(600),
        price_epoch: 0,
        sources: vec![],
        fee: Amount::ZERO,
        actions: vec![],
        bundle: Some(Box::new(draft.unsigned())),
        witness: vec![],
    }
}

fn frontier(draft: &Draft) -> Result<Frontier> {
    let mut frontier = Frontier::empty();
    for leaf in draft.effects().commitments() {
        frontier.append(leaf)?;
    }
    Ok(frontier)
}

fn wallet(key: &SpendingKey, draft: &Draft) -> Result<Vec<Seed>> {
    let viewing = key.viewing_key();
    let note = &draft.made().first().context("a note")?.note;
    let address = viewing.address_for(CHAIN, b"seed").context("an address")?;
    let compact = draft.effects().compact().first().map(Encode::to_bytes).unwrap_or_default();
    let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0))?;
    let leaves: Vec<Commitment> = draft.effects().commitments().collect();
    tree.append(Round(1), &leaves, &BTreeSet::from([0]))?;
    tree.append(Round(2), &[], &BTreeSet::new())?;
    let witness = tree.witness(0, Round(2))?;
    let name = "shielded-wallet";
    Ok(vec![
        seed(name, "compact", compact),
        seed(name, "note", note.to_bytes()),
        seed(name, "tree", tree.to_bytes()),
        seed(name, "witness", witness.to_bytes()),
        seed(name, "viewing-key", viewing.to_bytes()),
        seed(name, "incoming-key", viewing.incoming().context("a key")?.to_bytes()),
        seed(name, "address", address.to_bytes()),
        seed(name, "memo-envelope", memo_of_envelope()),
        seed("shielded-address", "address", address.to_string()),
    ])
}

/// Of root and last round, with zeros behind.
fn memo_of_envelope() -> Vec<u8> {
    let mut memo = [&[3][..], &[7; 32], &86_410_u64.to_be_bytes()].concat();
    memo.resize(shielded::MEMO_LEN, 0);
    memo
}

fn claims(key: &SpendingKey, draft: &Draft) -> Result<Vec<Seed>> {
    let viewing = key.viewing_key();
    let made = draft.made().first().context("a note")?;
    let action = draft.effects().actions().get(made.action).context("an action")?;
    let payer = Opening::by_payer(&viewing, action).context("the payer's")?;
    let payee = Opening::by_payee(&viewing, action).context("the payee's")?;
    let digest = DisclosureDigest::of(b"seed");
    let proof = digest.prove_payee(&viewing, &made.note, &mut rng()).context("a proof")?;
    let (account, period) = (OpenId([5; 32]), key.period());
    let transaction = TxId([6; 32]);
    let claim = CarryClaim { chain: CHAIN, transaction, account, from: period, to: period };
    let carry = draft.prove_carry(&claim, (key, &viewing), &mut rng()).context("a carry")?;
    let handed = CarriedProof {
        bundle: draft.effects().digest(),
        from: period,
        to: period.after_stop().context("a later account")?,
        expiry: Round(600),
        price_epoch: 0,
        fee: Amount::new(10),
        proof: carry.clone(),
    };
    let handed = CarriedProofs { serial: Serial([3; 16]), proofs: vec![handed] };
    let name = "shielded-claims";
    Ok(vec![
        seed("wallet-proofs", "one", handed.to_bytes()),
        seed(name, "payer", payer.to_bytes()),
        seed(name, "payee", payee.to_bytes()),
        seed(name, "address-proof", proof.to_bytes()),
        seed(name, "carry", carry.to_bytes()),
        seed(name, "randomizer", [1; 32]),
    ])
}
