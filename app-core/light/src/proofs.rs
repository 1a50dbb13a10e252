//! Proofs under a header that is trusted: accounts, any record of the state, earlier headers.

use crate::state::Kept;
use crate::{LightError, LightState};
use ledger::{Account, AccountProof, Header, RangeProof, StateProof};
use types::{Address, Round};
use wire::chain::MAX_KEY;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most bytes of a record's value: the list of all workers is the longest.
const MAX_VALUE: usize = 132 * 1024;

/// An account as a certified header proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedAccount {
    /// The round under whose state root it is proved.
    pub round: Round,
    /// The account's home address, which is not always the one asked about.
    pub home: Address,
    /// The account, `None` if nobody has paid it yet.
    pub account: Option<Account>,
}

/// What the state holds under a key, or that it holds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordProof {
    /// The round whose header has the state root.
    pub round: Round,
    /// The key.
    pub key: Vec<u8>,
    /// Its value; `None` if there is none.
    pub value: Option<Vec<u8>>,
    /// That it is so.
    pub proof: StateProof,
}

impl LightState {
    /// Checks what a node says about an address.
    ///
    /// # Errors
    /// [`LightError`] if it is about another address, under a header that is not kept, or does not
    /// follow from that.
    pub fn check_account(
        &self,
        address: Address,
        proof: &AccountProof,
    ) -> Result<ProvedAccount, LightError> {
        if proof.address != address {
            return Err(LightError::WrongAddress(proof.address));
        }
        proof.verify(&self.root(proof.round)?.state_root)?;
        Ok(ProvedAccount { round: proof.round, home: proof.home(), account: proof.account.clone() })
    }

    /// Checks what a node says about a key of the state; returns the value, `None` if it is proved
    /// that there is none.
    ///
    /// # Errors
    /// As [`Self::check_account`].
    pub fn check_record<'a>(
        &self,
        key: &[u8],
        record: &'a RecordProof,
    ) -> Result<Option<&'a [u8]>, LightError> {
        if record.key != key {
            return Err(ledger::ProofError::WrongKey.into());
        }
        let value = record.value.as_deref();
        record.proof.verify(&self.root(record.round)?.state_root, key, value)?;
        Ok(value)
    }

    /// Checks an earlier header under the history of a recent one: no signature is needed.
    ///
    /// # Errors
    /// [`LightError::UnknownRoot`] if `under` is not kept, [`LightError::WrongHistory`] if its
    /// history has another header there.
    pub fn check_header(
        &self,
        under: Round,
        header: &Header,
        path: &RangeProof,
    ) -> Result<(), LightError> {
        let root = self.root(under)?;
        let all = under.0.checked_sub(1) == Some(path.leaves);
        if all && path.verify(&root.history, header.round, header.id()) {
            Ok(())
        } else {
            Err(LightError::WrongHistory)
        }
    }

    fn root(&self, round: Round) -> Result<&Kept, LightError> {
        self.check_frozen()?;
        self.kept(round).ok_or(LightError::UnknownRoot(round))
    }
}

impl Encode for RecordProof {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.bytes(&self.key);
        w.bool(self.value.is_some());
        if let Some(value) = &self.value {
            w.bytes(value);
        }
        self.proof.encode(w);
    }
}

impl Decode for RecordProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            key: r.bytes(MAX_KEY)?,
            value: if r.bool()? { Some(r.bytes(MAX_VALUE)?) } else { None },
            proof: StateProof::decode(r)?,
        })
    }
}
