//! The proof of what an address stands for: which account, and what that holds.
//!
//! `abns` makes it, `light` checks it under a root that it has certified itself.

use crate::{Account, ProofError, StateProof, account_key, alias_key};
use types::{Address, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The account behind an address, under the state root of one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountProof {
    /// The round whose header has the state root.
    pub round: Round,
    /// The address that was asked about.
    pub address: Address,
    /// The home that the address is an alias of; `None` if it is no alias and so its own home.
    pub alias: Option<Address>,
    /// That the alias is so, or that there is none.
    pub alias_proof: StateProof,
    /// The account at that home, `None` if nobody has paid it yet.
    pub account: Option<Account>,
    /// That the account is so, or that there is none.
    pub proof: StateProof,
}

impl AccountProof {
    /// The home address that the proof speaks of.
    #[must_use]
    pub fn home(&self) -> Address {
        self.alias.unwrap_or(self.address)
    }

    /// Checks both halves under a state root.
    ///
    /// # Errors
    /// [`ProofError`] of the first half that does not follow.
    pub fn verify(&self, root: &[u8; 32]) -> Result<(), ProofError> {
        let alias = self.alias.map(Address::to_bytes);
        let alias = alias.as_ref().map(<[u8; Address::LEN]>::as_slice);
        self.alias_proof.verify(root, &alias_key(self.address), alias)?;
        let account = self.account.as_ref().map(Encode::to_bytes);
        self.proof.verify(root, &account_key(self.home()), account.as_deref())
    }
}

impl Encode for AccountProof {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.address.encode(w);
        w.option(self.alias.as_ref());
        self.alias_proof.encode(w);
        w.option(self.account.as_ref());
        self.proof.encode(w);
    }
}

impl Decode for AccountProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            address: Address::decode(r)?,
            alias: r.option()?,
            alias_proof: StateProof::decode(r)?,
            account: r.option()?,
            proof: StateProof::decode(r)?,
        })
    }
}
