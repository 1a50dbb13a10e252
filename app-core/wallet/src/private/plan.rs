//! From a wish to a bundle: which notes are spent, what goes where, against which anchor.
//!
//! Every wallet proves against the anchor of the same round and lets its transactions expire with it,
//! pays a fee that depends on the padded number of actions alone, and spends notes of one period
//! account only. So two wallets that do the same look the same (`money-and-mail.md` A4, A9, B2).

use crate::Refusal;
use crate::gift::check_gift;
use crate::plan::PATIENCE;
use crate::private::choose::{Choice, choose, gather, split};
use crate::private::{OwnNote, PrivateAttempt, PrivatePayee, Transfer};
use keys::ClaimKey;
use ledger::{Action, Params, Pay, Transaction};
use rand_core::CryptoRng;
use shielded::{
    Anchor, BuildError, Draft, MadeEnvelope, Memo, Nullifier, Output, Period, Plan, Purpose, Spend,
    SpendingKey, ViewingKey, Witnesses, anchor_round,
};
use std::collections::BTreeSet;
use types::{Abc, Amount, ChainId, Round};
use wire::{Decode, Encode};

/// What a transfer is planned on.
#[derive(Debug, Clone, Copy)]
pub struct PoolGround<'a> {
    /// The network.
    pub chain: ChainId,
    /// Its parameters, prices among them.
    pub params: &'a Params,
    /// The newest round whose header has been checked.
    pub round: Round,
    /// Whether a public payee has a record on the ledger, as proved.
    pub payee_exists: bool,
    /// The account of the pool that pays.
    pub key: &'a ViewingKey,
    /// Our notes that are not spent.
    pub notes: &'a [OwnNote],
    /// Our transfers that may still happen.
    pub open: &'a [Transfer],
    /// The tree up to the newest round.
    pub tree: &'a Witnesses,
}

/// What can be done for a wish now.
#[derive(Debug)]
pub enum Readiness {
    /// It can be proved.
    Ready(Box<Ready>),
    /// The money is there, but only a later anchor has it: a few rounds.
    Waits {
        /// What it will cost beside the amount.
        fee: Amount<Abc>,
    },
    /// The money is there, in more notes than a bundle takes: some are merged first
    /// (`money-and-mail.md` B11).
    Merges {
        /// What all of that will cost beside the amount.
        fee: Amount<Abc>,
        /// How many merges it takes, each a transaction of its own.
        merges: usize,
    },
}

/// A transaction but for its bundle's proof and signatures.
#[derive(Debug)]
pub struct Ready {
    /// What the bundle does.
    pub plan: Plan,
    /// The rest, with the right fee.
    pub order: Transaction,
}

/// Chooses the notes for a wish and says what its bundle is to be. The same question tells what it
/// costs and whether there is enough.
///
/// # Errors
/// [`Refusal`]; nothing is reserved then.
pub fn plan_transfer(wish: &Transfer, ground: PoolGround<'_>) -> Result<Readiness, Refusal> {
    check(wish, ground)?;
    let order = order(wish, ground);
    let (_, prices) = ground.params.prices_at(ground.round.next());
    let all = free_notes(ground, &wish.intent, |period| period == ground.key.period());
    let settled = checkpoint(ground);
    let old: Vec<&OwnNote> =
        all.iter().copied().filter(|note| settled.is_some_and(|at| note.round <= at)).collect();
    let shielded = matches!(wish.to, PrivatePayee::Private(_));
    let asked = (wish.amount, usize::from(shielded));
    let fee = match choose(&all, asked, &order, prices) {
        Ok(choice) => choice.fee,
        Err(short) => {
            let gathered = gather(&all, wish.amount, &order, prices).ok_or(short)?;
            return Ok(Readiness::Merges { fee: gathered.fee, merges: gathered.merges });
        }
    };
    // What is there is enough; what the anchor has may not be yet.
    let (Some(at), Ok(choice)) = (settled, choose(&old, asked, &order, prices)) else {
        return Ok(Readiness::Waits { fee });
    };
    ready(wish, ground, (order, choice), at).map(|ready| Readiness::Ready(Box::new(ready)))
}

