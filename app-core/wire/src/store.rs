//! Bodies of final blocks on the workers (`acp.md` 4 "Data availability", `network.md` 1.3).
//!
//! A body lies in chunks on the five workers that are nearest to its block's id. A worker takes a
//! chunk only with a certified header whose body root the chunk's path leads to, so that anybody
//! may bring it and nobody can make one up; what it has stored it confirms with a signed receipt.
//! The ledger's types cross as opaque bytes.

use crate::{Decode, DecodeError, Encode, Reader, Writer, chain::Object, hash};
use types::{BlockId, ChainId, Round, Timestamp, WorkerId};

/// Copies of each body: so many workers own it.
pub const REPLICAS: usize = 5;
/// Most chunks of a body.
pub const MAX_CHUNKS: usize = 16;
/// The largest request frame of this protocol, in bytes: a chunk and its header fit.
pub const MAX_REQUEST: usize = 80 * 1024;

/// 64 KiB, and the proof of a body of [`MAX_CHUNKS`] with room to spare.
const MAX_PIECE: usize = 66 * 1024;

/// An encoded `ledger::Chunk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece(pub Vec<u8>);

/// How a chunk is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkName {
    /// By the SHA-256 of its bytes.
    Key([u8; 32]),
    /// By its place in the chain.
    Place {
        /// The round of the final block.
        round: Round,
        /// The chunk's position in the body, from 0.
        index: u32,
    },
}

/// Asked of a worker under [`crate::protocol::STORE`]; a manager answers [`StoreRequest::Get`] by
/// place, from its own blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreRequest {
    /// Stores a chunk for good; storing it again changes nothing.
    Put {
        /// The `ledger::CertifiedHeader` of its block.
        header: Object,
        /// The chunk with its path.
        chunk: Piece,
    },
    /// Wants a chunk.
    Get(ChunkName),
    /// Asks what is held of the body of this round.
    Find(Round),
    /// Asks for a proof that a chunk is really there: [`audit`].
    Audit {
        /// SHA-256 of its bytes.
        key: [u8; 32],
        /// Fresh and random.
        nonce: [u8; 32],
    },
}

/// The answers, in the order of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreReply {
    /// It is on disk.
    Stored(Receipt),
    /// The chunk, with the `ledger::CertifiedHeader` it was stored under.
    Chunk {
        /// The header.
        header: Object,
        /// The chunk with its path.
        chunk: Piece,
    },
    /// Something of the body is held.
    Have(Have),
    /// [`audit`] of the chunk.
    Audited([u8; 32]),
}

/// A worker's word that a chunk is on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// SHA-256 of the chunk's bytes.
    pub key: [u8; 32],
    /// The round of its block.
    pub round: Round,
    /// Its position in the body.
    pub index: u32,
    /// Who holds it.
    pub holder: WorkerId,
    /// When it was stored, by the holder's clock.
    pub time: Timestamp,
    /// By the holder's key over [`Receipt::signed_bytes`].
    pub signature: [u8; 64],
}

/// What a worker holds of one body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Have {
    /// The block.
    pub block: BlockId,
    /// How many chunks its body has, 1 to [`MAX_CHUNKS`].
    pub count: u32,
    /// One for each chunk that is held, by ascending index.
    pub held: Vec<Receipt>,
}

impl Receipt {
    /// What the holder signs: SHA-256("bcm-stored" ‖ chain ‖ block ‖ round u64 ‖ index u32 ‖ key ‖
    /// holder ‖ time u64). Neither another block, chunk, holder nor time fits the signature.
    #[must_use]
    pub fn signed_bytes(&self, chain: ChainId, block: BlockId) -> [u8; 32] {
        let (round, index) = (self.round.0.to_be_bytes(), self.index.to_be_bytes());
        let time = self.time.0.to_be_bytes();
        let parts = [&chain.0[..], &block.0, &round, &index, &self.key, &self.holder.0, &time];
        hash("bcm-stored", &parts)
    }
}

