//! Revealing a name, and keeping it.
//!
//! Who reveals in an earlier block wins. Within a block the earlier commitment wins, whatever the
//! proposer's order: a block with a later one first is no block (`money-and-mail.md` B4).

use super::{check_first_level, check_record, commit, held, read, twins};
use crate::actions::Act;
use crate::draft::Draft;
use crate::{
    Action, Commitment, EntryKind, MAX_TWINS, NameRecord, NameRefusal, Params, Pot, RegisteredName,
    Rejection, StateView, Transaction, YEAR_MS, commit_hash, commitment_key, home_of, name_key,
    name_price,
};
use name_rules::Name;
use types::{Abc, Address, Amount, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What decides between two reveals: the round of the commitment, then its hash.
type Rank = (Round, [u8; 32]);

/// Reveals a commitment and takes the name for a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterName {
    /// The position of the source that has committed, pays and will own the name.
    pub source: u8,
    /// A first-level name.
    pub name: Name,
    /// The salt of the commitment.
    pub salt: [u8; 32],
    /// What the name is to stand for.
    pub record: NameRecord,
}

/// Adds a year to a name's term. Anyone may pay for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewName {
    /// The position of the source that pays.
    pub source: u8,
    /// A first-level name.
    pub name: Name,
}

/// Where a transaction stands among the reveals of its block: (commitment's round, hash) of the one
/// it makes, `None` if it makes none that the state knows. Blocks that hold their reveals in this
/// order pass.
#[must_use]
pub fn reveal_rank(view: &dyn StateView, tx: &Transaction) -> Option<(Round, [u8; 32])> {
    let rank = |action: &Action| {
        let Action::RegisterName(reveal) = action else { return None };
        let home = home_of(view, tx.sources.get(usize::from(reveal.source))?.address).ok()?;
        let hash = commit_hash(tx.chain, home, &reveal.name, &reveal.salt);
        let commitment = Commitment::from_bytes(&view.get(&commitment_key(home, &hash))?).ok()?;
        Some((commitment.round, hash))
    };
    tx.actions.iter().find_map(rank)
}

impl Act for RegisterName {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn debit(&self, params: &Params) -> u128 {
        u128::from(name_price(params, &self.name).units())
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        check_first_level(&self.name)?;
        check_record(&self.record)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        let (hash, commitment) = commit::find(draft, self.source, &self.name, &self.salt)?;
        if commitment.is_young(context.round) {
            return Err(NameRefusal::CommitmentYoung.into());
        }
        let owner = draft.home(self.source)?;
        let rank = (commitment.round, hash);
        let others = check_free(draft, &self.name, owner, rank)?;
        let price = name_price(context.params, &self.name);
        pay(draft, owner, price, EntryKind::NameRegister)?;
        commit::give_back(draft, self.source, &hash, &commitment)?;
        twins::list(draft, &self.name, &others);
        let former = read(draft, &self.name)?;
        let registered = self.registered(owner, rank, context.round, context.time);
        draft.write(name_key(&self.name), &after(registered, former.as_ref())?);
        Ok(())
    }
}

impl RegisterName {
    fn registered(
        &self,
        owner: Address,
        rank: Rank,
        now: Round,
        time: Timestamp,
    ) -> RegisteredName {
        RegisteredName {
            name: self.name.clone(),
            owner,
            registered: now,
            won_by: rank,
            term: time.plus_millis(YEAR_MS),
            zone: 0,
            bound_until: Timestamp(0),
            sequence: 1,
            record: self.record.clone(),
        }
    }
}

/// A name that is had again goes on with its sequence, and in a new zone epoch.
fn after(
    mut name: RegisteredName,
    former: Option<&RegisteredName>,
) -> Result<RegisteredName, Rejection> {
    if let Some(former) = former {
        let next = |number: u64| number.checked_add(1).ok_or(Rejection::BadState("name"));
        (name.zone, name.sequence) = (next(former.zone)?, next(former.sequence)?);
    }
    Ok(name)
}

/// Refuses a name that somebody has, or that looks like another one's; returns the owner's own
/// names that look like it.
fn check_free(
    draft: &Draft<'_>,
    name: &Name,
    owner: Address,
    rank: Rank,
) -> Result<Vec<RegisteredName>, Rejection> {
    let round = draft.block.context().round;
    let beaten_by = |other: &RegisteredName, refusal: NameRefusal| {
        let wrong_way_round = other.registered == round && rank < other.won_by;
        Err(Rejection::Name(if wrong_way_round { NameRefusal::Order } else { refusal }))
    };
    let (same, others): (Vec<_>, Vec<_>) =
        twins::all(draft, name)?.into_iter().partition(|twin| twin.name == *name);
    if let Some(same) = same.first() {
        return beaten_by(same, NameRefusal::Taken);
    }
    if let Some(foreign) = others.iter().find(|twin| twin.owner != owner) {
        return beaten_by(foreign, NameRefusal::LooksLike);
    }
    if others.len() >= MAX_TWINS {
        return Err(NameRefusal::LooksLike.into());
    }
    Ok(others)
}

fn pay(
    draft: &mut Draft<'_>,
    home: Address,
    price: Amount<Abc>,
    kind: EntryKind,
) -> Result<(), Rejection> {
    draft.take(home, price, kind, None)?;
    draft.fill(Pot::Fees, price)
}

impl Act for RenewName {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn needs_strongest(&self) -> bool {
        false
    }

    fn debit(&self, params: &Params) -> u128 {
        u128::from(name_price(params, &self.name).units())
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        check_first_level(&self.name)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        let mut name = held(draft, &self.name)?;
        let from = name.renewable_from();
        if context.time < from {
            return Err(NameRefusal::RenewalTooEarly { from }.into());
        }
        let payer = draft.home(self.source)?;
        pay(draft, payer, name_price(context.params, &self.name), EntryKind::NameRenew)?;
        name.term = name.term.plus_millis(YEAR_MS);
        draft.write(name_key(&self.name), &name);
        Ok(())
    }
}

impl Encode for RegisterName {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
        w.fixed(&self.salt);
        self.record.encode(w);
    }
}

impl Decode for RegisterName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: r.u8()?,
            name: Name::decode(r)?,
            salt: r.fixed()?,
            record: NameRecord::decode(r)?,
        })
    }
}

impl Encode for RenewName {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
    }
}

impl Decode for RenewName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, name: Name::decode(r)? })
    }
}
