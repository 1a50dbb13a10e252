//! What a transaction can do: one file per family of actions.
//!
//! Each action says which source it needs, what it takes from it, who else must sign, and does its
//! work on a [`Draft`]. A new one is an arm in [`Action`], a tag, and a file here.

mod convert;
mod decide;
pub(crate) mod envelopes;
mod keys;
mod names;
mod pay;
mod pay_all;
mod profile;
mod ring;
pub(crate) mod rotation;

pub use self::keys::{AddKey, RetireKey};
pub use convert::Convert;
pub use decide::Decide;
pub use envelopes::{
    CLAIM_LEVELS, Claim, ClaimEnvelope, ClaimTree, CollectEnvelope, CreateEnvelope, MAX_SHARES,
    RedEnvelope, RedEnvelopeId, RefundTo, claim_key, claim_leaf, envelope_key, lucky_range,
    lucky_share,
};
#[cfg(test)]
pub(crate) use names::SWEEP;
pub(crate) use names::sweep as sweep_commitments;
pub use names::{
    CommitName, DelegateLabel, ReclaimDeposit, RegisterName, RenewName, SetSubName, TransferName,
    UpdateName, reveal_rank,
};
pub use pay::Pay;
pub use pay_all::PayAll;
pub use profile::{Profile, SetProfile, profile_key};
pub use ring::{
    RateService, RegisterManager, RegisterWorker, ReportEvidence, RingAction, RingRefusal,
    UnregisterManager, UnregisterWorker, possession_input,
};

pub use rotation::{CommitRotation, OpenRotation, ROTATION_ROUNDS, rotation_hash, rotation_key};

use crate::draft::Draft;
use crate::{Params, Rejection, Transaction};
use ::keys::PublicKey;
use types::Address;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One thing that a transaction does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Moves ABC to an address.
    Pay(Pay),
    /// Commits to a name that stays unknown.
    CommitName(CommitName),
    /// Reveals a commitment and takes the name.
    RegisterName(Box<RegisterName>),
    /// Takes back the deposit on a name that was lost to somebody.
    ReclaimDeposit(ReclaimDeposit),
    /// Adds a year to a name's term.
    RenewName(RenewName),
    /// Says what a name stands for.
    UpdateName(Box<UpdateName>),
    /// Hands a name on.
    TransferName(TransferName),
    /// Writes a sub-name.
    SetSubName(Box<SetSubName>),
    /// Lets somebody write a label of a name.
    DelegateLabel(DelegateLabel),
    /// Moves all ABC to an address.
    PayAll(PayAll),
    /// Turns ABC into ABIT.
    Convert(Convert),
    /// Adds a key to an account.
    AddKey(AddKey),
    /// Ends a key of an account.
    RetireKey(RetireKey),
    /// Commits to a profile.
    SetProfile(SetProfile),
    /// Makes a red envelope.
    CreateEnvelope(CreateEnvelope),
    /// Claims a share of one.
    ClaimEnvelope(Box<ClaimEnvelope>),
    /// Takes a share that waits under its claim key.
    CollectEnvelope(CollectEnvelope),
    /// Commits to moving an account to another key.
    CommitRotation(CommitRotation),
    /// Opens such a commitment behind the move.
    OpenRotation(OpenRotation),
    /// Brings a decision of the managers.
    Decide(Decide),
    /// Concerns the rings of managers and workers.
    Ring(RingAction),
}

/// Who must sign an action beside the sources, in a witness slot of its own (`money-and-mail.md` B1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signer {
    /// This key.
    Key(PublicKey),
    /// The key behind this address of an account that is known to the ledger.
    Address(Address),
    /// An Ed25519 key.
    Ed25519([u8; 32]),
}

/// What the rules ask of every action.
pub(crate) trait Act {
    /// The position of the source whose account it debits or changes; `None` if it needs none.
    fn source(&self) -> Option<u8>;

    /// What it takes from its source, in smallest units of ABC, the fee aside.
    fn debit(&self, _: &Params) -> u128 {
        0
    }

    /// Who must sign it beside the sources.
    fn signer(&self) -> Option<Signer> {
        None
    }

    /// True unless all it does to its source's account is to pay out of it: everything else asks for
    /// the strongest kind of key the account has (`money-and-mail.md` A1).
    fn needs_strongest(&self) -> bool {
        true
    }

    /// True if it uses up a claim key, so that it cannot be replayed even without a source.
    fn spends_key(&self) -> bool {
        false
    }

    /// Checks the rest of its transaction, if it may only stand alone; `None` for all others.
    fn check_alone(&self, _: &Transaction) -> Option<Result<(), Rejection>> {
        None
    }

    /// Checks what needs no state.
    ///
    /// # Errors
    /// [`Rejection::BadTransaction`] or a code of its own.
    fn check(&self, _: &Params) -> Result<(), Rejection> {
        Ok(())
    }

