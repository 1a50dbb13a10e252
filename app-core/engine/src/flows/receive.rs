//! Emptying mailboxes: pull, decrypt, save, and only then delete.
//!
//! One envelope is one database transaction: what it says, the session that opened it and the mark
//! that it has been seen. A crash before it brings the envelope again; after it, the envelope is
//! recognised and only deleted.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chat::prekeys::spent;
use chat::{Change, Contact, Content, PreKeyKind, Queue, Standing, Taken, open_envelope, take};
use net::{CallError, LightNode, NetError};
use ratchet::{
    IdentityKey, Incoming, KyberPreKey, OneTimePreKey, Opened, PreKeyMessage, PreKeys,
    RatchetError, SessionRecord, SignalMessage, SignedPreKey,
};
use tokio::time::Instant;
use types::{OpenId, Timestamp};
use wire::events::MAX_QUEUES;
use wire::mail::{MailReply, TTL_SECS, Waiting, send_id};
use wire::{Decode, code};
use zeroize::Zeroizing;

use crate::flows::sync::Progress;
use crate::{Code, Engine, Fault};

/// A deleted envelope cannot come back later than this after its own end.
const SEEN_MARGIN_SECS: u64 = 24 * 3600;
/// How long one queue is worked on before the next one has its turn.
const TURN: Duration = Duration::from_millis(500);
/// Into the queue of our invites nobody writes many messages; each one that may be missing costs a
/// step of every session there is, before it shows that the message is of none of them.
const MAX_STRANGE_COUNTER: u32 = 200;
/// Strangers are let in while there are fewer accepted contacts than this. Every contact has a queue,
/// and one stream tells of so many; a part is left for those that we add ourselves.
const MAX_CONTACTS: u32 = MAX_QUEUES as u32 / 4 * 3;
/// And while fewer of them wait for a decision.
const MAX_REQUESTS: u32 = 50;

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
    #[error("a stranger, and there are too many")]
    Crowd,
    #[error("content that cannot be read")]
    BadContent,
    #[error(transparent)]
    Refused(#[from] chat::Refused),
}

/// A Kyber prekey of ours: its kind and its encoded record.
type KyberRow = (PreKeyKind, Zeroizing<Vec<u8>>);

/// A decrypted content, its sender, and the session that moved on with it.
struct Spoken {
    known: Option<Contact>,
    identity: IdentityKey,
    record: SessionRecord,
    plaintext: Zeroizing<Vec<u8>>,
    /// What becomes of the prekeys that it used up.
    spent: Vec<Change>,
}

impl Engine {
    /// Works on every queue of the home worker, for so long or until all are empty. True if they
    /// are.
    pub(crate) async fn receive(
        &mut self,
        node: &LightNode,
        patience: Duration,
        progress: &Progress,
    ) -> Result<bool, Fault> {
        let queues = self.store.queues().await?;
        self.receive_from(node, queues, patience, progress).await
    }

    /// Works on these queues, one after the other and a turn each, so that a flood in one of them
    /// holds up no other. True if all are empty in the end.
    pub(crate) async fn receive_from(
        &mut self,
        node: &LightNode,
        queues: Vec<Queue>,
        patience: Duration,
        progress: &Progress,
    ) -> Result<bool, Fault> {
        let end = Instant::now() + patience;
        let ours = |queue: &Queue| queue.created && queue.worker == node.worker();
        let mut waiting: Vec<(Queue, u64)> =
            queues.into_iter().filter(ours).map(|queue| (queue, 0)).collect();
        loop {
            let mut more = vec![];
            for (queue, after) in waiting {
                if let Some(after) = self.take_page(node, &queue, after, progress).await? {
                    more.push((queue, after));
                }
            }
            if more.is_empty() || Instant::now() >= end {
                return Ok(more.is_empty());
            }
            waiting = more;
        }
    }