/// Signs what was proved for this order.
///
/// # Errors
/// [`BuildError`] if the key is another account's, or nothing was proved.
pub fn seal_transfer<R: CryptoRng>(
    order: Transaction,
    draft: Draft,
    key: &SpendingKey,
    rng: &mut R,
) -> Result<PrivateAttempt, BuildError> {
    seal(order, draft, (key, None), rng)
}

/// Signs a red envelope that was proved, by the key of what comes back of it as well; says when it
/// ends.
///
/// # Errors
/// [`BuildError`] if the key is another account's, or nothing was proved.
pub fn seal_gift<R: CryptoRng>(
    order: Transaction,
    draft: Draft,
    (key, rest): (&SpendingKey, &ClaimKey),
    rng: &mut R,
) -> Result<(PrivateAttempt, Round), BuildError> {
    let [Action::CreateEnvelope(made)] = order.actions[..] else { return Err(BuildError::Proof) };
    let expiry = made.expiry;
    Ok((seal(order, draft, (key, Some(rest)), rng)?, expiry))
}

fn seal<R: CryptoRng>(
    mut order: Transaction,
    draft: Draft,
    (key, beside): (&SpendingKey, Option<&ClaimKey>),
    rng: &mut R,
) -> Result<PrivateAttempt, BuildError> {
    order.bundle = Some(Box::new(draft.unsigned()));
    let tx = order.id();
    let spend = draft.randomizers().into_iter().next();
    let spend = spend.and_then(|(place, kept)| Some((u8::try_from(place).ok()?, kept)));
    order.bundle = Some(Box::new(draft.sign(tx, key, rng)?));
    order.witness = beside.iter().map(|beside| beside.sign(&order.sighash()).to_vec()).collect();
    let (fee, expiry) = (order.fee, order.expiry);
    Ok(PrivateAttempt { tx, bytes: order.to_bytes(), fee, expiry, carry: None, spend })
}

fn check(wish: &Transfer, ground: PoolGround<'_>) -> Result<(), Refusal> {
    if wish.amount.is_zero() {
        return Err(Refusal::Zero);
    }
    match wish.to {
        PrivatePayee::Public(_) | PrivatePayee::Sweep(_) => {
            let least = crate::plan::least_for(ground.params, ground.round, ground.payee_exists);
            if wish.amount < least { Err(Refusal::BelowMinimum(least)) } else { Ok(()) }
        }
        PrivatePayee::Envelope(gift) => {
            let (_, prices) = ground.params.prices_at(ground.round.next());
            check_gift(wish.amount, gift.shares, prices)
        }
        PrivatePayee::Private(_) | PrivatePayee::CarryOver(_) | PrivatePayee::Merge(_) => Ok(()),
    }
}

/// The transaction without its bundle; its fee is set once the size of that is known.
pub(super) fn order(wish: &Transfer, ground: PoolGround<'_>) -> Transaction {
    match wish.to {
        PrivatePayee::Private(_) | PrivatePayee::CarryOver(_) | PrivatePayee::Merge(_) => {
            blank(ground, vec![])
        }
        PrivatePayee::Public(to) | PrivatePayee::Sweep(to) => {
            blank(ground, vec![Action::Pay(Pay { source: 0, to, amount: wish.amount })])
        }
        PrivatePayee::Envelope(gift) => {
            // From the round that all wallets count from, as for the expiry of the transaction.
            let expiry = anchor_round(ground.round).plus(gift.rounds);
            blank(ground, vec![gift.action(wish.amount, expiry)])
        }
    }
}

