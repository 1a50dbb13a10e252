//! Committing to a name without saying which, and what becomes of the deposit.
//!
//! It comes back with the reveal, or to whoever was beaten to the name; otherwise it is forfeited.
//! Rounds sweep the queue of commitments by themselves, [`SWEEP`] of them at most, so that no block
//! has to do much and none is forgotten.

use super::twins;
use crate::actions::Act;
use crate::draft::Draft;
use crate::names::{Due, Waiting, due_key, waiting_key};
use crate::{
    Commitment, EntryKind, NameRefusal, Params, Pot, Rejection, commit_hash, commitment_key,
    name_deposit,
};
use name_rules::Name;
use types::{Abc, Amount};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most commitments that one round takes from the queue.
pub(crate) const SWEEP: usize = 64;

/// Commits to a hash of which nobody else knows the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitName {
    /// The position of the source that commits.
    pub source: u8,
    /// [`commit_hash`].
    pub hash: [u8; 32],
    /// Exactly [`name_deposit`].
    pub deposit: Amount<Abc>,
}

/// Takes back the deposit on a name that somebody else has registered since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReclaimDeposit {
    /// The position of the source that has committed.
    pub source: u8,
    /// The first-level name.
    pub name: Name,
    /// The salt of the commitment.
    pub salt: [u8; 32],
}

impl Act for CommitName {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn debit(&self, _: &Params) -> u128 {
        u128::from(self.deposit.units())
    }

    fn check(&self, params: &Params) -> Result<(), Rejection> {
        let needed = name_deposit(params);
        if self.deposit == needed { Ok(()) } else { Err(NameRefusal::BadDeposit { needed }.into()) }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let home = draft.home(self.source)?;
        let key = commitment_key(home, &self.hash);
        if draft.read::<Commitment>(&key)?.is_some() {
            return Err(NameRefusal::AlreadyCommitted.into());
        }
        draft.take(home, self.deposit, EntryKind::NameCommit, None)?;
        draft.fill(Pot::Deposits, self.deposit)?;
        let round = draft.block.context().round;
        draft.write(key, &Commitment { round, deposit: self.deposit });
        push(draft, &Waiting { home, hash: self.hash, round })
    }
}

impl Act for ReclaimDeposit {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        super::check_first_level(&self.name)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let (hash, commitment) = find(draft, self.source, &self.name, &self.salt)?;
        // A registration before the commitment was there to be seen; after it, it was not.
        let beaten =
            twins::all(draft, &self.name)?.iter().any(|name| name.registered >= commitment.round);
        if !beaten {
            return Err(NameRefusal::NotLost.into());
        }
        give_back(draft, self.source, &hash, &commitment)
    }
}

/// The source's commitment to a name, if it is not over.
pub(super) fn find(
    draft: &Draft<'_>,
    source: u8,
    name: &Name,
    salt: &[u8; 32],
) -> Result<([u8; 32], Commitment), Rejection> {
    let context = draft.block.context();
    let home = draft.home(source)?;
    let hash = commit_hash(context.chain, home, name, salt);
    let found: Option<Commitment> = draft.read(&commitment_key(home, &hash))?;
    let found = found.ok_or(NameRefusal::NoCommitment)?;
    if found.is_over(context.round) {
        return Err(NameRefusal::CommitmentOver.into());
    }
    Ok((hash, found))
}

/// Ends a commitment and returns its deposit.
pub(super) fn give_back(
    draft: &mut Draft<'_>,
    source: u8,
    hash: &[u8; 32],
    commitment: &Commitment,
) -> Result<(), Rejection> {
    let home = draft.home(source)?;
    // To the address that signs, not to the home: a retired home key is nobody's mistake here.
    let to = draft.source_address(source)?;
    draft.remove(commitment_key(home, hash));
    draft.draw(Pot::Deposits, commitment.deposit)?;
    draft.give(to, commitment.deposit, EntryKind::NameDeposit, None)
}

fn push(draft: &mut Draft<'_>, waiting: &Waiting) -> Result<(), Rejection> {
    let mut due = draft.read::<Due>(&due_key())?.unwrap_or_default();
    draft.write(waiting_key(due.tail), waiting);
    due.tail = due.tail.checked_add(1).ok_or(Rejection::BadState("queue of commitments"))?;
    draft.write(due_key(), &due);
    Ok(())
}

/// Forfeits the deposits of commitments that are over, the oldest first.
pub(crate) fn sweep(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let damaged = Rejection::BadState("queue of commitments");
    let mut due = draft.read::<Due>(&due_key())?.unwrap_or_default();
    let (first, now) = (due.head, draft.block.context().round);
    for _ in 0..SWEEP {
        if due.head == due.tail {
            break;
        }
        let waiting: Waiting = draft.read(&waiting_key(due.head))?.ok_or(damaged)?;
        let key = commitment_key(waiting.home, &waiting.hash);
        let found: Option<Commitment> = draft.read(&key)?;
        // What was revealed and committed to again waits for its turn further behind.
        let found = found.filter(|commitment| commitment.round == waiting.round);
        if let Some(commitment) = found {
            if !commitment.is_over(now) {
                break;
            }
            forfeit(draft, key, &commitment)?;
        }
        draft.remove(waiting_key(due.head));
        due.head = due.head.checked_add(1).ok_or(damaged)?;
    }
    if due.head != first {
        draft.write(due_key(), &due);
    }
    Ok(())
}

fn forfeit(draft: &mut Draft<'_>, key: Vec<u8>, commitment: &Commitment) -> Result<(), Rejection> {
    draft.remove(key);
    draft.draw(Pot::Deposits, commitment.deposit)?;
    draft.fill(Pot::Reserve, commitment.deposit)
}

impl Encode for CommitName {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        w.fixed(&self.hash);
        self.deposit.encode(w);
    }
}

impl Decode for CommitName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, hash: r.fixed()?, deposit: Amount::decode(r)? })
    }
}

impl Encode for ReclaimDeposit {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
        w.fixed(&self.salt);
    }
}

impl Decode for ReclaimDeposit {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, name: Name::decode(r)?, salt: r.fixed()? })
    }
}
