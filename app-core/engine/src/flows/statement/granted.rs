//! The statement of an account that somebody lets us see: our own light node proves it, the keys that
//! were granted find what is listed of the pool, and we sign as who has exported it
//! (`review-keys.md`, "The reviewer's side").

use std::collections::{BTreeMap, BTreeSet};

use ledger::Account;
use shielded::{CompactAction, Nullifier, Period, Scanner, ViewingKey};
use statement::{Carry, CarryEvidence, Subject};
use types::{ChainId, OpenId, Round, Timestamp};
use wallet::private::OwnNote;
use wallet::review::CarriedProof;

use super::pool::{Ground, Held, damaged};
use crate::{Engine, Fault, shown_names};

/// What grants have brought beside the keys of an account.
pub(super) struct Granted {
    /// The account, once the ledger says whose it is: nothing is proved of one that it does not name.
    account: Option<OpenId>,
    /// The period accounts that are open in both directions.
    open: BTreeSet<Period>,
    /// Proofs of carry-overs; not all of them need hold.
    proofs: Vec<CarriedProof>,
}

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

    /// The full viewing keys that grants have brought, with the proofs beside them; nothing without keys.
    pub(super) async fn granted(
        &self,
        account: OpenId,
        record: Option<&Account>,
    ) -> Result<Option<(Vec<ViewingKey>, Granted)>, Fault> {
        let mut keys = self.store.review_keys(account).await?.into_parts().0;
        if keys.is_empty() {
            return Ok(None);
        }
        // They come in the order of their names.
        keys.sort_by_key(ViewingKey::period);
        keys.dedup_by_key(|key| key.period());
        let kept = self.store.proofs_received(account).await?.into_iter();
        let account = record.and_then(|record| record.open_id).filter(|named| *named == account);
        let open = keys.iter().map(ViewingKey::period).collect();
        Ok(Some((keys, Granted { account, open, proofs: kept.map(|it| it.proof).collect() })))
    }
}

impl Granted {
    /// The accounts that a bundle is said to have moved a balance out of into this one, of those whose
    /// own side is not seen.
    pub(super) fn said(&self, bundle: [u8; 32], to: Period) -> BTreeSet<Period> {
        let said = self.proofs.iter().filter(|it| (it.bundle, it.to) == (bundle, to));
        said.map(|it| it.from).filter(|from| !self.open.contains(from)).collect()
    }

    /// The move, with a proof of it that holds if there is one.
    pub(super) fn proved(&self, chain: ChainId, carry: Carry) -> Carry {
        let proofs = self.proofs.iter().filter(|proof| {
            (proof.from, proof.to) == (carry.from, carry.to)
                && proof.bundle == carry.effects.digest()
        });
        let mut carries = proofs.map(|proof| Carry { evidence: Some(of(proof)), ..carry.clone() });
        let holds = |carry: &Carry| self.account.is_some_and(|it| carry.is_proved(chain, it));
        carries.find(holds).unwrap_or(carry)
    }
}

fn of(proof: &CarriedProof) -> CarryEvidence {
    let CarriedProof { expiry, price_epoch, fee, proof, .. } = proof.clone();
    CarryEvidence { expiry, price_epoch, fee, proof }
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
