//! The proof that a committee has decided a block, and the bytes its members sign.
//!
//! `acp` makes certificates, `light` and managers check them. There is no early stop: a certificate
//! with one bad signature is refused whole, otherwise two programs could disagree about it.

use crate::Committee;
use crate::committee::MAX_MEMBERS;
use std::collections::BTreeMap;
use types::{BlockId, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const ENGINE_ACP: u8 = 1;
const MASKS: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// The two votes of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// "This block is valid and the one I back in this view."
    Prepare,
    /// "A quorum has prepared it." A quorum of these is final.
    Commit,
}

/// What a vote signs: `"acp1vote" ‖ chain ‖ engine ‖ round ‖ view ‖ step ‖ block`.
#[must_use]
pub fn vote_bytes(chain: ChainId, round: Round, view: u32, step: Step, block: BlockId) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(b"acp1vote");
    chain.encode(&mut w);
    w.u8(ENGINE_ACP);
    round.encode(&mut w);
    w.u32(view);
    step.encode(&mut w);
    block.encode(&mut w);
    w.into_bytes()
}

/// Commit votes of a quorum for one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
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
        Self { round, view, block, bitmap, signatures }
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
        let message = vote_bytes(chain, self.round, self.view, Step::Commit, self.block);
        for (member, signature) in signers.into_iter().zip(&self.signatures) {
            // A bit behind the last member has no key: unused bits are refused here.
            let key = committee.member(member).ok_or(CertificateError::BadBitmap)?;
            if !keys::ed25519_verify(key, &message, signature) {
                return Err(CertificateError::BadSignature(member));
            }
        }
        Ok(())
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
            round: Round::decode(r)?,
            view: r.u32()?,
            block: BlockId::decode(r)?,
            bitmap: r.bytes(MAX_MEMBERS.div_ceil(MASKS.len()))?,
            signatures: r.list(MAX_MEMBERS)?,
        })
    }
}
