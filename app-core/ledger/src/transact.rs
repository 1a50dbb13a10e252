//! Running one transaction: what must hold before its actions do their work.

use crate::actions::rotation;
use crate::draft::{Draft, Effects};
use crate::{
    Account, EXPIRY_ROUNDS, Execution, KeySlot, Params, Rejection, Source, Transaction, open_id_key,
};
use keys::PublicKey;
use types::{Address, TxId};

/// Checks and performs a transaction; cheap checks come first, signatures last.
pub(crate) fn run(block: &Execution<'_>, tx: &Transaction, id: TxId) -> Result<Effects, Rejection> {
    let context = block.context();
    let params = context.params.priced(tx.price_epoch, context.round);
    let params = params.ok_or(Rejection::BadTransaction("unknown price epoch"))?;
    tx.check_shape(&params)?;
    check_context(block, tx)?;
    check_fee(&params, tx)?;
    block.check_bundle(tx)?;
    let mut draft = Draft::new(block, id, block.position());
    tx.sources.iter().enumerate().try_for_each(|(at, source)| open(&mut draft, tx, at, source))?;
    rotation::check_signers(&draft, tx)?;
    check_funds(&draft, tx)?;
    if !block.trusts(tx) {
        tx.check_signatures(&|address| key_of(&draft, address))?;
        block.check_proof(tx, id)?;
    }
    draft.perform(tx)?;
    Ok(draft.effects)
}

fn check_context(block: &Execution<'_>, tx: &Transaction) -> Result<(), Rejection> {
    let context = block.context();
    if tx.chain != context.chain {
        return Err(Rejection::WrongNetwork);
    }
    if tx.expiry < context.round {
        return Err(Rejection::Expired);
    }
    if tx.expiry > context.round.plus(EXPIRY_ROUNDS) {
        return Err(Rejection::ExpiryTooFar);
    }
    Ok(())
}

fn check_fee(params: &Params, tx: &Transaction) -> Result<(), Rejection> {
    let needed = tx.fee_needed(&params.prices);
    let needed = needed.ok_or(Rejection::BadTransaction("fee beyond 64 bits"))?;
    if tx.fee == needed { Ok(()) } else { Err(Rejection::BadFee { needed }) }
}

/// Takes up a source: finds its account, checks nonce and key, uses up the nonce.
fn open(
    draft: &mut Draft<'_>,
    tx: &Transaction,
    at: usize,
    source: &Source,
) -> Result<(), Rejection> {
    let home = draft.home_of(source.address)?;
    if draft.sources.iter().any(|(_, known)| *known == home) {
        return Err(Rejection::BadTransaction("one account as two sources"));
    }
    let need = debit(draft, tx, at);
    let nothing = Rejection::InsufficientFunds { have: 0, need };
    let mut account = draft.block.account(home)?.ok_or(nothing)?;
    let next = Rejection::BadNonce { expected: account.nonce };
    if source.nonce != account.nonce {
        return Err(next);
    }
    account.nonce = account.nonce.checked_add(1).ok_or(next)?;
    check_key(draft, &mut account, source)?;
    draft.sources.push((source.address, home));
    draft.effects.accounts.insert(home, account);
    Ok(())
}

/// The first signature brings the key; from then on the account knows it.
fn check_key(
    draft: &mut Draft<'_>,
    account: &mut Account,
    source: &Source,
) -> Result<(), Rejection> {
    match (&source.reveal, account.slot(source.address)) {
        (None, Some(slot)) if slot.retired.is_some() => Err(Rejection::KeyRetired),
        (None, Some(_)) => Ok(()),
        (Some(key), None) if account.slots.is_empty() && key.address() == account.home => {
            reveal(draft, account, key)
        }
        (Some(_), None | Some(_)) | (None, None) => Err(Rejection::BadReveal),
    }
}

fn reveal(draft: &mut Draft<'_>, account: &mut Account, key: &PublicKey) -> Result<(), Rejection> {
    let id = open_id_key(key.open_id());
    if draft.read::<Address>(&id)?.is_some() {
        return Err(Rejection::KeyInUse);
    }
    let added = draft.block.context().round;
    account.slots.push(KeySlot { key: key.clone(), added, retired: None });
    account.open_id = Some(key.open_id());
    draft.write(id, &account.home);
    Ok(())
}

/// Each source must hold, before the transaction, all that it is to pay.
fn check_funds(draft: &Draft<'_>, tx: &Transaction) -> Result<(), Rejection> {
    for (position, (_, home)) in draft.sources.iter().enumerate() {
        let need = debit(draft, tx, position);
        let have = draft.effects.accounts.get(home).map_or(0, |account| account.abc.units());
        if need > u128::from(have) {
            return Err(Rejection::InsufficientFunds { have, need });
        }
    }
    Ok(())
}

/// What a source pays in all. At most 18 amounts of 64 bits: 128 are always enough.
fn debit(draft: &Draft<'_>, tx: &Transaction, position: usize) -> u128 {
    let params = draft.block.context().params;
    let into_pool = if tx.leaves_pool() < 0 { tx.leaves_pool().unsigned_abs() } else { 0 };
    let first = u128::from(tx.fee.units()).saturating_add(u128::from(into_pool));
    let first = if position == 0 { first } else { 0 };
    let mine = tx.actions.iter().map(|action| action.act());
    let mine = mine.filter(|act| act.source().map(usize::from) == Some(position));
    mine.fold(first, |sum, act| sum.saturating_add(act.debit(params)))
}

fn key_of(draft: &Draft<'_>, address: Address) -> Option<PublicKey> {
    let slot = |account: &Account| account.slot(address).map(|slot| slot.key.clone());
    let opened = draft.effects.accounts.values().find_map(slot);
    opened.or_else(|| {
        let home = draft.home_of(address).ok()?;
        slot(&draft.block.account(home).ok()??)
    })
}
