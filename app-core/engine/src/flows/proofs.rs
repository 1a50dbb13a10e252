//! What proves that a balance was carried over (`money-and-mail.md` B5): handed by the owner to whoever
//! holds the key of the account that it came to, and judged by the grantee's own light node.
//!
//! A key may be issued before the balance has moved, or after: whichever comes second hands the proof
//! over, in the transaction that saves it. What only a file opens gets those that there are when it
//! is sealed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chat::Review;
use net::LightNode;
use shielded::{Nullifier, Period, ViewingKey};
use store::{Change, KeptProof};
use types::OpenId;
use wallet::private::{OwnNote, PoolStep, PrivatePayee, Transfer, TransferState};
use wallet::review::{
    CarriedProof, CarriedProofs, GivenGrant, GrantedKey, MAX_KEPT_PROOFS, MAX_PROOFS, ReviewChange,
    Serial,
};
use wire::{Decode, Encode};

use crate::{Engine, Fault};

/// A carry-over that is final: the digest of its bundle, and the account that it leads into.
type Carried = ([u8; 32], Period);

impl Engine {
    /// Hands over with each of these grants what it is due and was not given yet: the proofs of the
    /// carry-overs that are final, and of those among `settled`, which are saved as that with this, as
    /// are these notes.
    pub(super) async fn proofs_due(
        &self,
        grants: &[GivenGrant],
        (settled, notes): (&[Transfer], &[OwnNote]),
    ) -> Result<Vec<Change>, Fault> {
        let live = grants.iter().filter(|given| given.stopped.is_none());
        let live: Vec<_> = live.filter_map(|given| Some((given, given.contact?))).collect();
        if live.is_empty() {
            return Ok(vec![]);
        }
        let carried = self.carried(settled).await?;
        let given = self.store.proofs_given().await?;
        let due = |grant: &GivenGrant, (bundle, to): &Carried| {
            grant.opens(*to) && !given.contains(&(grant.grant.terms.serial, *bundle))
        };
        let due = |grant: &GivenGrant| {
            let due = carried.iter().filter(|carried| due(grant, carried));
            due.map(|(bundle, _)| *bundle).collect::<BTreeSet<_>>()
        };
        let all: BTreeSet<[u8; 32]> = live.iter().flat_map(|(grant, _)| due(grant)).collect();
        if all.is_empty() {
            return Ok(vec![]);
        }
        let proofs = self.own_proofs(&all, (settled, notes)).await?;
        let mut changes = vec![];
        for (grant, contact) in live {
            let (serial, due) = (grant.grant.terms.serial, due(grant));
            let proofs: Vec<_> = proofs.iter().filter(|it| due.contains(&it.bundle)).collect();
            for some in proofs.chunks(MAX_PROOFS) {
                let handed = some.iter().map(|it| ReviewChange::HandOver(serial, it.bundle).into());
                changes.extend(handed);
                let proofs = some.iter().map(|proof| (*proof).clone()).collect();
                let review = Review::Proofs(CarriedProofs { serial, proofs }.to_bytes());
                changes.extend(self.on_its_way(self.letter(contact, review)));
            }
        }
        Ok(changes)
    }

    /// What a step hands over, which is about to be saved: carry-overs that are settled by it.
    pub(super) async fn proofs_of_settled(&self, step: &PoolStep) -> Result<Vec<Change>, Fault> {
        if !step.settled.iter().any(|transfer| carried_by(transfer).is_some()) {
            return Ok(vec![]);
        }
        let grants = self.store.grants_given().await?;
        self.proofs_due(&grants, (&step.settled, &step.notes)).await
    }

    /// The proofs of carry-overs into accounts that these keys open in both directions, the newest
    /// account's first.
    pub(super) async fn proofs_into(
        &self,
        keys: &[GrantedKey],
    ) -> Result<Vec<CarriedProof>, Fault> {
        let open: BTreeSet<Period> =
            keys.iter().filter_map(GrantedKey::viewing).map(ViewingKey::period).collect();
        let carried = self.carried(&[]).await?.into_iter();
        let due = carried.filter(|(_, to)| open.contains(to)).map(|(bundle, _)| bundle).collect();
        let mut proofs = self.own_proofs(&due, (&[], &[])).await?;
        proofs.sort_by_key(|proof| Reverse(proof.to));
        Ok(proofs)
    }

    async fn carried(&self, settled: &[Transfer]) -> Result<Vec<Carried>, Fault> {
        let mut carried = self.store.carried_over().await?;
        carried.extend(settled.iter().filter_map(carried_by));
        Ok(carried)
    }

