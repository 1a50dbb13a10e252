//! What nobody claimed of red envelopes that this profile does not know: another device gave them out of
//! the private pool, or this account before it was restored from its words. The change of such a bundle
//! tells of it, and nobody but this account can write that.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Claim, RedEnvelopeId, claim_key};
use net::LightNode;
use wallet::private::OwnNote;
use wallet::{FoundRest, MadeEnvelope};

use crate::flows::gifts::IN_ALL;
use crate::{Engine, Fault};

impl Engine {
    /// What is saved of a red envelope that a bundle of ours has made elsewhere. One that this profile
    /// knows is looked after with it.
    pub(super) fn found_rest(
        &self,
        made: MadeEnvelope,
        bundle: [u8; 32],
    ) -> Result<store::Change, Fault> {
        let own = (self.bound()?.home.chain, &*self.keys.envelope);
        let found = FoundRest::new((made, bundle), own);
        Ok(wallet::Change::AddFoundRest(Box::new(found)).into())
    }

    /// Those that are over, and of which something may still come back.
    pub(super) async fn due_rests(&self) -> Result<Vec<FoundRest>, Fault> {
        let round = self.bound()?.light.round();
        let mut rests = self.store.open_found_rests().await?;
        rests.retain(|found| found.is_due(round));
        Ok(rests)
    }

    /// Looks at what has come back, and saves what is proved of each. It ends in its time.
    pub(super) async fn follow_found_rests(
        &mut self,
        node: &LightNode,
        rests: Vec<FoundRest>,
    ) -> Result<(), Fault> {
        let looking = async {
            for found in rests {
                match self.follow_found_rest(node, found).await {
                    // One that cannot be proved now is no reason to leave the others alone.
                    Err(fault) if fault.is_elsewhere() && !fault.is_offline() => {
                        tracing::info!(code = fault.code(), "what came back is looked at later");
                    }
                    done => done?,
                }
            }
            Ok(())
        };
        tokio::time::timeout(IN_ALL, looking).await.unwrap_or(Ok(()))
    }

    async fn follow_found_rest(&mut self, node: &LightNode, found: FoundRest) -> Result<(), Fault> {
        let (key, since) = (claim_key(&found.rest.taking.key), found.made.expiry.next());
        let (round, claim) = self.prove_record::<Claim>(node, key, since).await?;
        let before = found.rest.clone();
        let mut after = found.after(claim, round);
        if let Some(Claim::Collected { envelope, .. }) = after.rest.claim {
            after.rest.bundle = self.brought_by(envelope).await?.or(after.rest.bundle);
        }
        self.paying |=
            after.rest.taking.attempt.is_some() || self.is_worth_collecting(after.owed());
        if after.rest != before {
            self.store.apply(vec![wallet::Change::SaveFoundRest(Box::new(after)).into()]).await?;
        }
        Ok(())
    }

    /// The bundle that has brought into the pool what came back of a red envelope, whichever profile of
    /// these words has sent it: its note lies at an address that is for this alone.
    async fn brought_by(&self, envelope: RedEnvelopeId) -> Result<Option<[u8; 32]>, Fault> {
        let (chain, notes) = (self.bound()?.home.chain, self.store.all_notes().await?);
        let own = || notes.iter().map(|(note, _)| note).filter(|note| note.is_own());
        let mut addresses = BTreeMap::new();
        for period in own().map(|note| note.period).collect::<BTreeSet<_>>() {
            let key = self.pool_key(period)?.viewing_key();
            addresses.extend(key.own_address(chain, &envelope.0).map(|to| (period, to)));
        }
        let is_there =
            |note: &&OwnNote| addresses.get(&note.period).is_some_and(|to| note.note.is_to(to));
        Ok(own().find(is_there).map(|note| note.bundle))
    }
}
