//! The proof that a quorum of a committee has voted for a block.
//!
//! `acp` makes certificates, `light` and managers check them. There is no early stop: a certificate
//! with one bad signature is refused whole, otherwise two programs could disagree about it.

use crate::committee::MAX_MEMBERS;
use crate::{Committee, Place};
use std::collections::BTreeMap;
use types::{BlockId, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

const MASKS: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// The two votes of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// "This block is valid and the one I back in this view."
    Prepare,
    /// "A quorum has prepared it." A quorum of these is final.
    Commit,
}

/// Votes of a quorum for one block in one view: a lock if they are Prepare votes, the end of the
/// round if they are Commit votes. Two of them for one block may differ in view, signers and bytes:
/// never compare, cache or count them by their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Which vote was cast.
    pub step: Step,
    /// The round it decides.
    pub round: Round,
    /// The view in which the votes were cast.
    pub view: u32,
    /// The block it decides for.
    pub block: BlockId,
    /// One bit per member, least significant first.
    pub bitmap: Vec<u8>,
    /// One signature per set bit, in order.
    pub signatures: Vec<[u8; 64]>,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// A body has none for its parent.
    #[error("no certificate of the parent")]
    Missing,
    /// It is made of Prepare votes, which decide nothing.
    #[error("not made of Commit votes")]
    NotFinal,
    /// It is for another round than the header.
    #[error("certificate of another round")]
    WrongRound,
    /// It is for another block than the header.
    #[error("certificate of another block")]
    WrongBlock,
    /// Its bitmap has another length, unused bits or other signatures than the committee.
    #[error("bitmap and signatures do not fit the committee")]
    BadBitmap,
    /// Too few members signed.
    #[error("fewer signatures than a quorum")]
    BelowQuorum,
    /// The signature of this member is not over the decision.
    #[error("bad signature of member {0}")]
    BadSignature(u16),
}

impl Certificate {
    /// Puts votes together, by member of a committee of this size.
    #[must_use]
    pub fn new(
        step: Step,
        round: Round,
        view: u32,
        block: BlockId,
        votes: &BTreeMap<u16, [u8; 64]>,
        size: usize,
    ) -> Self {
        let members: Vec<u16> = (0..=u16::MAX).take(size).collect();
        let byte = |chunk: &[u16]| {
            chunk.iter().zip(MASKS).fold(0, |byte, (member, mask)| {
                if votes.contains_key(member) { byte | mask } else { byte }
            })
        };
        let bitmap = members.chunks(MASKS.len()).map(byte).collect();
        let signatures = members.iter().filter_map(|member| votes.get(member)).copied().collect();
        Self { step, round, view, block, bitmap, signatures }
    }

    /// Checks the bitmap and every signature against the committee of the round.
    ///
    /// # Errors
    /// [`CertificateError`] says what is wrong with it.
    pub fn verify(&self, chain: ChainId, committee: &Committee) -> Result<(), CertificateError> {
        if self.bitmap.len() != committee.size().div_ceil(MASKS.len()) {
            return Err(CertificateError::BadBitmap);
        }
        let signers = self.signers();
        if signers.len() != self.signatures.len() {
            return Err(CertificateError::BadBitmap);
        }
        if signers.len() < committee.quorum() {
            return Err(CertificateError::BelowQuorum);
        }
        let message = Place::acp(chain, self.round, self.view).vote(self.step, self.block);
        for (member, signature) in signers.into_iter().zip(&self.signatures) {
            // A bit behind the last member has no key: unused bits are refused here.
            let key = committee.member(member).ok_or(CertificateError::BadBitmap)?;
            if !keys::ed25519_verify(&key.key, &message, signature) {
                return Err(CertificateError::BadSignature(member));
            }
        }
        Ok(())
    }

    /// SHA-256("acp-cert" ‖ certificate): what the next header names.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        hash("acp-cert", &[&self.to_bytes()])
    }

    /// The members whose bits are set, in order.
    #[must_use]
    pub fn signers(&self) -> Vec<u16> {
        let bits = self.bitmap.iter().flat_map(|byte| MASKS.map(|mask| byte & mask != 0));
        (0..=u16::MAX).zip(bits).filter(|(_, set)| *set).map(|(member, _)| member).collect()
    }
}

impl Encode for Step {
    fn encode(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Prepare => 1,
            Self::Commit => 2,
        });
    }
}

impl Decode for Step {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Prepare,
            2 => Self::Commit,
            _ => return Err(DecodeError::BadValue("step")),
        })
    }
}

impl Encode for Certificate {
    fn encode(&self, w: &mut Writer) {
        self.step.encode(w);
        self.round.encode(w);
        w.u32(self.view);
        self.block.encode(w);
        w.bytes(&self.bitmap);
        w.list(&self.signatures);
    }
}

impl Decode for Certificate {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            step: Step::decode(r)?,
            round: Round::decode(r)?,
            view: r.u32()?,
            block: BlockId::decode(r)?,
            bitmap: r.bytes(MAX_MEMBERS.div_ceil(MASKS.len()))?,
            signatures: r.list(MAX_MEMBERS)?,
        })
    }
}
