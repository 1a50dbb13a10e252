//! Becoming reachable: a queue for strangers, prekeys in the directory, and the invite that names
//! both.

use chat::{Card, Change, Invite, KeptPreKey, Me, PreKeyKind, Queue, SavedPreKeys};
use net::{LightNode, NetError};
use ratchet::{KyberPreKey, SignedPreKey};
use wire::directory::DirectoryReply;
use wire::{Decode, hash};

use crate::{Code, Engine, Fault};

/// Fewer one-time prekeys than this, and more are made and published.
const FEW: usize = 25;

impl Engine {
    /// Makes sure that strangers can write to us, and returns the invite that lets them.
    ///
    /// # Errors
    /// `no_network` if the home worker has not confirmed everything; nothing is lost, ask again.
    pub async fn invite(&mut self) -> Result<String, Fault> {
        let node = self.attach().await?;
        self.invite_queue().await?;
        self.create_queues(&node).await?;
        let queue = self.invite_queue().await?;
        if !queue.created {
            let why = "the node makes no mailbox for you now; try again later";
            return Err(Fault::new(Code::NoNetwork, why));
        }
        self.publish(&node, true).await?;
        let me = self.me()?;
        let invite = Invite {
            chain: me.chain,
            card: me.card,
            directory: (me.directory, me.home),
            route: queue.route(),
        };
        Ok(invite.text())
    }

    /// Publishes the prekey bundle: the first time, when one-time prekeys run low, and when asked.
    pub(crate) async fn publish(&mut self, node: &LightNode, anyway: bool) -> Result<(), Fault> {
        let row = self.store.identity().await?;
        let kept = self.store.kept_prekeys().await?;
        let one_time = kept.iter().filter(|kept| kept.kind == PreKeyKind::OneTime);
        let few = one_time.count() < FEW;
        if row.publication > 0 && !few && !anyway {
            return Ok(());
        }
        // A number above every earlier one, also above those whose answer never came.
        let sequence = row.publication.saturating_add(1).max(self.clock.now().0);
        let saved = self.saved_prekeys().await?;
        let more = few || row.publication == 0;
        let (identity, registration) = (&self.keys.identity, self.registration_id());
        let (publishable, changes) = chat::prekeys(
            identity,
            registration,
            saved,
            more,
            (self.clock.now(), &mut rand::rng()),
        );
        // Saved first: a bundle that is out may be used from that moment on.
        self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        let request = publishable.request(&self.keys.directory, node.worker(), sequence);
        let DirectoryReply::Published(_) = node.directory(request).await? else {
            return Err(NetError::BadReply.into());
        };
        Ok(self.store.apply(vec![Change::SetPublication(sequence).into()]).await?)
    }

    /// What we show to others.
    pub(crate) fn me(&self) -> Result<Me, Fault> {
        let home = &self.bound()?.home;
        let card = Card::sign(
            &self.name,
            &self.keys.operation,
            &self.keys.identity,
            home.chain,
            &mut rand::rng(),
        );
        Ok(Me {
            chain: home.chain,
            card,
            directory: self.keys.directory.public(),
            home: home.worker,
        })
    }

    /// Fourteen bits that tell installations of one account apart; never 0.
    pub(crate) fn registration_id(&self) -> u32 {
        let [high, low, ..] = hash("bcm-registration-v1", &[&self.keys.account().0]);
        u32::from(u16::from_be_bytes([high, low])).rem_euclid(16_380).saturating_add(1)
    }

    async fn saved_prekeys(&self) -> Result<SavedPreKeys, Fault> {
        let mut saved = SavedPreKeys::default();
        for KeptPreKey { kind, id, .. } in self.store.kept_prekeys().await? {
            let record = self.store.prekey(kind, id).await?;
            match (kind, record) {
                (PreKeyKind::Signed, Some(record)) => {
                    saved.signed = Some(SignedPreKey::from_bytes(&record)?);
                }
                (PreKeyKind::Kyber, Some(record)) => {
                    saved.kyber = Some(KyberPreKey::from_bytes(&record)?);
                }
                (PreKeyKind::OneTime | PreKeyKind::OneTimeKyber, Some(_)) | (_, None) => {}
            }
        }
        Ok(saved)
    }

    async fn invite_queue(&mut self) -> Result<Queue, Fault> {
        let home = self.bound()?.home.worker;
        let saved = self.store.queues().await?;
        let own = saved.into_iter().find(|queue| queue.contact.is_none() && queue.worker == home);
        if let Some(queue) = own {
            return Ok(queue);
        }
        let queue = Queue::generate(home, None, &mut rand::rng());
        let id = queue.id();
        self.store.apply(vec![Change::SaveQueue(queue).into()]).await?;
        let saved = self.store.queues().await?;
        saved
            .into_iter()
            .find(|queue| queue.id() == id)
            .ok_or_else(|| Fault::new(Code::Internal, "a queue that was saved is not there"))
    }
}