/// A transaction that a bundle alone pays for, without that.
pub(super) fn blank(ground: PoolGround<'_>, actions: Vec<Action>) -> Transaction {
    let (price_epoch, _) = ground.params.prices_at(ground.round.next());
    Transaction {
        version: Transaction::WITH_BUNDLE,
        chain: ground.chain,
        expiry: anchor_round(ground.round).plus(PATIENCE),
        price_epoch,
        sources: vec![],
        fee: Amount::ZERO,
        actions,
        bundle: None,
        witness: vec![],
    }
}

/// Our notes of these period accounts that no other transfer under way spends.
pub(super) fn free_notes<'a>(
    ground: PoolGround<'a>,
    own: &[u8; 16],
    of: impl Fn(Period) -> bool,
) -> Vec<&'a OwnNote> {
    let reserved = reserved(ground.open, own);
    let free = |note: &&OwnNote| of(note.period) && !reserved.contains(&note.nullifier);
    ground.notes.iter().filter(free).collect()
}

/// Notes that other transfers under way spend.
fn reserved(open: &[Transfer], own: &[u8; 16]) -> BTreeSet<Nullifier> {
    let attempts = open.iter().filter(|it| it.state.is_open() && it.intent != *own);
    let attempts = attempts.filter_map(|transfer| transfer.attempt.as_ref());
    let bundles = attempts
        .filter_map(|attempt| Transaction::from_bytes(&attempt.bytes).ok())
        .filter_map(|transaction| transaction.bundle);
    bundles.flat_map(|bundle| bundle.effects.nullifiers().collect::<Vec<_>>()).collect()
}

/// The last round with a bundle at or before the common anchor's: the tree did not change since.
pub(super) fn checkpoint(ground: PoolGround<'_>) -> Option<Round> {
    ground.tree.checkpoint_at(anchor_round(ground.round))
}

fn ready(
    wish: &Transfer,
    ground: PoolGround<'_>,
    (mut order, choice): (Transaction, Choice),
    at: Round,
) -> Result<Ready, Refusal> {
    let (anchor, spends) = spends(&choice.notes, ground, at)?;
    let mut outputs = vec![];
    if let PrivatePayee::Private(to) = wish.to {
        let text = wish.memo.clone().filter(|text| text.len() <= shielded::MAX_TEXT);
        let memo = Memo::Payment { request: None, text: text.unwrap_or_default() };
        outputs.push(Output { to, amount: wish.amount, memo, purpose: Purpose::Payment });
    }
    let own = ground.key.own_address(ground.chain, &wish.intent).ok_or(Refusal::PoolUnknown)?;
    // One that makes a red envelope says so in its change, even if that is worth nothing: its padding
    // would be there all the same.
    let mut said = change_memo(&order);
    let parts = choice.parts.max(usize::from(said != Memo::Empty));
    outputs.extend(split(choice.change, parts).map(|amount| Output {
        to: own,
        amount,
        memo: std::mem::take(&mut said),
        purpose: Purpose::Change,
    }));
    order.fee = choice.fee;
    Ok(Ready { plan: Plan { anchor, spends, outputs }, order })
}

/// What the change says: of a red envelope what its giver looks for when the words are all that is left.
fn change_memo(order: &Transaction) -> Memo {
    match order.actions.as_slice() {
        [Action::CreateEnvelope(made)] => {
            Memo::Envelope(MadeEnvelope { root: made.root, expiry: made.expiry })
        }
        _ => Memo::Empty,
    }
}

/// The notes with their paths to the root of this round.
pub(super) fn spends(
    notes: &[OwnNote],
    ground: PoolGround<'_>,
    at: Round,
) -> Result<(Anchor, Vec<Spend>), Refusal> {
    let missing = |_| Refusal::PoolUnknown;
    let spend = |note: &OwnNote| {
        let witness = ground.tree.witness(note.position, at).map_err(missing)?;
        Ok(Spend { note: note.note.clone(), witness })
    };
    let spends = notes.iter().map(spend).collect::<Result<Vec<_>, _>>()?;
    Ok((ground.tree.anchor(at).map_err(missing)?, spends))
}
