//! The body of a block, and the receipts of its execution.

use crate::{Transaction, merkle_root};
use types::{Abc, Amount, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most bytes of a body.
pub const MAX_BODY: usize = 1024 * 1024;
/// Most transactions of a body.
pub const MAX_BODY_TRANSACTIONS: usize = 10_000;

/// The transactions of a block, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// All valid one after the other, none twice.
    pub transactions: Vec<Transaction>,
}

impl Body {
    /// What the header commits to: the Merkle root over the wids, signatures included.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        merkle_root(self.transactions.iter().map(Transaction::wid))
    }
}

/// That a transaction was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction.
    pub tx: TxId,
    /// Its position in the block.
    pub index: u32,
    /// What it paid.
    pub fee: Amount<Abc>,
}

/// What the header commits to: the Merkle root over the receipts.
#[must_use]
pub fn receipts_root(receipts: &[Receipt]) -> [u8; 32] {
    merkle_root(receipts.iter().map(Encode::to_bytes))
}

impl Encode for Body {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.transactions);
    }
}

impl Decode for Body {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let before = r.left();
        let transactions = r.list(MAX_BODY_TRANSACTIONS)?;
        if before.saturating_sub(r.left()) > MAX_BODY {
            return Err(DecodeError::TooLong);
        }
        Ok(Self { transactions })
    }
}

impl Encode for Receipt {
    fn encode(&self, w: &mut Writer) {
        self.tx.encode(w);
        w.u32(self.index);
        self.fee.encode(w);
    }
}

impl Decode for Receipt {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { tx: TxId::decode(r)?, index: r.u32()?, fee: Amount::decode(r)? })
    }
}
