//! The frames between managers, under [`wire::protocol::ACP`].
//!
//! Consensus messages, waiting transactions, and how a manager that fell behind catches up. The
//! transport proves who sends a frame; nothing in it is believed before it is checked.

use crate::older::PoolPart;
use crate::snapshot::{MAX_FROM, StatePart, Way};
use acp::Message;
use ledger::{CertifiedHeader, Header, MAX_BODY, MAX_TRANSACTION};
use types::{BlockId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// No frame is longer.
pub const MAX_FRAME: usize = 2 * 1024 * 1024;
/// Most blocks in one frame.
pub(crate) const MAX_BLOCKS: usize = 64;
/// Most transactions in one frame.
pub(crate) const MAX_TRANSACTIONS: usize = 4096;

/// One frame on the channel between two managers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// For the engine.
    Consensus(Message),
    /// Encoded transactions that their sender has accepted into its mempool.
    Transactions(Vec<Waiting>),
    /// Please send the final blocks from this round on.
    Ask {
        /// The first one wanted.
        from: Round,
    },
    /// The answer; [`Self::Way`] if they are not kept.
    Blocks {
        /// As many as fit; none if there are none.
        blocks: Vec<SyncedBlock>,
        /// The newest final round of who answers.
        tip: Round,
    },
    /// Please send this block of the present round.
    Want(BlockId),
    /// A block of the present round, beside the proposal or because it was wanted.
    Block {
        /// Its header.
        header: Box<Header>,
        /// Its encoded body.
        body: Vec<u8>,
    },
    /// Please show the way from a header to the newest state that can be handed over.
    AskWay {
        /// The round that is trusted.
        trusted: Round,
        /// True if that header is to be shown, too.
        shown: bool,
    },
    /// The answer.
    Way(Box<Way>),
    /// Please send the state after this round.
    AskState {
        /// The round.
        round: Round,
        /// The key where to begin.
        from: Vec<u8>,
    },
    /// The answer.
    State(Box<StatePart>),
    /// Please send bundles of the pool log from this number on.
    AskPool {
        /// The first one wanted.
        from: u64,
    },
    /// The answer.
    Pool(Box<PoolPart>),
}

/// An encoded transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting(pub Vec<u8>);

/// A final block on its way to a manager that lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncedBlock {
    /// The header with its certificate.
    pub header: CertifiedHeader,
    /// The encoded body.
    pub body: Vec<u8>,
}

impl Encode for Waiting {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Waiting {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_TRANSACTION).map(Self)
    }
}

impl Encode for SyncedBlock {
    fn encode(&self, w: &mut Writer) {
        self.header.encode(w);
        w.bytes(&self.body);
    }
}

impl Decode for SyncedBlock {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { header: CertifiedHeader::decode(r)?, body: r.bytes(MAX_BODY)? })
    }
}

impl Encode for Frame {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Consensus(message) => {
                w.u8(1);
                message.encode(w);
            }
            Self::Transactions(transactions) => {
                w.u8(2);
                w.list(transactions);
            }
            Self::Ask { from } => {
                w.u8(3);
                from.encode(w);
            }
            Self::Blocks { blocks, tip } => {
                w.u8(4);
                w.list(blocks);
                tip.encode(w);
            }
            Self::Want(block) => {
                w.u8(5);
                block.encode(w);
            }
            Self::Block { header, body } => {
                w.u8(6);
                header.encode(w);
                w.bytes(body);
            }
            Self::AskWay { trusted, shown } => {
                w.u8(7);
                trusted.encode(w);
                w.bool(*shown);
            }
            Self::Way(way) => {
                w.u8(8);
                way.encode(w);
            }
            Self::AskState { round, from } => {
                w.u8(9);
                round.encode(w);
                w.bytes(from);
            }
            Self::State(part) => {
                w.u8(10);
                part.encode(w);
            }
            Self::AskPool { from } => {
                w.u8(11);
                w.u64(*from);
            }
            Self::Pool(part) => {
                w.u8(12);
                part.encode(w);
            }
        }
    }
}

impl Decode for Frame {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.left() > MAX_FRAME {
            return Err(DecodeError::TooLong);
        }
        Ok(match r.u8()? {
            1 => Self::Consensus(Message::decode(r)?),
            2 => Self::Transactions(r.list(MAX_TRANSACTIONS)?),
            3 => Self::Ask { from: Round::decode(r)? },
            4 => Self::Blocks { blocks: r.list(MAX_BLOCKS)?, tip: Round::decode(r)? },
            5 => Self::Want(BlockId::decode(r)?),
            6 => Self::Block { header: Box::new(Header::decode(r)?), body: r.bytes(MAX_BODY)? },
            7 => Self::AskWay { trusted: Round::decode(r)?, shown: r.bool()? },
            8 => Self::Way(Box::new(Way::decode(r)?)),
            9 => Self::AskState { round: Round::decode(r)?, from: r.bytes(MAX_FROM)? },
            10 => Self::State(Box::new(StatePart::decode(r)?)),
            11 => Self::AskPool { from: r.u64()? },
            12 => Self::Pool(Box::new(PoolPart::decode(r)?)),
            _ => return Err(DecodeError::BadValue("manager frame")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::EncodedChunk;
    use acp::Status;

    #[test]
    fn the_bytes_are_these() {
        let status = Status { round: Round(3), view: 1, high: None };
        let status = Frame::Consensus(Message::Status(Box::new(status)));
        let id = BlockId([7; 32]);
        let chunks = vec![EncodedChunk(vec![6, 7])];
        let part = StatePart { round: Round(9), from: vec![5], chunks, last: true };
        let part = Box::new(part);
        for (frame, expected) in [
            (status, "010700000000000000030000000100".to_owned()),
            (Frame::Transactions(vec![Waiting(vec![1, 2])]), "0200000001000000020102".to_owned()),
            (Frame::Ask { from: Round(258) }, "030000000000000102".to_owned()),
            (
                Frame::Blocks { blocks: vec![], tip: Round(9) },
                "04000000000000000000000009".to_owned(),
            ),
            (Frame::Want(id), format!("05{}", "07".repeat(32))),
            (Frame::AskWay { trusted: Round(9), shown: true }, "07000000000000000901".to_owned()),
            (Frame::Way(Box::new(Way { steps: vec![], ground: None })), "080000000000".to_owned()),
            (
                Frame::AskState { round: Round(9), from: vec![5] },
                "0900000000000000090000000105".to_owned(),
            ),
            (
                Frame::State(part),
                "0a00000000000000090000000105000000010000000206070".to_owned() + "1",
            ),
            (Frame::AskPool { from: 258 }, "0b0000000000000102".to_owned()),
            (
                Frame::Pool(Box::new(PoolPart { from: 9, bundles: vec![] })),
                "0c000000000000000900000000".to_owned(),
            ),
        ] {
            assert_eq!(hex::encode(frame.to_bytes()), expected);
            assert_eq!(Frame::from_bytes(&frame.to_bytes()).unwrap(), frame);
        }
    }

    #[test]
    fn limits_hold() {
        let long = Frame::Transactions(vec![Waiting(vec![0; MAX_TRANSACTION + 1])]);
        assert_eq!(Frame::from_bytes(&long.to_bytes()), Err(DecodeError::TooLong));
        assert_eq!(Frame::from_bytes(&vec![9; MAX_FRAME + 1]), Err(DecodeError::TooLong));
        assert!(Frame::from_bytes(&[4, 0, 0, 0, 65]).is_err());
    }
}
