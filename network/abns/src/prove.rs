//! Proofs about accounts under the newest final header, for light nodes.

use crate::{
    AbnsError, ChainStore,
    layout::{NODES, STATE},
    snapshot::decode,
    tree,
};
use ledger::{Account, AccountProof, account_key, alias_key};
use types::Address;

impl ChainStore {
    /// The account behind an address, or that there is none, as the newest final header's state
    /// root proves it.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn prove(&self, address: Address) -> Result<AccountProof, AbnsError> {
        self.fault.run(|| self.account_proof(address))
    }

    fn account_proof(&self, address: Address) -> Result<AccountProof, AbnsError> {
        let snapshot = self.file.snapshot()?;
        let round = snapshot.tip()?.round;
        let state = snapshot.rows(STATE)?;
        let nodes = snapshot.rows(NODES)?;
        let prove = |key: &[u8]| tree::prove(&nodes, round.0, key);

        let alias_key = alias_key(address);
        let alias: Option<Address> =
            state.get(&alias_key)?.map(|bytes| decode(&state, &bytes)).transpose()?;
        let account_key = account_key(alias.unwrap_or(address));
        let account: Option<Account> =
            state.get(&account_key)?.map(|bytes| decode(&state, &bytes)).transpose()?;
        let (alias_proof, proof) = (prove(&alias_key)?, prove(&account_key)?);
        let proof = AccountProof { round, address, alias, alias_proof, account, proof };
        // State and tree are two tables: on a damaged file one may lack what the other has.
        let proved = proof.verify(&tree::root(&nodes, round.0)?);
        proved.map_err(|error| state.damaged(&error.to_string()))?;
        Ok(proof)
    }
}