    /// The proofs of our carry-overs with these bundles.
    async fn own_proofs(
        &self,
        bundles: &BTreeSet<[u8; 32]>,
        (settled, new): (&[Transfer], &[OwnNote]),
    ) -> Result<Vec<CarriedProof>, Fault> {
        if bundles.is_empty() {
            return Ok(vec![]);
        }
        let notes = self.store.all_notes().await?;
        let periods: BTreeMap<Nullifier, Period> = notes
            .iter()
            .map(|(note, _)| note)
            .chain(new)
            .map(|it| (it.nullifier, it.period))
            .collect();
        // One that is being settled stands among the saved as what it was before.
        let saved = self.store.transfers().await?;
        let proofs = saved.iter().chain(settled).filter_map(|transfer| {
            carried_by(transfer).filter(|(bundle, _)| bundles.contains(bundle))?;
            CarriedProof::of(transfer, |mark| periods.get(&mark).copied())
        });
        Ok(proofs.collect())
    }

    /// What a contact's proofs change; `None` if they are for accounts that it has not opened to us, or
    /// not yet, or too many: then nobody is told that they have come.
    pub(super) async fn taken_proofs(
        &self,
        contact: OpenId,
        bytes: &[u8],
    ) -> Result<Option<Vec<ReviewChange>>, Fault> {
        let Ok(CarriedProofs { serial, proofs }) = CarriedProofs::from_bytes(bytes) else {
            return Ok(None);
        };
        let known = self.store.grant_received(serial).await?;
        if known.is_none_or(|known| known.contact != Some(contact)) {
            return Ok(None);
        }
        let keys = self.store.granted_keys(serial).await?;
        let open: BTreeSet<Period> =
            keys.iter().filter_map(GrantedKey::viewing).map(ViewingKey::period).collect();
        let more = u64::try_from(proofs.len()).unwrap_or(u64::MAX);
        let kept = self.store.proofs_from(contact).await?.saturating_add(more);
        if kept > MAX_KEPT_PROOFS || !proofs.iter().all(|proof| open.contains(&proof.to)) {
            tracing::debug!("proofs of carry-overs are dropped, or wait for a key");
            return Ok(None);
        }
        Ok(Some(added(serial, proofs)))
    }

    /// Judges the proofs of which the bundle is known by now, and those whose bundle never came.
    pub(super) async fn judge_proofs(&self, node: &LightNode) -> Result<(), Fault> {
        let grants = self.store.grants_received().await?;
        let accounts: BTreeSet<OpenId> = grants.iter().map(|it| it.grant.terms.account).collect();
        for account in accounts {
            let mut kept = self.store.proofs_received(account).await?;
            kept.retain(|kept| !kept.holds);
            if kept.is_empty() {
                continue;
            }
            let places = self.store.reviewed_bundles(account).await?;
            let mut changes: Vec<Change> = vec![];
            for KeptProof { serial, proof, .. } in kept {
                let place = places.get(&proof.bundle).copied();
                if let Some(holds) =
                    self.verdict_on(node, (account, serial), (&proof, place)).await?
                {
                    if !holds {
                        tracing::warn!("the proof of a carry-over does not hold");
                    }
                    let bundle = proof.bundle;
                    changes.push(ReviewChange::JudgeProof { serial, bundle, holds }.into());
                }
            }
            self.store.apply(changes).await?;
        }
        Ok(())
    }

    /// Whether a proof holds; `None` while its bundle may still come.
    async fn verdict_on(
        &self,
        node: &LightNode,
        (account, serial): (OpenId, Serial),
        (proof, place): (&CarriedProof, Option<u64>),
    ) -> Result<Option<bool>, Fault> {
        let keys = self.store.granted_keys(serial).await?;
        let Some(key) =
            keys.iter().filter_map(GrantedKey::viewing).find(|key| key.period() == proof.to)
        else {
            return Ok(Some(false));
        };
        let Some(place) = place else {
            let reads = self.store.reviewed_reads(account).await?;
            let name = key.fingerprint();
            let past = reads.iter().any(|read| read.name == name && read.round > proof.expiry);
            return Ok(past.then_some(false));
        };
        let effects = self.pool_bundle(node, place, proof.bundle).await?;
        let chain = self.bound()?.home.chain;
        Ok(Some(proof.holds((chain, account), &effects, key)))
    }
}

/// What saves proofs that have come with a grant.
pub(super) fn added(serial: Serial, proofs: Vec<CarriedProof>) -> Vec<ReviewChange> {
    proofs.into_iter().map(|proof| ReviewChange::AddProof(serial, Box::new(proof))).collect()
}

/// The carry-over that a transfer was, if it is final and its proof is kept.
fn carried_by(transfer: &Transfer) -> Option<Carried> {
    let PrivatePayee::CarryOver(to) = transfer.to else { return None };
    let done = matches!(transfer.state, TransferState::Final(_));
    let kept = transfer.attempt.as_ref().is_some_and(|attempt| attempt.carry.is_some());
    Some((transfer.bundle().filter(|_| done && kept)?, to))
}
