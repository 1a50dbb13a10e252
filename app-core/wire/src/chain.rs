//! What a light node asks about the ledger. Ledger types cross as opaque bytes: `ledger` encodes
//! them, and nothing is believed before `light` has checked it.

use crate::{Decode, DecodeError, Encode, Reader, Writer};
use types::{Address, Round, Timestamp, TxId, WorkerId};

/// Most headers in one answer.
pub const MAX_HEADERS: usize = 512;
/// Most history entries in one answer.
pub const MAX_ENTRIES: usize = 1000;
/// Most bytes of one ledger object (transaction, certified header, proof, entry).
pub const MAX_OBJECT: usize = 64 * 1024;
/// Most bytes of a genesis file.
pub const MAX_GENESIS: usize = 1024 * 1024;

/// An encoded object of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object(pub Vec<u8>);

/// Asked of a manager, or of a worker that passes it on, under [`crate::protocol::CHAIN`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainRequest {
    /// The genesis file.
    Genesis,
    /// The newest final round.
    Tip,
    /// Certified headers from this round on, at most [`MAX_HEADERS`].
    Headers {
        /// The first one wanted.
        from: Round,
        /// At most so many.
        max: u16,
    },
    /// A transaction for the mempool; sending it again is harmless.
    Submit(Object),
    /// The account behind an address, with its proof under a recent header.
    Account(Address),
    /// History entries of a home address behind this counter, oldest first.
    History {
        /// The account's home address.
        home: Address,
        /// The last counter already known, 0 for none.
        after: u64,
    },
    /// The round that made a transaction final.
    Find(TxId),
    /// Where a worker listens.
    Locate(WorkerId),
}

/// The answers, in the order of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainReply {
    /// The bytes whose SHA-256 is the chain id.
    Genesis(Vec<u8>),
    /// Newest final round, and the node's own clock.
    Tip {
        /// The newest final round.
        round: Round,
        /// The clock of the node that answers.
        now: Timestamp,
    },
    /// `ledger::CertifiedHeader`s, in order.
    Headers(Vec<Object>),
    /// It waits in the mempool, or is final already.
    Submitted(TxId),
    /// A `ledger::AccountProof`.
    Account(Object),
    /// `ledger::Entry`s, in order, at most [`MAX_ENTRIES`].
    History(Vec<Object>),
    /// Final in this round; `None` if it is not.
    Found(Option<Round>),
    /// Multiaddrs, most likely first; empty if the worker is not known.
    Located(Vec<String>),
}

impl Encode for Object {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Object {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_OBJECT).map(Self)
    }
}

impl Encode for ChainRequest {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Genesis => w.u8(1),
            Self::Tip => w.u8(2),
            Self::Headers { from, max } => {
                w.u8(3);
                from.encode(w);
                w.u16(*max);
            }
            Self::Submit(transaction) => {
                w.u8(4);
                transaction.encode(w);
            }
            Self::Account(address) => {
                w.u8(5);
                address.encode(w);
            }
            Self::History { home, after } => {
                w.u8(6);
                home.encode(w);
                w.u64(*after);
            }
            Self::Find(id) => {
                w.u8(7);
                id.encode(w);
            }
            Self::Locate(worker) => {
                w.u8(8);
                worker.encode(w);
            }
        }
    }
}

impl Decode for ChainRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Genesis,
            2 => Self::Tip,
            3 => Self::Headers { from: Round::decode(r)?, max: r.u16()? },
            4 => Self::Submit(Object::decode(r)?),
            5 => Self::Account(Address::decode(r)?),
            6 => Self::History { home: Address::decode(r)?, after: r.u64()? },
            7 => Self::Find(TxId::decode(r)?),
            8 => Self::Locate(WorkerId::decode(r)?),
            _ => return Err(DecodeError::BadValue("chain request")),
        })
    }
}

impl Encode for ChainReply {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Genesis(file) => {
                w.u8(1);
                w.bytes(file);
            }
            Self::Tip { round, now } => {
                w.u8(2);
                round.encode(w);
                now.encode(w);
            }
            Self::Headers(headers) => {
                w.u8(3);
                w.list(headers);
            }
            Self::Submitted(id) => {
                w.u8(4);
                id.encode(w);
            }
            Self::Account(proof) => {
                w.u8(5);
                proof.encode(w);
            }
            Self::History(entries) => {
                w.u8(6);
                w.list(entries);
            }
            Self::Found(round) => {
                w.u8(7);
                w.option(round.as_ref());
            }
            Self::Located(addresses) => {
                w.u8(8);
                crate::roster::write_addresses(w, addresses);
            }
        }
    }
}

impl Decode for ChainReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Genesis(r.bytes(MAX_GENESIS)?),
            2 => Self::Tip { round: Round::decode(r)?, now: Timestamp::decode(r)? },
            3 => Self::Headers(r.list(MAX_HEADERS)?),
            4 => Self::Submitted(TxId::decode(r)?),
            5 => Self::Account(Object::decode(r)?),
            6 => Self::History(r.list(MAX_ENTRIES)?),
            7 => Self::Found(r.option()?),
            8 => Self::Located(crate::roster::read_addresses(r)?),
            _ => return Err(DecodeError::BadValue("chain reply")),
        })
    }
}
