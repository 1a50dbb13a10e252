//! Where a share goes once its amount is known.

use super::draw::{lucky_range, lucky_share};
use super::{Claim, ClaimEnvelope, RedEnvelope, RedEnvelopeId, claim_key, due, envelope_key};
use crate::draft::Draft;
use crate::{EntryKind, Pot, Rejection};
use types::{Abc, Address, Amount};

/// Takes a claim that has passed every check: settles an equal share at once, puts a lucky one on
/// the list of draws.
pub(crate) fn claim(
    draft: &mut Draft<'_>,
    claim: &ClaimEnvelope,
    envelope: &mut RedEnvelope,
    fee: Amount<Abc>,
) -> Result<(), Rejection> {
    let id = claim.envelope;
    let turn = envelope.claimed;
    envelope.claimed = turn.saturating_add(1);
    if envelope.lucky {
        draft.write(envelope_key(id), envelope);
        let pay_to = claim.pay_to;
        draft.write(claim_key(&claim.key), &Claim::Drawing { envelope: id, fee, pay_to });
        return due::draw_later(draft, &claim.key);
    }
    let share = equal_share(envelope, turn);
    cut(draft, id, envelope, share)?;
    let amount = without(share, fee)?;
    if !settle(draft, &claim.key, (id, amount), claim.pay_to)? && claim.pay_to.is_some() {
        let least = Amount::new(draft.block.context().params.prices.existential);
        return Err(Rejection::BelowMinimum { least });
    }
    Ok(())
}

/// Draws the share of a claim, with the beacon of the round before.
pub(crate) fn draw(draft: &mut Draft<'_>, key: &[u8; 32]) -> Result<(), Rejection> {
    let claim = draft.read::<Claim>(&claim_key(key))?;
    let Some(Claim::Drawing { envelope: id, fee, pay_to }) = claim else {
        return Err(Rejection::BadState("claim"));
    };
    let record = draft.read::<RedEnvelope>(&envelope_key(id))?;
    let mut envelope = record.ok_or(Rejection::BadState("red envelope"))?;
    let shares = envelope.shares.saturating_sub(envelope.drawn);
    let range = lucky_range(envelope.left, shares, envelope.least);
    let share = lucky_share(&draft.block.context().beacon, id, key, range);
    cut(draft, id, &mut envelope, share)?;
    let amount = without(share, fee)?;
    draft.on_behalf_of(envelope.tx, |draft| settle(draft, key, (id, amount), pay_to)).map(drop)
}

/// True if somebody has paid this address before.
pub(crate) fn has_record(draft: &Draft<'_>, address: Address) -> Result<bool, Rejection> {
    let account = draft.peek(draft.home_of(address)?)?;
    Ok(account.is_some_and(|account| account.counter > 0))
}

/// The same for all, but that the first claims get one unit more until nothing remains.
fn equal_share(envelope: &RedEnvelope, turn: u8) -> Amount<Abc> {
    let (total, shares) = (envelope.total.units(), u64::from(envelope.shares));
    let share = total.checked_div(shares).unwrap_or_default();
    let more = total.checked_rem(shares).unwrap_or_default() > u64::from(turn);
    Amount::new(share.saturating_add(u64::from(more)))
}

/// Takes a share from what is left.
fn cut(
    draft: &mut Draft<'_>,
    id: RedEnvelopeId,
    envelope: &mut RedEnvelope,
    share: Amount<Abc>,
) -> Result<(), Rejection> {
    envelope.left = envelope.left.minus(share).ok_or(Rejection::BadState("red envelope"))?;
    envelope.drawn = envelope.drawn.saturating_add(1);
    draft.write(envelope_key(id), envelope);
    Ok(())
}

fn without(share: Amount<Abc>, fee: Amount<Abc>) -> Result<Amount<Abc>, Rejection> {
    share.minus(fee).ok_or(Rejection::BadState("share below its fee"))
}

/// Pays a share; false if it stays under its key, because no address was named or because it is too
/// small to make an account of an address that has never been paid.
fn settle(
    draft: &mut Draft<'_>,
    key: &[u8; 32],
    (envelope, amount): (RedEnvelopeId, Amount<Abc>),
    pay_to: Option<Address>,
) -> Result<bool, Rejection> {
    let existential = draft.block.context().params.prices.existential;
    if let Some(to) = pay_to
        && (amount.units() >= existential || has_record(draft, to)?)
    {
        draft.draw(Pot::Escrow, amount)?;
        draft.give(to, amount, EntryKind::EnvelopeIn { envelope }, None)?;
        draft.write(claim_key(key), &Claim::Paid { envelope, amount });
        return Ok(true);
    }
    draft.write(claim_key(key), &Claim::Waiting { envelope, amount });
    Ok(false)
}