    /// Does its work, or refuses; what was done before a refusal is dropped by the caller.
    ///
    /// # Errors
    /// [`Rejection`] of the first rule that is broken.
    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection>;
}

impl Action {
    pub(crate) fn act(&self) -> &dyn Act {
        match self {
            Self::Pay(pay) => pay,
            Self::CommitName(commit) => commit,
            Self::RegisterName(register) => register.as_ref(),
            Self::ReclaimDeposit(reclaim) => reclaim,
            Self::RenewName(renew) => renew,
            Self::UpdateName(update) => update.as_ref(),
            Self::TransferName(transfer) => transfer,
            Self::SetSubName(set) => set.as_ref(),
            Self::DelegateLabel(delegate) => delegate,
            Self::PayAll(pay_all) => pay_all,
            Self::Convert(convert) => convert,
            Self::AddKey(add) => add,
            Self::RetireKey(retire) => retire,
            Self::SetProfile(set) => set,
            Self::CreateEnvelope(create) => create,
            Self::ClaimEnvelope(claim) => claim.as_ref(),
            Self::CollectEnvelope(collect) => collect,
            Self::CommitRotation(commit) => commit,
            Self::OpenRotation(open) => open,
            Self::Decide(decide) => decide,
            Self::Ring(ring) => ring.act(),
        }
    }
}

impl Encode for Action {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Pay(pay) => {
                w.u8(1);
                pay.encode(w);
            }
            Self::CommitName(commit) => {
                w.u8(20);
                commit.encode(w);
            }
            Self::RegisterName(register) => {
                w.u8(21);
                register.encode(w);
            }
            Self::ReclaimDeposit(reclaim) => {
                w.u8(22);
                reclaim.encode(w);
            }
            Self::RenewName(renew) => {
                w.u8(23);
                renew.encode(w);
            }
            Self::UpdateName(update) => {
                w.u8(24);
                update.encode(w);
            }
            Self::TransferName(transfer) => {
                w.u8(25);
                transfer.encode(w);
            }
            Self::SetSubName(set) => {
                w.u8(26);
                set.encode(w);
            }
            Self::DelegateLabel(delegate) => {
                w.u8(27);
                delegate.encode(w);
            }
            Self::PayAll(pay_all) => {
                w.u8(2);
                pay_all.encode(w);
            }
            Self::Convert(convert) => {
                w.u8(3);
                convert.encode(w);
            }
            Self::AddKey(add) => {
                w.u8(10);
                add.encode(w);
            }
            Self::RetireKey(retire) => {
                w.u8(11);
                retire.encode(w);
            }
            Self::SetProfile(set) => {
                w.u8(12);
                set.encode(w);
            }
            Self::CreateEnvelope(create) => {
                w.u8(30);
                create.encode(w);
            }
            Self::ClaimEnvelope(claim) => {
                w.u8(31);
                claim.encode(w);
            }
            Self::CollectEnvelope(collect) => tagged(w, 32, collect),
            Self::CommitRotation(commit) => tagged(w, 13, commit),
            Self::OpenRotation(open) => tagged(w, 14, open),
            Self::Decide(decide) => tagged(w, 50, decide),
            Self::Ring(ring) => ring.encode(w),
        }
    }
}

fn tagged(w: &mut Writer, tag: u8, action: &impl Encode) {
    w.u8(tag);
    action.encode(w);
}

impl Decode for Action {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Pay(Pay::decode(r)?),
            20 => Self::CommitName(CommitName::decode(r)?),
            21 => Self::RegisterName(Box::new(RegisterName::decode(r)?)),
            22 => Self::ReclaimDeposit(ReclaimDeposit::decode(r)?),
            23 => Self::RenewName(RenewName::decode(r)?),
            24 => Self::UpdateName(Box::new(UpdateName::decode(r)?)),
            25 => Self::TransferName(TransferName::decode(r)?),
            26 => Self::SetSubName(Box::new(SetSubName::decode(r)?)),
            27 => Self::DelegateLabel(DelegateLabel::decode(r)?),
            2 => Self::PayAll(PayAll::decode(r)?),
            3 => Self::Convert(Convert::decode(r)?),
            10 => Self::AddKey(AddKey::decode(r)?),
            11 => Self::RetireKey(RetireKey::decode(r)?),
            12 => Self::SetProfile(SetProfile::decode(r)?),
            30 => Self::CreateEnvelope(CreateEnvelope::decode(r)?),
            31 => Self::ClaimEnvelope(Box::new(ClaimEnvelope::decode(r)?)),
            32 => Self::CollectEnvelope(CollectEnvelope::decode(r)?),
            13 => Self::CommitRotation(CommitRotation::decode(r)?),
            14 => Self::OpenRotation(OpenRotation::decode(r)?),
            50 => Self::Decide(Decide::decode(r)?),
            tag @ 40..=49 => Self::Ring(RingAction::decode_tagged(tag, r)?),
            _ => return Err(DecodeError::BadValue("action")),
        })
    }
}
