//! Transactions: who does what, until when, for which fee.
//!
//! Wallets build them, execution runs them. What a transaction does (its id) and who signed it (its
//! witness) are hashed apart: signatures are randomised and so never part of an id
//! (`money-and-mail.md` B1).

use crate::{Prices, Rejection, witness};
use keys::PublicKey;
use std::collections::BTreeSet;
use types::{Abc, Address, Amount, ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Most accounts that one transaction debits.
pub const MAX_SOURCES: usize = 16;
/// Most actions of one transaction.
pub const MAX_ACTIONS: usize = 16;
/// No transaction is longer, whatever it holds.
pub const MAX_TRANSACTION: usize = 50 * 1024;
/// How many rounds ahead a transaction may expire.
pub const EXPIRY_ROUNDS: u64 = 600;

/// Stands where a shielded bundle's digest will.
const NO_BUNDLE: [u8; 32] = [0; 32];

/// A signed order to the ledger; all of it happens, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// [`Transaction::VERSION`].
    pub version: u16,
    /// The network it is for; on any other it is worth nothing.
    pub chain: ChainId,
    /// The last round that may hold it.
    pub expiry: Round,
    /// The price table it was made for.
    pub price_epoch: u32,
    /// The accounts it debits, each at most once; the first pays the fee.
    pub sources: Vec<Source>,
    /// Exactly [`Transaction::fee_needed`].
    pub fee: Amount<Abc>,
    /// What it does, in order.
    pub actions: Vec<Action>,
    /// One signature over [`Transaction::sighash`] per source, in order.
    pub witness: Vec<Vec<u8>>,
}

/// An account that a transaction debits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// One of its addresses; the key behind this one signs.
    pub address: Address,
    /// The account's nonce.
    pub nonce: u64,
    /// The key itself: there exactly when the account has never signed before.
    pub reveal: Option<PublicKey>,
}

/// One thing that a transaction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Moves ABC to an address.
    Pay {
        /// The position of the source that pays.
        source: u8,
        /// Whom.
        to: Address,
        /// How much; at least [`Prices::least_pay`].
        amount: Amount<Abc>,
    },
}

impl Transaction {
    /// The only version there is.
    pub const VERSION: u16 = 1;

    /// What receipts, history and chat call it:
    /// SHA-256("bcm-tx-v1" ‖ header part ‖ SHA-256(actions) ‖ bundle digest).
    #[must_use]
    pub fn id(&self) -> TxId {
        let actions = hash("", &[&self.actions_bytes()]);
        TxId(hash("bcm-tx-v1", &[&self.header_part(), &actions, &NO_BUNDLE]))
    }

    /// What every slot of the witness signs: SHA-256("bcm-sighash-v1" ‖ id).
    #[must_use]
    pub fn sighash(&self) -> [u8; 32] {
        hash("bcm-sighash-v1", &[&self.id().0])
    }

    /// What blocks commit to: SHA-256("bcm-wid-v1" ‖ id ‖ SHA-256(witness)).
    #[must_use]
    pub fn wid(&self) -> [u8; 32] {
        let witness = hash("", &[&witness::bytes(&self.witness)]);
        hash("bcm-wid-v1", &[&self.id().0, &witness])
    }

    /// What it costs, signed or not yet; `None` beyond 64 bits.
    #[must_use]
    pub fn fee_needed(&self, prices: &Prices) -> Option<Amount<Abc>> {
        prices.fee(self.actions.len(), self.signed_len()?)
    }

    /// Its length with a signature of the right length in every slot.
    fn signed_len(&self) -> Option<usize> {
        let effects = self.header_part().len().checked_add(self.actions_bytes().len())?;
        effects.checked_add(witness::signed_len(&self.sources)?)
    }

    /// Checks that there is one signature per source and that each is by the revealed key or, if
    /// none is revealed, by the one that `key_of` knows.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`] with the first slot that is missing, superfluous or wrong.
    pub fn check_signatures(
        &self,
        key_of: &impl Fn(Address) -> Option<PublicKey>,
    ) -> Result<(), Rejection> {
        witness::check(self, key_of)
    }

    /// Checks what needs neither state nor prices.
    pub(crate) fn check_shape(&self) -> Result<(), Rejection> {
        let bad = |why| Err(Rejection::BadTransaction(why));
        if self.version != Self::VERSION {
            return bad("unknown version");
        }
        if self.price_epoch != 0 {
            return bad("unknown price epoch");
        }
        if self.actions.is_empty() {
            return bad("no action");
        }
        if self.sources.is_empty() {
            return Err(Rejection::Replayable);
        }
        if self.sources.len() > MAX_SOURCES || self.actions.len() > MAX_ACTIONS {
            return bad("too many sources or actions");
        }
        let used = self.used_sources()?;
        // A source that pays for nothing would change its account without an entry in its history.
        if used.len() != self.sources.len() {
            return bad("a source pays for nothing");
        }
        Ok(())
    }

    fn used_sources(&self) -> Result<BTreeSet<usize>, Rejection> {
        let mut used = BTreeSet::from([0]);
        for action in &self.actions {
            match action {
                Action::Pay { source, amount, .. } => {
                    if amount.is_zero() {
                        return Err(Rejection::BadTransaction("nothing to pay"));
                    }
                    if usize::from(*source) >= self.sources.len() {
                        return Err(Rejection::BadTransaction("no such source"));
                    }
                    used.insert(usize::from(*source));
                }
            }
        }
        Ok(used)
    }

    fn header_part(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u16(self.version);
        self.chain.encode(&mut w);
        self.expiry.encode(&mut w);
        w.u32(self.price_epoch);
        w.list(&self.sources);
        self.fee.encode(&mut w);
        w.into_bytes()
    }

    fn actions_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.list(&self.actions);
        w.into_bytes()
    }
}

impl Encode for Transaction {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.header_part());
        w.fixed(&self.actions_bytes());
        w.fixed(&witness::bytes(&self.witness));
    }
}

impl Decode for Transaction {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let before = r.left();
        let version = r.u16()?;
        if version != Self::VERSION {
            return Err(DecodeError::BadValue("transaction version"));
        }
        let transaction = Self {
            version,
            chain: ChainId::decode(r)?,
            expiry: Round::decode(r)?,
            price_epoch: r.u32()?,
            sources: r.list(MAX_SOURCES)?,
            fee: Amount::decode(r)?,
            actions: r.list(MAX_ACTIONS)?,
            witness: witness::read(r)?,
        };
        if before.saturating_sub(r.left()) > MAX_TRANSACTION {
            return Err(DecodeError::TooLong);
        }
        Ok(transaction)
    }
}

impl Encode for Source {
    fn encode(&self, w: &mut Writer) {
        self.address.encode(w);
        w.u64(self.nonce);
        w.option(self.reveal.as_ref());
    }
}

impl Decode for Source {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { address: Address::decode(r)?, nonce: r.u64()?, reveal: r.option()? })
    }
}

impl Encode for Action {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Pay { source, to, amount } => {
                w.u8(1);
                w.u8(*source);
                to.encode(w);
                amount.encode(w);
            }
        }
    }
}

impl Decode for Action {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => Ok(Self::Pay {
                source: r.u8()?,
                to: Address::decode(r)?,
                amount: Amount::decode(r)?,
            }),
            _ => Err(DecodeError::BadValue("action")),
        }
    }
}
