//! Our prekeys at the home worker: published, renewed, filled up by what the worker says it has left,
//! and forgotten here when their time is over. When that is, `chat::prekeys` decides.

use std::time::Duration;

use chat::prekeys::{Lasting, Stock, current, next_number, overdue, published, wanted};
use chat::{Change, KeptPreKey, PreKeyKind};
use net::{CallError, LightNode, NetError};
use ratchet::{KyberPreKey, SignedPreKey};
use tokio::time::Instant;
use wire::directory::{DirectoryReply, DirectoryRequest, Holding, count_bytes};
use wire::{Decode, Encode, code};

use crate::flows::read::damaged;
use crate::{Code, Engine, Fault};

/// How long what the worker said is taken for true over one connection. One who drains the directory
/// is noticed by then; until then the prekey of last resort serves.
const ASK_EVERY: Duration = Duration::from_secs(3600);

impl Engine {
    /// Sees that the worker has prekeys of ours that we have too: once over each connection, and every
    /// hour while it is held. A worker that cannot do its part now is asked again later. True if it was
    /// time for it; then old prekeys are to be forgotten once the mailboxes are empty.
    pub(crate) async fn tend_prekeys(&mut self, node: &LightNode) -> Result<bool, Fault> {
        if self.tended.is_some_and(|at| at.elapsed() < ASK_EVERY) || !self.is_known().await? {
            return Ok(false);
        }
        match self.publish_prekeys(node).await {
            // Mail does not wait for it.
            Err(fault) if fault.is_elsewhere() || fault.code == Code::UpgradeNeeded => {
                tracing::warn!(code = fault.code(), "the prekeys are published later");
            }
            done => done?,
        }
        self.tended = Some(Instant::now());
        Ok(true)
    }

    /// Forgets the prekeys whose time is over. To be called when the mailboxes are empty.
    pub(crate) async fn forget_prekeys(&self) -> Result<(), Fault> {
        let changes = overdue(&self.store.kept_prekeys().await?, self.clock.now());
        if !changes.is_empty() {
            self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        }
        Ok(())
    }

    /// Publishes what waits to be published, and what is wanted besides.
    pub(crate) async fn publish_prekeys(&mut self, node: &LightNode) -> Result<(), Fault> {
        match self.publish_waiting(node).await {
            // Another installation of this account has published meanwhile.
            Err(fault) if fault.code == Code::Refused => {}
            done => done?,
        }
        let holding = self.holding(node).await?;
        let kept = self.store.kept_prekeys().await?;
        let (publication, now) = (self.store.identity().await?.publication, self.clock.now());
        let Some(wanted) = wanted(&kept, publication, holding, now) else { return Ok(()) };
        let lasting = self.lasting(&kept).await?;
        let number = next_number(publication, holding, now);
        let (identity, registration_id) = (&self.keys.identity, self.registration_id);
        let stock = Stock { identity, registration_id, kept: &kept, now };
        let (publishable, mut changes) = stock.make(wanted, lasting, &mut rand::rng());
        let request = publishable.request(&self.keys.directory, node.worker(), number).to_bytes();
        changes.push(Change::RemovePublication);
        changes.push(Change::SavePublication { number, request });
        // Saved first: a prekey that is out may be used from that moment on.
        self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        self.publish_waiting(node).await
    }

    /// Sends the publication that no worker has confirmed yet, byte for byte the same each time: what
    /// was handed out of it meanwhile is not handed out again. One that is refused for good is
    /// forgotten; what it brought is replaced by the next.
    async fn publish_waiting(&self, node: &LightNode) -> Result<(), Fault> {
        let Some((_, bytes)) = self.store.waiting_publication().await? else { return Ok(()) };
        let request = DirectoryRequest::from_bytes(&bytes).map_err(damaged)?;
        let DirectoryRequest::Publish { publication, .. } = &request else {
            return Err(damaged(wire::DecodeError::BadValue("publication")));
        };
        let changes = match node.directory(request.clone()).await {
            Ok(DirectoryReply::Published(_)) => {
                let kept = self.store.kept_prekeys().await?;
                published(&kept, publication, self.clock.now())
            }
            Ok(DirectoryReply::Fetched { .. } | DirectoryReply::Counted(_)) => {
                return Err(NetError::BadReply.into());
            }
            Err(CallError::Failure(failure))
                if [code::BAD_REQUEST, code::BAD_SIGNATURE].contains(&failure.code.as_str()) =>
            {
                self.store.apply(vec![Change::RemovePublication.into()]).await?;
                return Err(failure.into());
            }
            Err(error) => return Err(error.into()),
        };
        Ok(self.store.apply(changes.into_iter().map(Into::into).collect()).await?)
    }

    /// What the home worker has under our directory key; `None` if that is nothing.
    async fn holding(&self, node: &LightNode) -> Result<Option<Holding>, Fault> {
        let key = &self.keys.directory;
        let signature = key.sign(&count_bytes(node.worker(), &node.peer()));
        match node.directory(DirectoryRequest::Count { key: key.public(), signature }).await {
            Ok(DirectoryReply::Counted(holding)) => Ok(Some(holding)),
            Ok(DirectoryReply::Published(_) | DirectoryReply::Fetched { .. }) => {
                Err(NetError::BadReply.into())
            }
            Err(CallError::Failure(failure)) if failure.code == code::NOT_FOUND => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// True if somebody may look for our bundle: whoever has an invite of ours, or is a contact.
    async fn is_known(&self) -> Result<bool, Fault> {
        let published = self.store.identity().await?.publication > 0;
        Ok(published || !self.store.queues().await?.is_empty())
    }

    async fn lasting(&self, kept: &[KeptPreKey]) -> Result<Option<Lasting>, Fault> {
        let ids = (current(kept, PreKeyKind::Signed), current(kept, PreKeyKind::Kyber));
        let (Some(signed), Some(kyber)) = ids else { return Ok(None) };
        let signed = self.store.prekey(signed.kind, signed.id).await?;
        let kyber = self.store.prekey(kyber.kind, kyber.id).await?;
        let (Some(signed), Some(kyber)) = (signed, kyber) else { return Ok(None) };
        let signed = SignedPreKey::from_bytes(&signed).map_err(damaged)?;
        let kyber = KyberPreKey::from_bytes(&kyber).map_err(damaged)?;
        Ok(Some(Lasting { signed, kyber }))
    }
}
