//! What the state notes when an epoch begins: the time, and the range of all headers before.
//!
//! Evidence is judged by it: how old an offence is, and whether a header of then is final.

use crate::draft::Draft;
use crate::{Params, Rejection, StateView, cell_key};
use types::{Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const OLDEST: &str = "oldest-epoch";
/// Notes removed at the beginning of one epoch: more than are added.
const REMOVALS: usize = 4;

/// The note on one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// The time of its first round.
    pub(crate) time: Timestamp,
    /// [`crate::HeaderRange::root`] over all headers before its first round.
    pub(crate) history: [u8; 32],
}

/// Where the note on an epoch lies: `epoch/` ‖ number.
pub(crate) fn epoch_key(epoch: u64) -> Vec<u8> {
    [b"epoch/".as_slice(), &epoch.to_be_bytes()].concat()
}

/// The epoch at whose beginning the range had so many headers.
pub(crate) fn epoch_with(params: &Params, leaves: u64) -> Option<u64> {
    let first = Round(leaves.checked_add(1)?);
    params.is_first(first).then(|| params.epoch_of(first))
}

/// The root over all earlier headers that the state noted when an epoch began with so many of them:
/// what a [`crate::RangeProof`] in evidence must lead to. `None` if it noted none, or no more.
///
/// # Errors
/// [`Rejection::BadState`] if the state is damaged.
pub fn noted_history(
    view: &dyn StateView,
    params: &Params,
    leaves: u64,
) -> Result<Option<[u8; 32]>, Rejection> {
    let Some(epoch) = epoch_with(params, leaves) else { return Ok(None) };
    let epoch = view.get(&epoch_key(epoch)).map(|bytes| Epoch::from_bytes(&bytes)).transpose();
    Ok(epoch.map_err(|_| Rejection::BadState("epoch"))?.map(|epoch| epoch.history))
}

/// Notes the epoch that begins, and forgets those that no evidence can be of any more.
pub(crate) fn note(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let context = draft.block.context();
    let number = context.params.epoch_of(context.round);
    draft.write(epoch_key(number), &Epoch { time: context.time, history: context.history });

    let before = draft.read::<u64>(&cell_key(OLDEST))?.unwrap_or_default();
    let mut oldest = before;
    for _ in 0..REMOVALS {
        // An epoch counts from its first round: it can go once its last is too old, which the
        // next one's note shows.
        let Some(next) = draft.read::<Epoch>(&epoch_key(oldest.saturating_add(1)))? else { break };
        if context.time.millis_since(next.time) <= context.params.unbonding_ms {
            break;
        }
        draft.remove(epoch_key(oldest));
        oldest = oldest.saturating_add(1);
    }
    if oldest != before {
        draft.write(cell_key(OLDEST), &oldest);
    }
    Ok(())
}

impl Encode for Epoch {
    fn encode(&self, w: &mut Writer) {
        self.time.encode(w);
        w.fixed(&self.history);
    }
}

impl Decode for Epoch {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { time: Timestamp::decode(r)?, history: r.fixed()? })
    }
}
