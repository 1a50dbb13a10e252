//! Block headers, and what makes one follow another.
//!
//! Managers build and check them, light nodes follow them. A header alone proves nothing; a
//! [`CertifiedHeader`] does.

use crate::{Certificate, CertificateError, Committee};
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// What a committee decides on in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// [`Header::VERSION`].
    pub version: u16,
    /// The network.
    pub chain: ChainId,
    /// The height, from 1.
    pub round: Round,
    /// At least the interval after the parent's time.
    pub time: Timestamp,
    /// The header before; the chain id in round 1.
    pub parent: BlockId,
    /// [`crate::Body::root`].
    pub body_root: [u8; 32],
    /// Root of the state tree after the body.
    pub state_root: [u8; 32],
    /// [`crate::receipts_root`].
    pub receipts_root: [u8; 32],
    /// [`Committee::hash`] of the committee that decides this round.
    pub committee: [u8; 32],
    /// The member that proposed it.
    pub proposer: u16,
}

/// The last decided header, as far as the next one must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// Its height, 0 for the genesis.
    pub round: Round,
    /// Its id; the chain id for the genesis.
    pub block: BlockId,
    /// Its time.
    pub time: Timestamp,
}

/// Why a header does not follow another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A version with no meaning.
    #[error("unknown header version")]
    UnknownVersion,
    /// It belongs to another network.
    #[error("header of another network")]
    WrongChain,
    /// It is not the next round.
    #[error("not the next round")]
    WrongRound,
    /// It does not name the header before it.
    #[error("parent is not the header before")]
    WrongParent,
    /// It is dated less than the interval after its parent.
    #[error("dated too early")]
    TooEarly,
    /// It names another committee, or a proposer that is no member.
    #[error("another committee")]
    WrongCommittee,
}

impl Header {
    /// The only version there is.
    pub const VERSION: u16 = 1;

    /// SHA-256("acp-hdr" ‖ header).
    #[must_use]
    pub fn id(&self) -> BlockId {
        BlockId(hash("acp-hdr", &[&self.to_bytes()]))
    }

    /// The header as the one that the next must follow.
    #[must_use]
    pub fn tip(&self) -> Tip {
        Tip { round: self.round, block: self.id(), time: self.time }
    }

    /// Checks that it is of this network and names this committee.
    ///
    /// # Errors
    /// [`HeaderError`] names the field that differs.
    pub fn check(&self, chain: ChainId, committee: &Committee) -> Result<(), HeaderError> {
        if self.version != Self::VERSION {
            return Err(HeaderError::UnknownVersion);
        }
        if self.chain != chain {
            return Err(HeaderError::WrongChain);
        }
        if self.committee != committee.hash() || committee.member(self.proposer).is_none() {
            return Err(HeaderError::WrongCommittee);
        }
        Ok(())
    }

    /// Checks round, parent and time against the header before; says nothing about the clock.
    ///
    /// # Errors
    /// [`HeaderError`] names the field that does not follow.
    pub fn follows(&self, tip: &Tip, interval_ms: u32) -> Result<(), HeaderError> {
        if tip.round.0.checked_add(1) != Some(self.round.0) {
            return Err(HeaderError::WrongRound);
        }
        if self.parent != tip.block {
            return Err(HeaderError::WrongParent);
        }
        match tip.time.0.checked_add(u64::from(interval_ms)) {
            Some(earliest) if self.time.0 >= earliest => Ok(()),
            _ => Err(HeaderError::TooEarly),
        }
    }
}

/// A header with the proof that its committee decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedHeader {
    /// The header.
    pub header: Header,
    /// The proof.
    pub certificate: Certificate,
}

impl CertifiedHeader {
    /// Checks that the certificate is for this header and that the committee signed it. The
    /// header's own fields are [`Header::check`]'s business.
    ///
    /// # Errors
    /// [`CertificateError`] says what is wrong with the certificate.
    pub fn verify(&self, committee: &Committee) -> Result<(), CertificateError> {
        if self.certificate.round != self.header.round {
            return Err(CertificateError::WrongRound);
        }
        if self.certificate.block != self.header.id() {
            return Err(CertificateError::WrongBlock);
        }
        self.certificate.verify(self.header.chain, committee)
    }
}

impl Encode for Header {
    fn encode(&self, w: &mut Writer) {
        w.u16(self.version);
        self.chain.encode(w);
        self.round.encode(w);
        self.time.encode(w);
        self.parent.encode(w);
        w.fixed(&self.body_root);
        w.fixed(&self.state_root);
        w.fixed(&self.receipts_root);
        w.fixed(&self.committee);
        w.u16(self.proposer);
    }
}

impl Decode for Header {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u16()?;
        if version != Self::VERSION {
            return Err(DecodeError::BadValue("header version"));
        }
        Ok(Self {
            version,
            chain: ChainId::decode(r)?,
            round: Round::decode(r)?,
            time: Timestamp::decode(r)?,
            parent: BlockId::decode(r)?,
            body_root: r.fixed()?,
            state_root: r.fixed()?,
            receipts_root: r.fixed()?,
            committee: r.fixed()?,
            proposer: r.u16()?,
        })
    }
}

impl Encode for CertifiedHeader {
    fn encode(&self, w: &mut Writer) {
        self.header.encode(w);
        self.certificate.encode(w);
    }
}

impl Decode for CertifiedHeader {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { header: Header::decode(r)?, certificate: Certificate::decode(r)? })
    }
}
