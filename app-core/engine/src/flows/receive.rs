//! Emptying mailboxes: pull, decrypt, save, and only then delete.
//!
//! One envelope is one database transaction: what it says, the session that opened it and the mark
//! that it has been seen. A crash before it brings the envelope again; after it, the envelope is
//! recognised and only deleted.

use chat::{Change, Contact, Content, Queue, Taken, open_envelope, take};
use net::{LightNode, NetError};
use ratchet::{
    IdentityKey, Incoming, KyberPreKey, OneTimePreKey, Opened, PreKeyMessage, PreKeys,
    RatchetError, SessionRecord, SignalMessage, SignedPreKey, UsedPreKeys,
};
use types::{OpenId, Timestamp};
use wire::mail::{MailReply, TTL_SECS, Waiting, send_id};
use wire::{Decode, Encode};
use zeroize::Zeroizing;

use crate::{Code, Engine, Fault};

/// A deleted envelope cannot come back later than this after its own end.
const SEEN_MARGIN_SECS: u64 = 24 * 3600;

/// Why an envelope says nothing. It is deleted all the same: it would say nothing tomorrow either.
#[derive(Debug, thiserror::Error)]
enum Useless {
    #[error("not an envelope of this queue")]
    NotAnEnvelope,
    #[error("not a message of a session")]
    NotAMessage,
    #[error("no session and no prekey opens it: {0}")]
    Closed(#[from] RatchetError),
    #[error("a prekey that was used before")]
    Replayed,
    #[error("content that cannot be read")]
    BadContent,
    #[error(transparent)]
    Refused(#[from] chat::Refused),
}

/// A decrypted content, its sender, and the session that moved on with it.
struct Spoken {
    known: Option<Contact>,
    identity: IdentityKey,
    record: SessionRecord,
    opened: Opened,
}

impl Engine {
    /// Empties every queue on the home worker. Returns the number of new contents.
    pub(crate) async fn receive(&mut self, node: &LightNode) -> Result<u32, Fault> {
        let mut received = 0;
        for queue in self.store.queues().await? {
            if queue.created && queue.worker == node.worker() {
                received += self.empty_queue(node, &queue).await?;
            }
        }
        Ok(received)
    }

    /// Empties one queue.
    pub(crate) async fn empty_queue(
        &mut self,
        node: &LightNode,
        queue: &Queue,
    ) -> Result<u32, Fault> {
        let mut received = 0;
        loop {
            let MailReply::Waiting { envelopes, more } =
                node.mail(queue.pull_request(&node.peer())).await?
            else {
                return Err(NetError::BadReply.into());
            };
            if envelopes.is_empty() {
                return Ok(received);
            }
            let mut done = Vec::with_capacity(envelopes.len());
            for envelope in &envelopes {
                received += u32::from(self.take_envelope(queue, envelope).await?);
                done.push(queue.envelope_id(&envelope.blob));
            }
            node.mail(queue.delete_request(done)).await?;
            if !more {
                return Ok(received);
            }
        }
    }

    /// Deals with one envelope, once. True if it said something new.
    async fn take_envelope(&mut self, queue: &Queue, envelope: &Waiting) -> Result<bool, Fault> {
        let id = queue.envelope_id(&envelope.blob);
        if self.store.is_seen(queue.id(), id).await? {
            return Ok(false);
        }
        let now = self.clock.now();
        let mut changes: Vec<store::Change> = vec![];
        let useful = match self.decrypt(queue, &envelope.blob).await? {
            Ok(spoken) => {
                changes.extend(self.changes_of(spoken, now).await?.into_iter().map(Into::into));
                true
            }
            Err(useless) => {
                tracing::debug!(%useless, "an envelope says nothing");
                false
            }
        };
        let until = now.plus_secs(TTL_SECS.saturating_add(SEEN_MARGIN_SECS));
        changes.push(Change::MarkSeen { queue: queue.id(), envelope: id, until }.into());
        self.store.apply(changes).await?;
        Ok(useful)
    }

    async fn decrypt(
        &mut self,
        queue: &Queue,
        blob: &[u8],
    ) -> Result<Result<Spoken, Useless>, Fault> {
        let send = send_id(&queue.route().send_key().public());
        let Ok(packet) = open_envelope(&queue.outer_key, send, blob) else {
            return Ok(Err(Useless::NotAnEnvelope));
        };
        match Incoming::parse(packet.kind, &packet.bytes) {
            Ok(Incoming::PreKey(message)) => self.decrypt_first(&message).await,
            Ok(Incoming::Whisper(message)) => self.decrypt_later(queue, &message).await,
            Err(_) => Ok(Err(Useless::NotAMessage)),
        }
    }

    /// A message that may start a session.
    async fn decrypt_first(
        &mut self,
        message: &PreKeyMessage,
    ) -> Result<Result<Spoken, Useless>, Fault> {
        let identity = *message.identity();
        let known = match self.store.contact_by_identity(identity.as_bytes()).await? {
            Some(account) => self.store.contact(account).await?,
            None => None,
        };
        let mut record = match &known {
            Some(contact) => self.session(contact.account).await?,
            None => SessionRecord::default(),
        };
        let opened = if record.knows(message) {
            record.accept_known(&self.keys.identity, message, &mut rand::rng())
        } else {
            match self.accept(&mut record, message).await? {
                Ok(opened) => Ok(opened),
                Err(useless) => return Ok(Err(useless)),
            }
        };
        Ok(opened.map(|opened| Spoken { known, identity, record, opened }).map_err(Useless::from))
    }

    async fn accept(
        &self,
        record: &mut SessionRecord,
        message: &PreKeyMessage,
    ) -> Result<Result<Opened, Useless>, Fault> {
        use chat::PreKeyKind::{Kyber, OneTime, Signed};
        let (signed_id, kyber_id) = (message.signed_pre_key_id(), message.kyber_id());
        let signed = self.store.prekey(Signed, signed_id).await?;
        let kyber = self.store.prekey(Kyber, kyber_id).await?;
        let (Some(signed), Some(kyber)) = (signed, kyber) else {
            return Ok(Err(RatchetError::MissingPreKey.into()));
        };
        if self.store.is_kyber_used(kyber_id, signed_id, message.base_key()).await? {
            return Ok(Err(Useless::Replayed));
        }
        let one_time = match message.one_time_id() {
            None => None,
            Some(id) => match self.store.prekey(OneTime, id).await? {
                None => return Ok(Err(RatchetError::MissingPreKey.into())),
                Some(record) => Some(OneTimePreKey::from_bytes(&record).map_err(damaged)?),
            },
        };
        let signed = SignedPreKey::from_bytes(&signed).map_err(damaged)?;
        let kyber = KyberPreKey::from_bytes(&kyber).map_err(damaged)?;
        let prekeys = PreKeys { signed: &signed, one_time: one_time.as_ref(), kyber: &kyber };
        let opened = record.accept(&self.keys.identity, prekeys, message, &mut rand::rng());
        Ok(opened.map_err(Useless::from))
    }

    /// A message within a session. A contact's queue names its writer; into the queue of our
    /// invites a contact writes as long as it knows no other, so there every session is tried.
    async fn decrypt_later(
        &mut self,
        queue: &Queue,
        message: &SignalMessage,
    ) -> Result<Result<Spoken, Useless>, Fault> {
        let candidates = match queue.contact {
            Some(account) => self.store.contact(account).await?.into_iter().collect(),
            None => self.store.contacts().await?,
        };
        let mut last = RatchetError::NoSession;
        for contact in candidates {
            let mut record = self.session(contact.account).await?;
            match record.decrypt(&self.keys.identity, message, &mut rand::rng()) {
                Ok(opened) => {
                    let identity = contact.card.identity;
                    return Ok(Ok(Spoken { known: Some(contact), identity, record, opened }));
                }
                Err(error) => last = error,
            }
        }
        Ok(Err(last.into()))
    }

    async fn changes_of(&mut self, spoken: Spoken, now: Timestamp) -> Result<Vec<Change>, Fault> {
        let Spoken { known, identity, record, opened } = spoken;
        let Opened { plaintext, used } = opened;
        let mut changes = used.map(changes_of_prekeys).unwrap_or_default();
        let known_account = known.as_ref().map(|contact| contact.account);
        let me = self.me()?;
        let taken = Content::from_bytes(&plaintext)
            .map_err(|_| Useless::BadContent)
            .and_then(|content| Ok(take(known, &identity, content, &me, now)?));
        let Taken { changes: taken, receipt, mut greet } = match taken {
            Ok(taken) => taken,
            Err(useless) => {
                tracing::debug!(%useless, "a content is dropped");
                Taken::default()
            }
        };
        // An account that we know by another identity key is not taken over by a hello.
        if let (None, Some(contact)) = (known_account, &greet)
            && self.store.contact(contact.account).await?.is_some()
        {
            greet = None;
        }
        let account = known_account.or_else(|| greet.as_ref().map(|contact| contact.account));
        changes.extend(taken);
        if let Some(contact) = greet {
            changes.extend(chat::greet(contact, &me, now, &mut rand::rng()));
        }
        if let Some(account) = account {
            let record = Zeroizing::new(record.to_bytes());
            changes.push(Change::SaveSession { contact: account, record });
            if let Some(message) = receipt {
                changes.push(chat::receipt(account, message, now, &mut rand::rng()));
            }
        }
        Ok(changes)
    }

    pub(crate) async fn session(&self, contact: OpenId) -> Result<SessionRecord, Fault> {
        match self.store.session(contact).await? {
            Some(bytes) => SessionRecord::from_bytes(&bytes).map_err(damaged),
            None => Ok(SessionRecord::default()),
        }
    }
}

fn changes_of_prekeys(used: UsedPreKeys) -> Vec<Change> {
    let UsedPreKeys { one_time, kyber, signed, base_key } = used;
    [Change::MarkKyberUsed { kyber, signed, base_key }]
        .into_iter()
        .chain(one_time.map(Change::RemoveOneTime))
        .collect()
}

fn damaged(_: wire::DecodeError) -> Fault {
    Fault::new(Code::DamagedProfile, "a saved key or session cannot be read")
}