/// What only a node that has the bytes at hand can answer: SHA-256("bcm-audit" ‖ nonce ‖ bytes).
#[must_use]
pub fn audit(nonce: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    hash("bcm-audit", &[nonce, bytes])
}

/// The workers that own what has this key (for a body: its block's id): the [`REPLICAS`] whose
/// hashed ids are nearest to it by XOR, nearest first; all of them if there are fewer. The ids are
/// hashed so that a worker cannot choose its place without making keys for it.
#[must_use]
pub fn owners(key: &[u8; 32], workers: &[WorkerId]) -> Vec<WorkerId> {
    let distance = |worker: &WorkerId| {
        let mut distance = hash("", &[&worker.0]);
        distance.iter_mut().zip(key).for_each(|(byte, other)| *byte ^= other);
        distance
    };
    let mut near: Vec<_> = workers.iter().map(|worker| (distance(worker), *worker)).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(REPLICAS).map(|(_, worker)| worker).collect()
}

impl Encode for Piece {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Piece {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_PIECE).map(Self)
    }
}

impl Encode for ChunkName {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Key(key) => {
                w.u8(1);
                w.fixed(key);
            }
            Self::Place { round, index } => {
                w.u8(2);
                round.encode(w);
                w.u32(*index);
            }
        }
    }
}

impl Decode for ChunkName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Key(r.fixed()?),
            2 => Self::Place { round: Round::decode(r)?, index: r.u32()? },
            _ => return Err(DecodeError::BadValue("chunk name")),
        })
    }
}

impl Encode for StoreRequest {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Put { header, chunk } => {
                w.u8(1);
                header.encode(w);
                chunk.encode(w);
            }
            Self::Get(name) => {
                w.u8(2);
                name.encode(w);
            }
            Self::Find(round) => {
                w.u8(3);
                round.encode(w);
            }
            Self::Audit { key, nonce } => {
                w.u8(4);
                w.fixed(key);
                w.fixed(nonce);
            }
        }
    }
}

impl Decode for StoreRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Put { header: Object::decode(r)?, chunk: Piece::decode(r)? },
            2 => Self::Get(ChunkName::decode(r)?),
            3 => Self::Find(Round::decode(r)?),
            4 => Self::Audit { key: r.fixed()?, nonce: r.fixed()? },
            _ => return Err(DecodeError::BadValue("store request")),
        })
    }
}

impl Encode for StoreReply {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Stored(receipt) => {
                w.u8(1);
                receipt.encode(w);
            }
            Self::Chunk { header, chunk } => {
                w.u8(2);
                header.encode(w);
                chunk.encode(w);
            }
            Self::Have(have) => {
                w.u8(3);
                have.encode(w);
            }
            Self::Audited(answer) => {
                w.u8(4);
                w.fixed(answer);
            }
        }
    }
}

impl Decode for StoreReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Stored(Receipt::decode(r)?),
            2 => Self::Chunk { header: Object::decode(r)?, chunk: Piece::decode(r)? },
            3 => Self::Have(Have::decode(r)?),
            4 => Self::Audited(r.fixed()?),
            _ => return Err(DecodeError::BadValue("store reply")),
        })
    }
}

impl Encode for Receipt {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        self.round.encode(w);
        w.u32(self.index);
        self.holder.encode(w);
        self.time.encode(w);
        w.fixed(&self.signature);
    }
}

impl Decode for Receipt {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            key: r.fixed()?,
            round: Round::decode(r)?,
            index: r.u32()?,
            holder: WorkerId::decode(r)?,
            time: Timestamp::decode(r)?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for Have {
    fn encode(&self, w: &mut Writer) {
        self.block.encode(w);
        w.u32(self.count);
        w.list(&self.held);
    }
}

impl Decode for Have {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { block: BlockId::decode(r)?, count: r.u32()?, held: r.list(MAX_CHUNKS)? })
    }
}

#[cfg(test)]
mod tests;
