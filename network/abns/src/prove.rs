//! Proofs about accounts under a final header, for light nodes.

use crate::{
    AbnsError, ChainStore,
    layout::{HEADERS, round_key},
    snapshot::{View, decode},
    tree,
};
use ledger::{Account, AccountProof, CertifiedHeader, StateProof, account_key, alias_key};
use types::{Address, Round};

/// What a key of the state is in some round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedValue {
    /// `None` if there is no such key.
    pub value: Option<Vec<u8>>,
    /// That it is so.
    pub proof: StateProof,
}

impl ChainStore {
    /// The account behind an address, or that there is none, as the newest final header's state
    /// root proves it.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn prove(&self, address: Address) -> Result<AccountProof, AbnsError> {
        self.fault.run(|| {
            let view = self.view()?;
            account_proof(&view, view.tip.round, address)
        })
    }

    /// The same under the header of an earlier round, `None` if the horizon has passed it or it is
    /// to come.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn prove_at(
        &self,
        round: Round,
        address: Address,
    ) -> Result<Option<AccountProof>, AbnsError> {
        self.fault.run(|| {
            let view = self.view()?;
            if !self.keeps(&view, round)? {
                return Ok(None);
            }
            account_proof(&view, round, address).map(Some)
        })
    }

    /// The value of any key of the state after a round, or that there is none, with the proof;
    /// `None` if the horizon has passed the round or it is to come.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn prove_key(&self, round: Round, key: &[u8]) -> Result<Option<ProvedValue>, AbnsError> {
        self.fault.run(|| {
            let view = self.view()?;
            if !self.keeps(&view, round)? {
                return Ok(None);
            }
            let (value, proof) = (view.get(key, round)?, tree::prove(&view.nodes, round.0, key)?);
            let proved = proof.verify(&root(&view, round)?, key, value.as_deref());
            proved.map_err(|error| view.nodes.damaged(&error.to_string()))?;
            Ok(Some(ProvedValue { value, proof }))
        })
    }
}

fn account_proof(view: &View, round: Round, address: Address) -> Result<AccountProof, AbnsError> {
    let prove = |key: &[u8]| tree::prove(&view.nodes, round.0, key);
    let alias_key = alias_key(address);
    let alias = view.get(&alias_key, round)?;
    let alias: Option<Address> = alias.map(|bytes| decode(&view.state.rows, &bytes)).transpose()?;
    let account_key = account_key(alias.unwrap_or(address));
    let account = view.get(&account_key, round)?;
    let account: Option<Account> =
        account.map(|bytes| decode(&view.state.rows, &bytes)).transpose()?;
    let (alias_proof, proof) = (prove(&alias_key)?, prove(&account_key)?);
    let proof = AccountProof { round, address, alias, alias_proof, account, proof };
    // State and tree are two tables: on a damaged file one may lack what the other has.
    let proved = proof.verify(&root(view, round)?);
    proved.map_err(|error| view.nodes.damaged(&error.to_string()))?;
    Ok(proof)
}

/// The state root of a round: its header's; the genesis has none.
fn root(view: &View, round: Round) -> Result<[u8; 32], AbnsError> {
    let header: Option<CertifiedHeader> = view.snapshot.record(HEADERS, &round_key(round))?;
    match header {
        Some(block) => Ok(block.header.state_root),
        None => tree::root(&view.nodes, round.0),
    }
}
