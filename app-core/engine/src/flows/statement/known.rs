//! What an exporter knows beside the ledger: whom a transaction was with, and what for.

use std::collections::BTreeMap;

use ledger::Entry;
use statement::Told;
use types::{Address, OpenId, Timestamp, TxId};

use super::OfWhom;
use crate::{Engine, Fault, shown_names};

impl Engine {
    /// What we know of transactions: of our own what was said about them, of others' who of our
    /// contacts was on the other side.
    pub(super) async fn known_of(
        &self,
        entries: &[Entry],
        (from, to): (Timestamp, Timestamp),
        whose: OfWhom,
    ) -> Result<BTreeMap<TxId, Told>, Fault> {
        let contacts = self.store.contacts().await?;
        let names: Vec<String> = shown_names(&contacts);
        let known = || contacts.iter().zip(&names);
        if whose == OfWhom::Own {
            let rows = self.store.history(Some(from), Some(to)).await?;
            let name = |account: OpenId| {
                known()
                    .find(|(contact, _)| contact.account == account)
                    .map(|(_, name)| name.clone())
            };
            let told = rows
                .into_iter()
                .map(|row| (row.tx, Told { name: row.contact.and_then(name), memo: row.memo }));
            return Ok(told.collect());
        }
        let own = (self.keys.address(), self.name.clone());
        let by_address: BTreeMap<Address, String> =
            known().map(|(contact, name)| (contact.address(), name.clone())).chain([own]).collect();
        let told = entries.iter().filter_map(|entry| {
            let name = by_address.get(&entry.counterparty?)?.clone();
            Some((entry.tx, Told { name: Some(name), memo: None }))
        });
        Ok(told.collect())
    }
}
