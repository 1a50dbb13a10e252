//! The statement of an account that somebody lets us see: our own light node proves it, the keys that
//! were granted find what is listed of the pool, and we sign as who has exported it
//! (`review-keys.md`, "The reviewer's side").

use std::collections::BTreeMap;

use shielded::{CompactAction, Nullifier, Scanner, ViewingKey};
use statement::Subject;
use types::{OpenId, Round, Timestamp};
use wallet::private::OwnNote;

use super::pool::{Ground, Held, damaged};
use crate::{Engine, Fault, shown_names};

impl Engine {
    /// The account that grants open, by the address that its owner's card names.
    pub(super) async fn granted_subject(&self, account: OpenId) -> Result<Subject, Fault> {
        let grants = self.store.grants_received().await?;
        let terms = grants.iter().map(|it| &it.grant.terms).find(|it| it.account == account);
        let unknown =
            || Fault::refused("unknown_grant", "nobody has granted a look at this account");
        let address = terms.ok_or_else(unknown)?.home;
        let contacts = self.store.contacts().await?;
        let names = shown_names(&contacts);
        let mut known = contacts.iter().zip(names);
        let name = known.find(|(contact, _)| contact.account == account).map(|(_, name)| name);
        Ok(Subject { address, name })
    }

    /// The full viewing keys that grants have brought.
    pub(super) async fn granted_keys(&self, account: OpenId) -> Result<Vec<ViewingKey>, Fault> {
        Ok(self.store.review_keys(account).await?.into_parts().0)
    }
}

/// All notes of these keys in the log.
pub(super) fn found_notes(ground: &Ground<'_>, keys: &[ViewingKey]) -> Result<Vec<Held>, Fault> {
    let (mut actions, mut rounds) = (Vec::<CompactAction>::new(), Vec::new());
    let mut spent = BTreeMap::<Nullifier, Round>::new();
    for entry in ground.entries() {
        spent.extend(entry.actions.iter().map(|action| (action.nullifier, entry.round)));
        rounds.extend(entry.actions.iter().map(|_| (entry.round, entry.halves().digest())));
        actions.extend(entry.actions.iter().cloned());
    }
    let mut held = vec![];
    for key in keys {
        let scanner = Scanner::of_accounts(core::slice::from_ref(key)).ok_or_else(damaged)?;
        for found in scanner.scan(&actions) {
            let place = rounds.get(found.action).copied();
            let (Some((round, bundle)), false) = (place, found.note.value.is_zero()) else {
                continue;
            };
            let nullifier = key.nullifier(&found.note).ok_or_else(damaged)?;
            let note = OwnNote {
                period: key.period(),
                scope: found.scope,
                position: u64::try_from(found.action).unwrap_or(u64::MAX),
                nullifier,
                round,
                bundle,
                // Asked of the headers where it is needed.
                time: Timestamp(0),
                contact: None,
                note: found.note,
            };
            held.push((note, spent.get(&nullifier).copied()));
        }
    }
    held.sort_by_key(|(note, _)| note.position);
    Ok(held)
}
