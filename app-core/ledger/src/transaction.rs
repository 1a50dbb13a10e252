//! Transactions: who does what, until when, for which fee.
//!
//! Wallets build them, execution runs them. What a transaction does (its id) and who signed it (its
//! witness) are hashed apart: signatures are randomised and so never part of an id
//! (`money-and-mail.md` B1).

use crate::actions::Action;
use crate::{AddKey, CreateEnvelope, Params, Pay, Prices, Rejection, RetireKey, witness};
use keys::PublicKey;
use shielded::{Authorization, Bundle};
use std::collections::BTreeSet;
use types::{Abc, Address, AddressKind, Amount, ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Most accounts that one transaction debits.
pub const MAX_SOURCES: usize = 16;
/// Most actions of one transaction.
pub const MAX_ACTIONS: usize = 16;
/// No transaction is longer, whatever it holds.
pub const MAX_TRANSACTION: usize = 60 * 1024;
/// How many rounds ahead a transaction may expire.
pub const EXPIRY_ROUNDS: u64 = 600;

/// Stands where there is no private bundle for its digest.
const NO_BUNDLE: [u8; 32] = [0; 32];

/// A signed order to the ledger; all of it happens, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// [`Transaction::VERSION`], or [`Transaction::WITH_BUNDLE`] if there is one.
    pub version: u16,
    /// The network it is for; on any other it is worth nothing.
    pub chain: ChainId,
    /// The last round that may hold it.
    pub expiry: Round,
    /// The price table it was made for: its number in [`Params::prices_at`].
    pub price_epoch: u32,
    /// The accounts it debits or changes, each at most once; the first pays the fee. Without any,
    /// the fee comes out of the share of a red envelope that it claims, or out of the private pool.
    pub sources: Vec<Source>,
    /// Exactly [`Transaction::fee_needed`].
    pub fee: Amount<Abc>,
    /// What it does, in order.
    pub actions: Vec<Action>,
    /// Its private part.
    pub bundle: Option<Box<Bundle>>,
    /// Signatures over [`Transaction::sighash`]: one per source, then one per action that needs
    /// another signer, both in order.
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

impl Transaction {
    /// The version without a private bundle.
    pub const VERSION: u16 = 1;
    /// The version with one: its effects follow the actions, its proof and signatures the witness.
    pub const WITH_BUNDLE: u16 = 2;

    /// What receipts, history and chat call it:
    /// SHA-256("bcm-tx-v1" ‖ header part ‖ SHA-256(actions) ‖ bundle digest).
    #[must_use]
    pub fn id(&self) -> TxId {
        self.id_with(self.bundle.as_ref().map_or(NO_BUNDLE, |bundle| bundle.effects.digest()))
    }

    /// The id that it has with a private bundle of this digest, whatever bundle it holds.
    #[must_use]
    pub fn id_with(&self, bundle: [u8; 32]) -> TxId {
        let actions = hash("", &[&self.actions_bytes()]);
        TxId(hash("bcm-tx-v1", &[&self.header_part(), &actions, &bundle]))
    }

    /// What every slot of the witness signs: SHA-256("bcm-sighash-v1" ‖ id).
    #[must_use]
    pub fn sighash(&self) -> [u8; 32] {
        hash("bcm-sighash-v1", &[&self.id().0])
    }

    /// What blocks commit to: SHA-256("bcm-wid-v1" ‖ id ‖ SHA-256(witness)).
    #[must_use]
    pub fn wid(&self) -> [u8; 32] {
        let witness = hash("", &[&witness::bytes(&self.witness), &self.authorization_bytes()]);
        hash("bcm-wid-v1", &[&self.id().0, &witness])
    }

    /// What it costs, signed or not yet; `None` beyond 64 bits. The move of one account from ECDSA
    /// to Falcon never costs more than the existential minimum, so that whoever has an account can
    /// pay it (`money-and-mail.md` A10, B2).
    #[must_use]
    pub fn fee_needed(&self, prices: &Prices) -> Option<Amount<Abc>> {
        self.fee_with(prices, self.bundle_actions())
    }

    /// What it costs with a bundle of so many actions, padding included, which need not be there
    /// yet. A bundle costs by that number alone, so that a private fee tells nothing.
    #[must_use]
    pub fn fee_with(&self, prices: &Prices, bundle_actions: usize) -> Option<Amount<Abc>> {
        if matches!(self.actions.as_slice(), [Action::Decide(_)]) {
            // A quorum has signed for it, and has no account in common.
            return Some(Amount::ZERO);
        }
        let bundle_len = if bundle_actions == 0 { 0 } else { Bundle::len_for(bundle_actions) };
        let actions = self.actions.len().checked_add(bundle_actions)?;
        let fee = prices.fee(actions, self.signed_len()?.checked_add(bundle_len)?)?;
        let most = Amount::new(prices.existential);
        let capped = bundle_actions == 0 && self.moves_to_falcon();
        Some(if capped { fee.min(most) } else { fee })
    }

    /// How many actions of the private pool it has, padding included.
    pub(crate) fn bundle_actions(&self) -> usize {
        self.bundle.as_ref().map_or(0, |bundle| bundle.effects.actions().len())
    }

    /// What leaves the private pool, negative if value enters it.
    pub(crate) fn leaves_pool(&self) -> i64 {
        self.bundle.as_ref().map_or(0, |bundle| bundle.effects.value_balance())
    }

    /// True for exactly the pair `[AddKey(Falcon), RetireKey(ECDSA)]` of one account.
    fn moves_to_falcon(&self) -> bool {
        let pair = matches!(
            self.actions.as_slice(),
            [
                Action::AddKey(AddKey { source: 0, key: PublicKey::Falcon(_) }),
                Action::RetireKey(RetireKey {
                    source: 0,
                    address: Address { kind: AddressKind::Ecdsa, .. }
                }),
            ]
        );
        pair && self.sources.len() == 1
    }

    /// Its length with a signature of the right length in every slot.
    fn signed_len(&self) -> Option<usize> {
        let effects = self.header_part().len().checked_add(self.actions_bytes().len())?;
        effects.checked_add(witness::signed_len(self)?)
    }

    /// Checks that there is one signature for every slot and that each is by the right key: the
    /// revealed one, the one that the action names, or the one that `key_of` knows.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`] with the first slot that is missing, superfluous or wrong.
    pub fn check_signatures(
        &self,
        key_of: &impl Fn(Address) -> Option<PublicKey>,
    ) -> Result<(), Rejection> {
        witness::check(self, key_of)
    }

    /// Checks what needs no state.
    pub(crate) fn check_shape(&self, params: &Params) -> Result<(), Rejection> {
        let bad = |why| Err(Rejection::BadTransaction(why));
        if self.version != self.version_needed() {
            return bad("unknown version");
        }
        if self.actions.is_empty() && self.bundle.is_none() {
            return bad("no action");
        }
        if self.sources.len() > MAX_SOURCES || self.actions.len() > MAX_ACTIONS {
            return bad("too many sources or actions");
        }
        // Blocks hold reveals in the order of their commitments: two in one have no place in it.
        let reveals = self.actions.iter().filter(|act| matches!(act, Action::RegisterName(_)));
        if reveals.count() > 1 {
            return bad("more than one name revealed");
        }
        self.actions.iter().try_for_each(|action| action.act().check(params))?;
        let mut alone = self.actions.iter().filter_map(|action| action.act().check_alone(self));
        if let Some(checked) = alone.next() {
            return checked;
        }
        if self.sources.is_empty() {
            return self.check_without_source();
        }
        // What leaves the pool goes only where an action says; a source would get the rest.
        if self.bundle.is_some() && self.leaves_pool() >= 0 {
            return bad("a private payment has no source");
        }
        // A source that nothing names would change its account without an entry in its history.
        if self.used_sources()?.len() != self.sources.len() {
            return bad("a source pays for nothing");
        }
        Ok(())
    }

    /// Without a source a transaction must use up a claim key, and do nothing beside it: one fee
    /// comes out of one share (`money-and-mail.md` A9, B2).
    fn check_without_source(&self) -> Result<(), Rejection> {
        if self.bundle.is_some() {
            return self.check_private();
        }
        if !self.actions.iter().any(|action| action.act().spends_key()) {
            return Err(Rejection::Replayable);
        }
        let alone = self.actions.len() == 1;
        if alone { Ok(()) } else { Err(Rejection::BadTransaction("a claim pays for itself alone")) }
    }

    /// A private bundle without a source uses up its nullifiers. It pays the fee out of the pool,
    /// and addresses and red envelopes if actions say so; nothing else has a place beside it.
    fn check_private(&self) -> Result<(), Rejection> {
        let pays = |action: &Action| {
            matches!(
                action,
                Action::Pay(Pay { source: 0, .. })
                    | Action::CreateEnvelope(CreateEnvelope { source: 0, .. })
            )
        };
        if self.leaves_pool() <= 0 || !self.actions.iter().all(pays) {
            return Err(Rejection::BadTransaction("out of the pool one can only pay"));
        }
        Ok(())
    }

    fn version_needed(&self) -> u16 {
        if self.bundle.is_some() { Self::WITH_BUNDLE } else { Self::VERSION }
    }

    fn used_sources(&self) -> Result<BTreeSet<usize>, Rejection> {
        let mut used = BTreeSet::from([0]);
        for source in self.actions.iter().filter_map(|action| action.act().source()) {
            if usize::from(source) >= self.sources.len() {
                return Err(Rejection::BadTransaction("no such source"));
            }
            used.insert(usize::from(source));
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

    fn authorization_bytes(&self) -> Vec<u8> {
        let bundle = self.bundle.as_ref();
        bundle.map_or_else(Vec::new, |bundle| bundle.authorization.to_bytes())
    }
}

impl Encode for Transaction {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.header_part());
        w.fixed(&self.actions_bytes());
        self.bundle.iter().for_each(|bundle| bundle.effects.encode(w));
        w.fixed(&witness::bytes(&self.witness));
        w.fixed(&self.authorization_bytes());
    }
}

impl Decode for Transaction {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let before = r.left();
        let version = r.u16()?;
        if version != Self::VERSION && version != Self::WITH_BUNDLE {
            return Err(DecodeError::BadValue("transaction version"));
        }
        let mut transaction = Self {
            version,
            chain: ChainId::decode(r)?,
            expiry: Round::decode(r)?,
            price_epoch: r.u32()?,
            sources: r.list(MAX_SOURCES)?,
            fee: Amount::decode(r)?,
            actions: r.list(MAX_ACTIONS)?,
            bundle: None,
            witness: Vec::new(),
        };
        if version == Self::WITH_BUNDLE {
            let effects = shielded::Effects::decode(r)?;
            transaction.witness = witness::read(r)?;
            let authorization = Authorization::decode_for(&effects, r)?;
            transaction.bundle = Some(Box::new(Bundle { effects, authorization }));
        } else {
            transaction.witness = witness::read(r)?;
        }
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
