//! What falls due for red envelopes when a round begins: draws, then refunds.
//!
//! Claims of round r are drawn at the end of round r + 4; an empty block has no end of its own, so
//! that this happens at the beginning of r + 5, from the beacon that r + 4 has left. The refund of
//! what expires in round e comes at the beginning of e + 5, after the last draw: a claim and the
//! refund never meet. Both lists are cells of one item each, numbered within their round.

use super::settle::draw;
use super::{Claim, RedEnvelope, RedEnvelopeId, RefundTo, claim_key, envelope_key};
use crate::draft::Draft;
use crate::{EntryKind, Pot, Rejection, cell_key};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// From a claim, or from the last round for claims, to what follows from it.
const AFTER: u64 = 5;
/// Most red envelopes that one block pays back; the rest waits for the next.
const REFUNDS: u64 = 256;
/// Where the list of refunds goes on if a block could not pay all of them; absent if none waits.
const BEHIND: &str = "refunds-behind";

/// A list of things that are due in one round.
#[derive(Clone, Copy)]
enum List {
    /// Claims to be drawn: their keys.
    Draws,
    /// Red envelopes to be paid back: their ids.
    Refunds,
}

impl List {
    /// Where the number of its items lies: name ‖ `/` ‖ round.
    fn count_key(self, due: Round) -> Vec<u8> {
        let name: &[u8] = match self {
            Self::Draws => b"draws/",
            Self::Refunds => b"refunds/",
        };
        [name, &due.to_bytes()].concat()
    }

    /// Where one of its items lies: the count's place ‖ number.
    fn item_key(self, due: Round, number: u64) -> Vec<u8> {
        [self.count_key(due), number.to_bytes()].concat()
    }

    fn count(self, draft: &Draft<'_>, due: Round) -> Result<u64, Rejection> {
        Ok(draft.read(&self.count_key(due))?.unwrap_or_default())
    }

    fn add(self, draft: &mut Draft<'_>, due: Round, item: &[u8; 32]) -> Result<(), Rejection> {
        let count = self.count(draft, due)?;
        draft.write(self.item_key(due, count), item);
        draft.write(self.count_key(due), &count.saturating_add(1));
        Ok(())
    }

    /// Takes an item off.
    fn take(self, draft: &mut Draft<'_>, due: Round, number: u64) -> Result<[u8; 32], Rejection> {
        let key = self.item_key(due, number);
        let item = draft.read(&key)?.ok_or(Rejection::BadState("list of what is due"))?;
        draft.remove(key);
        Ok(item)
    }
}

/// Puts a claim of this round on the list of draws.
pub(crate) fn draw_later(draft: &mut Draft<'_>, key: &[u8; 32]) -> Result<(), Rejection> {
    let due = draft.block.context().round.plus(AFTER);
    List::Draws.add(draft, due, key)
}

/// Puts a red envelope on the list of refunds.
pub(crate) fn refund_later(
    draft: &mut Draft<'_>,
    envelope: RedEnvelopeId,
    expiry: Round,
) -> Result<(), Rejection> {
    List::Refunds.add(draft, expiry.plus(AFTER), &envelope.0)
}

/// Does all that is due when the round begins. Its entries name the transactions that made the red
/// envelopes.
pub(crate) fn due(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let round = draft.block.context().round;
    draws(draft, round)?;
    refunds(draft, round)
}

fn draws(draft: &mut Draft<'_>, round: Round) -> Result<(), Rejection> {
    let claims = List::Draws.count(draft, round)?;
    for number in 0..claims {
        let key = List::Draws.take(draft, round, number)?;
        draw(draft, &key)?;
    }
    if claims > 0 {
        draft.remove(List::Draws.count_key(round));
    }
    Ok(())
}

/// Pays back at most [`REFUNDS`] red envelopes, the longest overdue first.
fn refunds(draft: &mut Draft<'_>, now: Round) -> Result<(), Rejection> {
    let behind = draft.read::<Behind>(&cell_key(BEHIND))?;
    let mut at = behind.unwrap_or(Behind { due: now, number: 0 });
    let mut room = REFUNDS;
    while at.due <= now {
        let count = List::Refunds.count(draft, at.due)?;
        while at.number < count && room > 0 {
            let envelope = List::Refunds.take(draft, at.due, at.number)?;
            refund(draft, RedEnvelopeId(envelope))?;
            at.number = at.number.saturating_add(1);
            room = room.saturating_sub(1);
        }
        if at.number < count {
            draft.write(cell_key(BEHIND), &at);
            return Ok(());
        }
        if count > 0 {
            draft.remove(List::Refunds.count_key(at.due));
        }
        at = Behind { due: at.due.next(), number: 0 };
    }
    if behind.is_some() {
        draft.remove(cell_key(BEHIND));
    }
    Ok(())
}

/// Pays back what nobody claimed, and drops the record.
fn refund(draft: &mut Draft<'_>, id: RedEnvelopeId) -> Result<(), Rejection> {
    let record = draft.read::<RedEnvelope>(&envelope_key(id))?;
    let envelope = record.ok_or(Rejection::BadState("red envelope"))?;
    draft.remove(envelope_key(id));
    let left = envelope.left;
    match envelope.refund_to {
        RefundTo::Account(_) if left.is_zero() => Ok(()),
        RefundTo::Account(to) => {
            draft.draw(Pot::Escrow, left)?;
            let kind = EntryKind::EnvelopeBack { envelope: id };
            draft.on_behalf_of(envelope.tx, |draft| draft.give(to, left, kind, None))
        }
        RefundTo::Key(key) if left.is_zero() => {
            draft.remove(claim_key(&key));
            Ok(())
        }
        RefundTo::Key(key) => {
            // It stays in the escrow until its key collects it.
            draft.write(claim_key(&key), &Claim::Waiting { envelope: id, amount: left });
            Ok(())
        }
    }
}

/// The first refund that is still to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Behind {
    due: Round,
    number: u64,
}

impl Encode for Behind {
    fn encode(&self, w: &mut Writer) {
        self.due.encode(w);
        w.u64(self.number);
    }
}

impl Decode for Behind {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { due: Round::decode(r)?, number: r.u64()? })
    }
}
