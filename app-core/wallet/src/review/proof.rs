//! What shows a grantee that the balance which an account began with was its owner's own
//! (`money-and-mail.md` B5): the proof that was made with the carry-over, and what its transaction
//! says beside the bundle.
//!
//! It opens nothing, least of all the account that the balance has left. The bundle is found in the
//! log by its digest, and its note with the key of the account that it came to.

use ledger::Transaction;
use shielded::{
    CarryClaim, CarryProof, Effects, Note, Nullifier, Period, Scanner, Scope, ViewingKey,
};
use types::{Abc, Amount, ChainId, OpenId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use super::grant::Serial;
use crate::private::{PrivatePayee, Transfer, TransferState};

/// Most proofs of one message: those of the longest bundles still fit one envelope.
pub const MAX_PROOFS: usize = 8;
/// Most proofs of one contact that a reviewer keeps.
pub const MAX_KEPT_PROOFS: u64 = 1_024;
const VERSION: u8 = 1;

/// A carry-over, and that its owner calls it a move to himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedProof {
    /// What names its bundle: `shielded::Halves::digest`.
    pub bundle: [u8; 32],
    /// The account that the balance has left.
    pub from: Period,
    /// The later one that it came to.
    pub to: Period,
    /// The last round that could hold the transaction.
    pub expiry: Round,
    /// The price table that it was made for.
    pub price_epoch: u32,
    /// What it cost.
    pub fee: Amount<Abc>,
    /// The signatures.
    pub proof: CarryProof,
}

/// Some of them for whoever holds one grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedProofs {
    /// The grant that opens the accounts that they lead into.
    pub serial: Serial,
    /// The proofs.
    pub proofs: Vec<CarriedProof>,
}

impl CarriedProof {
    /// What is handed over of a transfer of our own; `None` if it is no carry-over that is final, with
    /// its proof, out of an account that is known.
    pub fn of(
        transfer: &Transfer,
        period_of: impl Fn(Nullifier) -> Option<Period>,
    ) -> Option<Self> {
        let (PrivatePayee::CarryOver(to), TransferState::Final(_)) = (&transfer.to, transfer.state)
        else {
            return None;
        };
        let attempt = transfer.attempt.as_ref()?;
        let order = Transaction::from_bytes(&attempt.bytes).ok()?;
        let plain = order.sources.is_empty() && order.actions.is_empty();
        let effects = &order.bundle.as_ref().filter(|_| plain)?.effects;
        let from = effects.nullifiers().find_map(period_of).filter(|from| from < to)?;
        Some(Self {
            bundle: effects.digest(),
            from,
            to: *to,
            expiry: order.expiry,
            price_epoch: order.price_epoch,
            fee: order.fee,
            proof: attempt.carry.clone()?,
        })
    }

    /// True if the bundle with these effects makes one note for this key, and whoever authorised all of
    /// its inputs says that this account moves its own there. Whether the ledger has that bundle is the
    /// caller's to know.
    #[must_use]
    pub fn holds(
        &self,
        (chain, account): (ChainId, OpenId),
        effects: &Effects,
        key: &ViewingKey,
    ) -> bool {
        let note = || note_for(key, effects);
        let named = key.period() == self.to && effects.digest() == self.bundle;
        let note = named.then(note).flatten();
        note.is_some_and(|note| {
            let (from, to, transaction) = (self.from, self.to, self.transaction(chain));
            let claim = CarryClaim { chain, transaction, account, from, to };
            self.proof.holds(&claim, effects, &note)
        })
    }

    /// The transaction that moves the balance and does nothing else.
    fn transaction(&self, chain: ChainId) -> types::TxId {
        let order = Transaction {
            version: Transaction::WITH_BUNDLE,
            chain,
            expiry: self.expiry,
            price_epoch: self.price_epoch,
            sources: vec![],
            fee: self.fee,
            actions: vec![],
            bundle: None,
            witness: vec![],
        };
        order.id_with(self.bundle)
    }
}

/// The one note that a bundle makes for an account, if that is how its owner moves money himself.
fn note_for(key: &ViewingKey, effects: &Effects) -> Option<Note> {
    let scanner = Scanner::of_accounts(core::slice::from_ref(key))?;
    let mut found = scanner.scan(&effects.compact());
    found.retain(|found| !found.note.value.is_zero());
    match <[_; 1]>::try_from(found) {
        Ok([found]) if found.scope == Scope::Internal => Some(found.note),
        Ok(_) | Err(_) => None,
    }
}

impl Encode for CarriedProof {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.bundle);
        self.from.encode(w);
        self.to.encode(w);
        self.expiry.encode(w);
        w.u32(self.price_epoch);
        self.fee.encode(w);
        self.proof.encode(w);
    }
}

impl Decode for CarriedProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (bundle, from, to) = (r.fixed()?, Period::decode(r)?, Period::decode(r)?);
        if from >= to {
            return Err(DecodeError::BadValue("accounts of a carry-over"));
        }
        Ok(Self {
            bundle,
            from,
            to,
            expiry: Round::decode(r)?,
            price_epoch: r.u32()?,
            fee: Amount::decode(r)?,
            proof: CarryProof::decode(r)?,
        })
    }
}

impl Encode for CarriedProofs {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.fixed(&self.serial.0);
        w.list(&self.proofs);
    }
}

impl Decode for CarriedProofs {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of carry proofs"));
        }
        Ok(Self { serial: Serial(r.fixed()?), proofs: r.list(MAX_PROOFS)? })
    }
}
