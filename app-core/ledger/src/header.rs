//! Block headers, and what makes one follow another.
//!
//! Managers build and check them, light nodes follow them. A header alone proves nothing; a
//! [`CertifiedHeader`] does.

use crate::{Certificate, CertificateError, Committee, HeaderRange, Step};
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Stands where an empty block has no proposer.
pub const NO_PROPOSER: u16 = u16::MAX;

/// What a committee decides on in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// [`Header::VERSION`].
    pub version: u16,
    /// The network.
    pub chain: ChainId,
    /// The height, from 1.
    pub round: Round,
    /// At least the interval after the parent's time; exactly that in an empty block.
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
    /// The same of the next round: another one in the last round of an epoch only.
    pub next_committee: [u8; 32],
    /// The beacon after this block.
    pub beacon: [u8; 32],
    /// [`HeaderRange::root`] over all earlier headers.
    pub history: [u8; 32],
    /// [`Certificate::digest`] of the parent's certificate in the body; zeros in round 1 and in an
    /// empty block.
    pub parent_certificate: [u8; 32],
    /// The member that proposed it; [`NO_PROPOSER`] for the empty block.
    pub proposer: u16,
    /// The proposer's ticket; zeros in an empty block.
    pub ticket: [u8; 80],
    /// 0 in this version.
    pub flags: u16,
}

/// The last decided header, as far as the next one must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Its height, 0 for the genesis.
    pub round: Round,
    /// Its id; the chain id for the genesis.
    pub block: BlockId,
    /// Its time.
    pub time: Timestamp,
    /// Root of the state after it.
    pub state_root: [u8; 32],
    /// [`Committee::hash`] of who decides the next round.
    pub committee: [u8; 32],
    /// The beacon after it.
    pub beacon: [u8; 32],
    /// The beacon after its parent: what tickets for the next round but one are drawn from.
    pub beacon_before: [u8; 32],
    /// All headers up to it, itself included.
    pub history: HeaderRange,
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
    /// It names another committee than the header before announced, or a proposer that is no member.
    #[error("another committee")]
    WrongCommittee,
    /// It commits to other earlier headers.
    #[error("another history of headers")]
    WrongHistory,
    /// It has flags that mean nothing.
    #[error("unknown flags")]
    UnknownFlags,
}

impl Header {
    /// The only version there is.
    pub const VERSION: u16 = 2;
    /// Its encoded length.
    pub const LEN: usize = 422;

    /// SHA-256("acp-hdr" ‖ header).
    #[must_use]
    pub fn id(&self) -> BlockId {
        BlockId(hash("acp-hdr", &[&self.to_bytes()]))
    }

    /// True for the block that needs no proposer.
    #[must_use]
    pub const fn is_empty_block(&self) -> bool {
        self.proposer == NO_PROPOSER
    }

    /// Checks that it is of this network and names this committee.
    ///
    /// # Errors
    /// [`HeaderError`] names the field that differs.
    pub fn check(&self, chain: ChainId, committee: &Committee) -> Result<(), HeaderError> {
        if self.version != Self::VERSION {
            return Err(HeaderError::UnknownVersion);
        }
        if self.flags != 0 {
            return Err(HeaderError::UnknownFlags);
        }
        if self.chain != chain {
            return Err(HeaderError::WrongChain);
        }
        let known = self.is_empty_block() || committee.member(self.proposer).is_some();
        if self.committee != committee.hash() || !known {
            return Err(HeaderError::WrongCommittee);
        }
        Ok(())
    }

    /// Checks all that the header before determines without the state: round, parent, time,
    /// committee and history. Says nothing about the clock.
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
        if self.committee != tip.committee {
            return Err(HeaderError::WrongCommittee);
        }
        if self.history != tip.history.root() {
            return Err(HeaderError::WrongHistory);
        }
        match tip.time.0.checked_add(u64::from(interval_ms)) {
            Some(earliest) if self.time.0 >= earliest => Ok(()),
            _ => Err(HeaderError::TooEarly),
        }
    }
}

impl Tip {
    /// True if it says of this header what the header says of itself.
    #[must_use]
    pub fn is_of(&self, header: &Header) -> bool {
        self.round == header.round
            && self.block == header.id()
            && self.time == header.time
            && self.state_root == header.state_root
            && self.committee == header.next_committee
            && self.beacon == header.beacon
            && self.history.leaves() == header.round.0
    }

    /// This header as the one that the next must follow.
    #[must_use]
    pub fn after(&self, header: &Header) -> Self {
        let block = header.id();
        let mut history = self.history.clone();
        history.append(block);
        Self {
            round: header.round,
            block,
            time: header.time,
            state_root: header.state_root,
            committee: header.next_committee,
            beacon: header.beacon,
            beacon_before: self.beacon,
            history,
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
        if self.certificate.step != Step::Commit {
            return Err(CertificateError::NotFinal);
        }
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
        w.fixed(&self.next_committee);
        w.fixed(&self.beacon);
        w.fixed(&self.history);
        w.fixed(&self.parent_certificate);
        w.u16(self.proposer);
        w.fixed(&self.ticket);
        w.u16(self.flags);
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
            next_committee: r.fixed()?,
            beacon: r.fixed()?,
            history: r.fixed()?,
            parent_certificate: r.fixed()?,
            proposer: r.u16()?,
            ticket: r.fixed()?,
            flags: r.u16()?,
        })
    }
}

impl Encode for Tip {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.block.encode(w);
        self.time.encode(w);
        w.fixed(&self.state_root);
        w.fixed(&self.committee);
        w.fixed(&self.beacon);
        w.fixed(&self.beacon_before);
        self.history.encode(w);
    }
}

impl Decode for Tip {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            block: BlockId::decode(r)?,
            time: Timestamp::decode(r)?,
            state_root: r.fixed()?,
            committee: r.fixed()?,
            beacon: r.fixed()?,
            beacon_before: r.fixed()?,
            history: HeaderRange::decode(r)?,
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