    /// Takes what fits one answer, or one turn, and says behind which position there is more.
    async fn take_page(
        &mut self,
        node: &LightNode,
        queue: &Queue,
        after: u64,
        progress: &Progress,
    ) -> Result<Option<u64>, Fault> {
        let Some((envelopes, more)) = self.pull(node, queue, after).await? else {
            return Ok(None);
        };
        let (end, count) = (Instant::now() + TURN, envelopes.len());
        let (mut done, mut position) = (Vec::with_capacity(count), after);
        for envelope in envelopes {
            if self.take_envelope(queue, &envelope).await? {
                progress.received.fetch_add(1, Ordering::Relaxed);
            }
            done.push(queue.envelope_id(&envelope.blob));
            position = position.max(envelope.position);
            if Instant::now() >= end {
                break;
            }
        }
        // Nothing new behind an old position is no progress, whatever the worker says.
        let left = (more || done.len() < count) && position > after;
        if !done.is_empty() {
            match node.mail(queue.delete_request(done)).await {
                Ok(_) => {}
                Err(CallError::Failure(failure)) => {
                    tracing::warn!(code = failure.code, "envelopes that were read stay");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(left.then_some(position))
    }

    /// What waits in a queue behind this position, and whether there is more. `None` if the worker
    /// has lost the queue, or dropped it because nobody read it for months: it is to be made anew.
    async fn pull(
        &self,
        node: &LightNode,
        queue: &Queue,
        after: u64,
    ) -> Result<Option<(Vec<Waiting>, bool)>, Fault> {
        match node.mail(queue.pull_request(&node.peer(), after)).await {
            Ok(MailReply::Waiting { envelopes, more }) => Ok(Some((envelopes, more))),
            Ok(MailReply::Created | MailReply::Stored(_) | MailReply::Deleted) => {
                Err(NetError::BadReply.into())
            }
            Err(CallError::Failure(failure)) if failure.code == code::NOT_FOUND => {
                self.store.apply(vec![Change::SaveQueue(queue.lost()).into()]).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Deals with one envelope, once. True if it said something new. One that says nothing changes
    /// nothing: it would say nothing again, and strangers' nonsense is not worth remembering.
    async fn take_envelope(&mut self, queue: &Queue, envelope: &Waiting) -> Result<bool, Fault> {
        let id = queue.envelope_id(&envelope.blob);
        if self.store.is_seen(queue.id(), id).await? {
            return Ok(false);
        }
        let spoken = match self.decrypt(queue, &envelope.blob).await? {
            Ok(spoken) => spoken,
            Err(useless) => {
                tracing::debug!(%useless, "an envelope says nothing");
                return Ok(false);
            }
        };
        let now = self.clock.now();
        let until = now.plus_secs(TTL_SECS.saturating_add(SEEN_MARGIN_SECS));
        let mut changes = self.changes_of(spoken, now).await?;
        changes.push(Change::MarkSeen { queue: queue.id(), envelope: id, until });
        self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        Ok(true)
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

    async fn is_crowded(&self) -> Result<bool, Fault> {
        let accepted = self.store.contact_count(Standing::Accepted).await?;
        let requests = self.store.contact_count(Standing::Request).await?;
        Ok(accepted >= MAX_CONTACTS || requests >= MAX_REQUESTS)
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
            None if self.is_crowded().await? => return Ok(Err(Useless::Crowd)),
            None => SessionRecord::default(),
        };
        let opened = if record.knows(message) {
            let opened = record.accept_known(&self.keys.identity, message, &mut rand::rng());
            opened.map(|opened| (opened.plaintext, vec![])).map_err(Useless::from)
        } else {
            self.accept(&mut record, message).await?
        };
        let spoken = |(plaintext, spent)| Spoken { known, identity, record, plaintext, spent };
        Ok(opened.map(spoken))
    }

    /// Begins a session: the plaintext, and what becomes of the prekeys.
    async fn accept(
        &self,
        record: &mut SessionRecord,
        message: &PreKeyMessage,
    ) -> Result<Result<(Zeroizing<Vec<u8>>, Vec<Change>), Useless>, Fault> {
        use chat::PreKeyKind::{OneTime, Signed};
        let (signed_id, kyber_id) = (message.signed_pre_key_id(), message.kyber_id());
        let signed = self.store.prekey(Signed, signed_id).await?;
        let kyber = self.kyber_prekey(kyber_id).await?;
        let (Some(signed), Some((kyber_kind, kyber))) = (signed, kyber) else {
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
        Ok(opened.map_err(Useless::from).map(|Opened { plaintext, used }| {
            (plaintext, used.map(|used| spent(used, kyber_kind)).unwrap_or_default())
        }))
    }

    /// Both kinds share their numbers: which one a message names, it does not say.
    async fn kyber_prekey(&self, id: u32) -> Result<Option<KyberRow>, Fault> {
        for kind in [PreKeyKind::OneTimeKyber, PreKeyKind::Kyber] {
            if let Some(record) = self.store.prekey(kind, id).await? {
                return Ok(Some((kind, record)));
            }
        }
        Ok(None)
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
            None if message.counter() > MAX_STRANGE_COUNTER => {
                return Ok(Err(RatchetError::TooFarAhead.into()));
            }
            None => self.store.contacts().await?,
        };
        let mut last = RatchetError::NoSession;
        for contact in candidates {
            let mut record = self.session(contact.account).await?;
            match record.decrypt(&self.keys.identity, message, &mut rand::rng()) {
                Ok(Opened { plaintext, .. }) => {
                    let (identity, known) = (contact.card.identity, Some(contact));
                    let spent = vec![];
                    return Ok(Ok(Spoken { known, identity, record, plaintext, spent }));
                }
                Err(error) => last = error,
            }
        }
        Ok(Err(last.into()))
    }

    async fn changes_of(&mut self, spoken: Spoken, now: Timestamp) -> Result<Vec<Change>, Fault> {
        let Spoken { known, identity, record, plaintext, spent: mut changes } = spoken;
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
            changes.extend(chat::session_changes(account, &record));
            if let Some(message) = receipt {
                changes.push(chat::receipt(account, message, now, &mut rand::rng()));
            }
        }
        Ok(changes)
    }

    pub(crate) async fn session(&self, contact: OpenId) -> Result<SessionRecord, Fault> {
        // The whole record is one row for now; see [`chat::session_changes`].
        match self.store.sessions(contact).await?.first() {
            Some(bytes) => SessionRecord::from_bytes(bytes).map_err(damaged),
            None => Ok(SessionRecord::default()),
        }
    }
}

pub(crate) fn damaged(_: wire::DecodeError) -> Fault {
    Fault::new(Code::DamagedProfile, "a saved key or session cannot be read")
}
