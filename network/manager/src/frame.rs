//! The frames between managers, under [`wire::protocol::ACP`].
//!
//! Consensus messages, waiting transactions, and how a manager that fell behind catches up. The
//! transport proves who sends a frame; nothing in it is believed before it is checked.

use acp::Message;
use ledger::{CertifiedHeader, MAX_BODY, MAX_TRANSACTION};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// No frame is longer.
pub const MAX_FRAME: usize = 2 * 1024 * 1024;
/// Most blocks in one frame.
pub(crate) const MAX_BLOCKS: usize = 64;

/// One frame on the channel between two managers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// For the engine.
    Consensus(Message),
    /// An encoded transaction that its sender has accepted into its mempool.
    Transaction(Vec<u8>),
    /// Please send the final blocks from this round on.
    Ask {
        /// The first one wanted.
        from: Round,
    },
    /// The answer: as many as fit, none if there are none.
    Blocks(Vec<SyncedBlock>),
}

/// A final block on its way to a manager that lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncedBlock {
    /// The header with its certificate.
    pub header: CertifiedHeader,
    /// The encoded body.
    pub body: Vec<u8>,
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
            Self::Transaction(bytes) => {
                w.u8(2);
                w.bytes(bytes);
            }
            Self::Ask { from } => {
                w.u8(3);
                from.encode(w);
            }
            Self::Blocks(blocks) => {
                w.u8(4);
                w.list(blocks);
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
            2 => Self::Transaction(r.bytes(MAX_TRANSACTION)?),
            3 => Self::Ask { from: Round::decode(r)? },
            4 => Self::Blocks(r.list(MAX_BLOCKS)?),
            _ => return Err(DecodeError::BadValue("manager frame")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_these() {
        let status = Frame::Consensus(Message::Status { round: Round(3) });
        for (frame, expected) in [
            (status, "01040000000000000003"),
            (Frame::Transaction(vec![1, 2]), "02000000020102"),
            (Frame::Ask { from: Round(258) }, "030000000000000102"),
            (Frame::Blocks(vec![]), "0400000000"),
        ] {
            assert_eq!(hex::encode(frame.to_bytes()), expected);
            assert_eq!(Frame::from_bytes(&frame.to_bytes()).unwrap(), frame);
        }
    }

    #[test]
    fn limits_hold() {
        let long = Frame::Transaction(vec![0; MAX_TRANSACTION + 1]);
        assert_eq!(Frame::from_bytes(&long.to_bytes()), Err(DecodeError::TooLong));
        assert_eq!(Frame::from_bytes(&vec![9; MAX_FRAME + 1]), Err(DecodeError::TooLong));
        assert!(Frame::from_bytes(&[4, 0, 0, 0, 65]).is_err());
    }
}
