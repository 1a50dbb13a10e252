//! Commit votes that came after the certificate of their round (`acp-corrections.md` A12).
//!
//! A certificate needs no more than a quorum, and whoever proposes chooses whose votes stand in it.
//! A member that it leaves out is credited all the same if one of the next proposers shows its
//! vote, so that nobody can be starved of reputation and fees by a few.

use crate::draft::Draft;
use crate::{
    Certificate, Execution, MAX_BODY, MAX_MEMBERS, NO_PROPOSER, Place, Rejection, Seats, Step,
    cell_key, credits, seats::SEATS,
};
use types::{BlockId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A vote of round r counts in the bodies of the rounds up to r + 3.
const ROUNDS: u64 = 3;
/// More than all members in all rounds that still count.
pub(crate) const MAX_LATE_VOTES: usize = MAX_MEMBERS * 3;
const BITS: u16 = 8;

/// A member's Commit vote for the final block of a round not long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateVote {
    /// The round.
    pub round: Round,
    /// The view in which it was cast: any.
    pub view: u32,
    /// The member's number in the committee of the round.
    pub member: u16,
    /// Over [`Place::vote`], for the block that is final.
    pub signature: [u8; 64],
}

/// What was final in a round, and whose votes have been shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) round: Round,
    pub(crate) block: BlockId,
    /// One bit per member, least significant first.
    pub(crate) voted: Vec<u8>,
}

impl Shown {
    pub(crate) fn of(certificate: &Certificate) -> Self {
        let Certificate { round, block, bitmap, .. } = certificate;
        Self { round: *round, block: *block, voted: bitmap.clone() }
    }

    /// Whether votes of it still count in this round.
    pub(crate) fn counts(&self, now: Round) -> bool {
        now <= self.round.plus(ROUNDS)
    }

    /// Notes a member's vote; false if it was noted before or there is no such member.
    fn note(&mut self, member: u16) -> bool {
        let mask = 1_u8.checked_shl(u32::from(member.checked_rem(BITS).unwrap_or_default()));
        let at = usize::from(member.checked_div(BITS).unwrap_or_default());
        let (Some(byte), Some(mask)) = (self.voted.get_mut(at), mask) else { return false };
        let is_new = *byte & mask == 0;
        *byte |= mask;
        is_new
    }
}

impl Execution<'_> {
    /// Adds a late vote to the block: after [`Self::credit`], before the first transaction.
    ///
    /// # Errors
    /// [`Rejection`] says why it counts for nothing here; the block is as it was.
    pub fn late(&mut self, vote: &LateVote) -> Result<(), Rejection> {
        let context = self.context();
        if context.proposer == NO_PROPOSER {
            return Err(Rejection::BadTransaction("a vote in an empty block"));
        }
        let len = vote.to_bytes().len();
        if self.size().saturating_add(len) > MAX_BODY {
            return Err(Rejection::BlockFull);
        }
        let mut draft = self.draft(TxId(context.chain.0));
        credit(&mut draft, vote)?;
        let effects = draft.effects;
        self.merge(effects);
        self.reserve(len);
        Ok(())
    }
}

fn credit(draft: &mut Draft<'_>, vote: &LateVote) -> Result<(), Rejection> {
    let nothing = Rejection::BadTransaction("a vote that counts for nothing");
    let context = draft.block.context();
    let mut credits = credits::read(draft)?;
    let mut shown = credits.shown.iter_mut();
    let shown = shown.find(|shown| shown.round == vote.round && shown.counts(context.round));
    let shown = shown.ok_or(nothing)?;
    let seats: Seats = draft.read(&cell_key(SEATS))?.ok_or(Rejection::BadState("no committee"))?;
    let seat = seats.seats().get(usize::from(vote.member)).ok_or(nothing)?;
    let said = Place::acp(context.chain, vote.round, vote.view).vote(Step::Commit, shown.block);
    if !shown.note(vote.member) || !keys::ed25519_verify(&seat.member.key, &said, &vote.signature) {
        return Err(nothing);
    }
    let member = credits.members.get_mut(usize::from(vote.member)).ok_or(nothing)?;
    member.certificates = member.certificates.saturating_add(1);
    draft.write(credits::key(), &credits);
    Ok(())
}

impl Encode for LateVote {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u32(self.view);
        w.u16(self.member);
        w.fixed(&self.signature);
    }
}

impl Decode for LateVote {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            view: r.u32()?,
            member: r.u16()?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for Shown {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.block.encode(w);
        w.bytes(&self.voted);
    }
}

impl Decode for Shown {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            block: BlockId::decode(r)?,
            voted: r.bytes(MAX_MEMBERS.div_ceil(usize::from(BITS)))?,
        })
    }
}
