//! Letting out what waits: queues and prekeys first, then envelopes.
//!
//! Contents wait unencrypted until there is a session; sealing saves the session and the envelope
//! together; the envelope is then put, byte for byte the same, until a worker has it.

use std::collections::BTreeSet;

use chat::{Change, Contact, Outgoing, Pending, SealError, acknowledged, merge, seal};
use net::{CallError, LightNode, NetError};
use ratchet::{Bundle, RatchetError, SessionRecord};
use types::OpenId;
use wire::directory::{DirectoryReply, DirectoryRequest};
use wire::mail::{MailReply, MailRequest};

use crate::{Code, Engine, Fault};

/// Contents of one contact that are sealed in one go.
const BATCH: u32 = 200;

impl Engine {
    /// Sends all that can be sent. Returns how many envelopes a worker took.
    pub(crate) async fn deliver(&mut self, node: &LightNode) -> Result<u32, Fault> {
        self.create_queues(node).await?;
        for account in self.store.contacts_with_pending().await? {
            match self.seal_waiting(node, account).await {
                // One contact's trouble, such as a bundle that is not there, waits with it.
                Err(fault) if fault.code == Code::Refused || fault.code == Code::BadProof => {
                    tracing::warn!(code = fault.code(), "a contact cannot be written to yet");
                }
                result => result?,
            }
        }
        self.put_outgoing(node).await
    }

    async fn create_queues(&mut self, node: &LightNode) -> Result<(), Fault> {
        for mut queue in self.store.queues().await? {
            if queue.created || queue.worker != node.worker() {
                continue;
            }
            let MailReply::Created = node.mail(queue.create_request()).await? else {
                return Err(NetError::BadReply.into());
            };
            queue.created = true;
            self.store.apply(vec![Change::SaveQueue(queue).into()]).await?;
        }
        Ok(())
    }

    async fn seal_waiting(&mut self, node: &LightNode, account: OpenId) -> Result<(), Fault> {
        let Some(contact) = self.store.contact(account).await? else { return Ok(()) };
        let mut record = self.session(account).await?;
        if !record.has_session() {
            self.start_session(node, &contact, &mut record).await?;
        }
        loop {
            let waiting = self.store.pending(account, BATCH).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for (sequences, pending) in merge(waiting) {
                self.seal_one(node, &contact, &mut record, (&sequences, &pending)).await?;
            }
        }
    }

    async fn seal_one(
        &mut self,
        node: &LightNode,
        contact: &Contact,
        record: &mut SessionRecord,
        waiting: (&[i64], &Pending),
    ) -> Result<(), Fault> {
        let now = self.clock.now();
        let identity = &self.keys.identity;
        let mut sealed = seal(contact, record, identity, waiting, now, &mut rand::rng());
        if let Err(SealError::Ratchet(RatchetError::SessionTooOld)) = sealed {
            // Nobody answered the first message for a month: its prekeys may be gone. Begin anew.
            self.start_session(node, contact, record).await?;
            let identity = &self.keys.identity;
            sealed = seal(contact, record, identity, waiting, now, &mut rand::rng());
        }
        let changes = sealed.map_err(|error| {
            Fault::new(Code::Internal, format!("a message cannot be encrypted: {error}"))
        })?;
        Ok(self.store.apply(changes.into_iter().map(Into::into).collect()).await?)
    }

    async fn start_session(
        &self,
        node: &LightNode,
        contact: &Contact,
        record: &mut SessionRecord,
    ) -> Result<(), Fault> {
        let (key, owner) = contact.directory;
        let DirectoryReply::Fetched { bundle, one_time } =
            node.directory(DirectoryRequest::Fetch { owner, key }).await?
        else {
            return Err(NetError::BadReply.into());
        };
        let wrong = |what: &str| {
            Fault::new(Code::BadProof, format!("the contact's prekey bundle {what}; nothing sent"))
        };
        let one_time = one_time.as_ref().map(|key| key.0.as_slice());
        let bundle = Bundle::from_parts(&bundle, one_time).map_err(|_| wrong("cannot be read"))?;
        if bundle.identity != contact.card.identity {
            return Err(wrong("belongs to somebody else"));
        }
        let now = self.clock.now();
        record
            .initiate(&self.keys.identity, &bundle, self.registration_id(), now, &mut rand::rng())
            .map_err(|_| wrong("is not signed by the contact"))
    }

    async fn put_outgoing(&mut self, node: &LightNode) -> Result<u32, Fault> {
        let (mut sent, mut blocked) = (0_u32, BTreeSet::new());
        loop {
            let waiting = self.store.outgoing(BATCH).await?;
            let mut moved = false;
            for (sequence, outgoing) in waiting {
                if blocked.contains(&outgoing.contact) {
                    continue;
                }
                if put(node, &outgoing).await? {
                    let changes = acknowledged(sequence, &outgoing);
                    self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
                    sent = sent.saturating_add(1);
                    moved = true;
                } else {
                    // Later ones must not overtake it.
                    blocked.insert(outgoing.contact);
                }
            }
            if !moved {
                return Ok(sent);
            }
        }
    }
}

/// True once a worker holds the envelope; false if the contact's queue takes nothing now.
async fn put(node: &LightNode, outgoing: &Outgoing) -> Result<bool, Fault> {
    let Outgoing { worker, send, blob, signature, .. } = outgoing.clone();
    match node.mail(MailRequest::Put { owner: worker, send, blob, signature }).await {
        Ok(MailReply::Stored(_)) => Ok(true),
        Ok(MailReply::Created | MailReply::Waiting { .. } | MailReply::Deleted) => {
            Err(NetError::BadReply.into())
        }
        Err(CallError::Failure(failure)) => {
            tracing::info!(code = failure.code, "an envelope waits");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
