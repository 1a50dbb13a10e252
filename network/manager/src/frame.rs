//! The frames between managers, under [`wire::protocol::ACP`].
//!
//! Consensus messages, waiting transactions, and how a manager that fell behind catches up. The
//! transport proves who sends a frame; nothing in it is believed before it is checked.

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
    /// The answer: as many as fit, none if there are none.
    Blocks(Vec<SyncedBlock>),
    /// Please send this block of the present round.
    Want(BlockId),
    /// A block of the present round, beside the proposal or because it was wanted.
    Block {
        /// Its header.
        header: Box<Header>,
        /// Its encoded body.
        body: Vec<u8>,
    },
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
            Self::Blocks(blocks) => {
                w.u8(4);
                w.list(blocks);
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
            4 => Self::Blocks(r.list(MAX_BLOCKS)?),
            5 => Self::Want(BlockId::decode(r)?),
            6 => Self::Block { header: Box::new(Header::decode(r)?), body: r.bytes(MAX_BODY)? },
            _ => return Err(DecodeError::BadValue("manager frame")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use acp::Status;

    #[test]
    fn the_bytes_are_these() {
        let status = Status { round: Round(3), view: 1, high: None };
        let status = Frame::Consensus(Message::Status(Box::new(status)));
        let id = BlockId([7; 32]);
        for (frame, expected) in [
            (status, "010700000000000000030000000100".to_owned()),
            (Frame::Transactions(vec![Waiting(vec![1, 2])]), "0200000001000000020102".to_owned()),
            (Frame::Ask { from: Round(258) }, "030000000000000102".to_owned()),
            (Frame::Blocks(vec![]), "0400000000".to_owned()),
            (Frame::Want(id), format!("05{}", "07".repeat(32))),
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
