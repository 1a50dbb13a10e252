//! Letting out what waits: queues first, then contents and envelopes, for every contact by itself.
//!
//! Contents wait unencrypted until there is a session; sealing saves the session and the envelope
//! together; the envelope is then put, byte for byte the same, until a worker has it. A contact
//! chooses its worker, and what that one answers, late or never or nonsense, holds up this contact's
//! envelopes and nobody else's.

use std::future::Future;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chat::{
    Change, Contact, Outgoing, Pending, SealError, acknowledged, given_up, is_hello, merge, seal,
    unsendable,
};
use futures::{StreamExt, TryStreamExt, stream};
use net::{CallError, LightNode, NetError};
use ratchet::{Bundle, KyberPublic, RatchetError, SessionRecord};
use tokio::time::{Instant, timeout};
use types::OpenId;
use wire::directory::{DirectoryReply, DirectoryRequest, OneTime, OneTimeKyber};
use wire::mail::{MailReply, MailRequest};
use wire::{Decode, DecodeError};

use crate::flows::sync::Progress;
use crate::{Engine, Fault};

/// Contents of one contact that are sealed in one go.
const BATCH: u32 = 200;
/// Envelopes of one contact that are looked at in one go.
const LEAVING: u32 = 20;
/// Contacts that are written to at the same time.
const LINES: usize = 16;
/// How long the owner of a queue or bundle may take; the home worker gives up a little earlier.
const OWNER: Duration = Duration::from_secs(5);
/// An owner that takes longer than this for one envelope is not given the next one at once.
const SLOW: Duration = Duration::from_secs(1);
/// How long one delivery may take in all.
const ALL: Duration = Duration::from_secs(8);

impl Engine {
    /// Sends all that can be sent now.
    pub(crate) async fn deliver(
        &mut self,
        node: &LightNode,
        progress: &Progress,
    ) -> Result<(), Fault> {
        self.tell_envelope_keys().await?;
        self.tell_private_addresses().await?;
        self.create_queues(node).await?;
        let waiting = self.awake(self.store.contacts_waiting().await?);
        let this = &*self;
        let lines = stream::iter(waiting)
            .map(|account| this.deliver_to(node, account, progress))
            .buffer_unordered(LINES)
            .try_collect::<()>();
        // What is not done by then waits for the next time.
        timeout(ALL, lines).await.unwrap_or(Ok(()))
    }

    /// Makes the queues that are saved and not yet on the home worker.
    pub(crate) async fn create_queues(&self, node: &LightNode) -> Result<(), Fault> {
        for mut queue in self.store.queues().await? {
            if queue.created || queue.worker != node.worker() {
                continue;
            }
            match node.mail(queue.create_request()).await {
                Ok(MailReply::Created) => {
                    queue.created = true;
                    self.unheard.store(true, Ordering::Relaxed);
                    self.store.apply(vec![Change::SaveQueue(queue).into()]).await?;
                }
                Ok(_) => return Err(NetError::BadReply.into()),
                Err(CallError::Failure(failure)) => {
                    tracing::warn!(code = failure.code, "the home worker makes no queue now");
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Sends what waits for one contact, in order, until its owner holds it up. Errors are our own.
    pub(crate) async fn deliver_to(
        &self,
        node: &LightNode,
        account: OpenId,
        progress: &Progress,
    ) -> Result<(), Fault> {
        loop {
            let leaving = self.store.outgoing(account, LEAVING).await?;
            if leaving.is_empty() && !self.seal_waiting(node, account).await? {
                return Ok(());
            }
            for (sequence, outgoing) in leaving {
                let asked = Instant::now();
                // Later ones must not overtake it.
                if !put(node, &outgoing).await? {
                    return self.hold_up(account).await;
                }
                let changes = acknowledged(sequence, &outgoing);
                self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
                progress.sent.fetch_add(1, Ordering::Relaxed);
                self.wake(account);
                if asked.elapsed() > SLOW {
                    self.let_rest(account);
                    return Ok(());
                }
            }
        }
    }

    /// Encrypts what waits for one contact. False if nothing waits, or if it has to wait on.
    async fn seal_waiting(&self, node: &LightNode, account: OpenId) -> Result<bool, Fault> {
        let Some(contact) = self.store.contact(account).await? else { return Ok(false) };
        let waiting = self.store.pending(account, BATCH).await?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let mut record = self.session(account).await?;
        if !record.has_session() {
            if !self.start_session(node, &contact, &mut record).await? {
                self.hold_up(account).await?;
                return Ok(false);
            }
            if !waiting.first().is_some_and(|(_, first)| is_hello(first)) {
                self.say_hello_again(&contact, &mut record).await?;
            }
        }
        for (sequences, pending) in merge(waiting) {
            if !self.seal_one(node, &contact, &mut record, (&sequences, &pending)).await? {
                self.hold_up(account).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn seal_one(
        &self,
        node: &LightNode,
        contact: &Contact,
        record: &mut SessionRecord,
        waiting: (&[i64], &Pending),
    ) -> Result<bool, Fault> {
        let (now, ours) = (self.clock.now(), self.ours());
        let mut sealed = seal(contact, record, ours, waiting, now, &mut rand::rng());
        if let Err(SealError::Ratchet(RatchetError::SessionTooOld)) = sealed {
            // Nobody answered the first message for a month: its prekeys may be gone. Begin anew.
            if !self.start_session(node, contact, record).await? {
                return Ok(false);
            }
            self.say_hello_again(contact, record).await?;
            sealed = seal(contact, record, ours, waiting, now, &mut rand::rng());
        }
        let changes = sealed.unwrap_or_else(|error| {
            tracing::error!(%error, "a content cannot be encrypted");
            unsendable(waiting)
        });
        self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        Ok(true)
    }

    /// A contact that has never answered may have lost the first hello with everything else that
    /// waited for it too long. As a stranger it would drop whatever comes before another one.
    async fn say_hello_again(
        &self,
        contact: &Contact,
        record: &mut SessionRecord,
    ) -> Result<(), Fault> {
        let queues = self.store.queues().await?;
        let own = queues.iter().find(|queue| queue.contact == Some(contact.account));
        let Some(queue) = own.filter(|_| !contact.ready) else { return Ok(()) };
        let now = self.clock.now();
        let hello = chat::hello(contact.account, queue, &self.me()?, now, &mut rand::rng());
        // Apart from the match, so that no random source is held over an await.
        let sealed = seal(contact, record, self.ours(), (&[], &hello), now, &mut rand::rng());
        match sealed {
            Ok(changes) => {
                Ok(self.store.apply(changes.into_iter().map(Into::into).collect()).await?)
            }
            Err(error) => {
                tracing::error!(%error, "a hello cannot be encrypted");
                Ok(())
            }
        }
    }

    /// False if the contact's bundle cannot be had now, or is not the contact's.
    async fn start_session(
        &self,
        node: &LightNode,
        contact: &Contact,
        record: &mut SessionRecord,
    ) -> Result<bool, Fault> {
        let (key, owner) = contact.directory;
        let fetch = node.directory(DirectoryRequest::Fetch { owner, key });
        let Some(DirectoryReply::Fetched { bundle, one_time, kyber }) =
            ask_owner(node, fetch).await?
        else {
            return Ok(false);
        };
        let bundle = bundle_of(&bundle, one_time.as_ref(), kyber.as_ref()).ok();
        let Some(bundle) = bundle.filter(|bundle| bundle.identity == contact.card.identity) else {
            tracing::warn!("a prekey bundle is not the contact's; nothing is sent");
            return Ok(false);
        };
        let (now, identity) = (self.clock.now(), &self.keys.identity);
        let begun = record.initiate(identity, &bundle, self.registration_id, now, &mut rand::rng());
        Ok(begun.inspect_err(|error| tracing::warn!(%error, "no session begins")).is_ok())
    }

    /// Those of these contacts that are not left alone just now.
    fn awake(&self, accounts: Vec<OpenId>) -> Vec<OpenId> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let rests = |account: &OpenId| resting.get(account).is_some_and(|rest| rest.until > now);
        accounts.into_iter().filter(|account| !rests(account)).collect()
    }

    /// Nobody takes what is for this contact: leaves it alone for a while, and gives up what has
    /// waited too long. What was never tried, because we had no network, is not given up.
    async fn hold_up(&self, account: OpenId) -> Result<(), Fault> {
        self.let_rest(account);
        let (queued, now) = (self.store.queued(account).await?, self.clock.now());
        let changes: Vec<store::Change> =
            queued.iter().filter_map(|message| Some(given_up(message, now)?.into())).collect();
        if !changes.is_empty() {
            tracing::info!("messages that nobody takes are given up");
            self.store.apply(changes).await?;
        }
        Ok(())
    }

    fn let_rest(&self, account: OpenId) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = resting.get(&account).copied();
        resting.insert(account, Rest::after(before, Instant::now()));
    }

    /// Somebody took something for this contact: it is well again.
    fn wake(&self, account: OpenId) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }
}

/// For how long a contact whose envelopes are held up is left alone, unless it is written to and
/// somebody waits for that: a little at first, for a network that is just coming back, and twice as
/// long each time, for a worker that is gone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rest {
    until: Instant,
    length: Duration,
}

impl Rest {
    const FIRST: Duration = Duration::from_secs(3);
    const LONGEST: Duration = Duration::from_secs(60);

    fn after(before: Option<Self>, now: Instant) -> Self {
        let length =
            before.map_or(Self::FIRST, |rest| rest.length.saturating_mul(2).min(Self::LONGEST));
        Self { until: now + length, length }
    }
}

/// What the directory answers, put together. A one-time Kyber prekey stands in for the bundle's own;
/// the signatures are checked when a session begins with it.
fn bundle_of(
    base: &[u8],
    one_time: Option<&OneTime>,
    kyber: Option<&OneTimeKyber>,
) -> Result<Bundle, DecodeError> {
    let mut bundle = Bundle::from_parts(base, one_time.map(|key| key.0.as_slice()))?;
    if let Some(kyber) = kyber {
        bundle.kyber = KyberPublic::from_bytes(&kyber.0)?;
    }
    Ok(bundle)
}

/// True once a worker holds the envelope; false if the contact's queue takes nothing now.
async fn put(node: &LightNode, outgoing: &Outgoing) -> Result<bool, Fault> {
    let Outgoing { worker, send, blob, signature, .. } = outgoing.clone();
    let putting = node.mail(MailRequest::Put { owner: worker, send, blob, signature });
    Ok(matches!(ask_owner(node, putting).await?, Some(MailReply::Stored(_))))
}

/// What the owner of a queue or bundle answers, if it does.
async fn ask_owner<T>(
    node: &LightNode,
    asking: impl Future<Output = Result<T, CallError>>,
) -> Result<Option<T>, Fault> {
    match timeout(OWNER, asking).await {
        Ok(answer) => from_owner(answer),
        // The owner, or our own worker?
        Err(_) if node.is_alive().await => Ok(None),
        Err(_) => Err(NetError::Timeout.into()),
    }
}

/// Only a connection of ours that is gone concerns everybody. Whatever else comes instead of an
/// answer was the owner's choice.
fn from_owner<T>(answer: Result<T, CallError>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(CallError::Net(
            error @ (NetError::NoNetwork
            | NetError::Closed
            | NetError::Timeout
            | NetError::Listen(_)),
        )) => Err(error.into()),
        Err(
            refusal @ (CallError::Failure(_)
            | CallError::Net(
                NetError::UpgradeNeeded
                | NetError::TooLong
                | NetError::BadAddress(_)
                | NetError::BadReply,
            )),
        ) => {
            tracing::info!(%refusal, "what is for a contact waits");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratchet::{IdentityKeyPair, KyberPreKey, SignedPreKey};
    use wire::{Encode, Failure, code};

    #[test]
    fn a_one_time_kyber_prekey_stands_in_for_the_bundles_own_and_counts_only_if_its_owner_signed() {
        let rng = &mut rand::rng();
        let (bob, mallory) = (IdentityKeyPair::generate(rng), IdentityKeyPair::generate(rng));
        let signed = SignedPreKey::generate(1, &bob, rng);
        let [last, once] = [2, 3].map(|id| KyberPreKey::generate(id, &bob, rng));
        let base = Bundle::new(7, 1, &bob, &signed, &last).base_bytes();
        let with = |key: &KyberPreKey| {
            let key = OneTimeKyber(KyberPublic::from(key).to_bytes());
            bundle_of(&base, None, Some(&key)).unwrap()
        };
        assert_eq!(bundle_of(&base, None, None).unwrap().kyber.id, 2);
        let bundle = with(&once);
        assert_eq!((bundle.kyber.id, bundle.verify()), (3, Ok(())));
        let forged = with(&KyberPreKey::generate(3, &mallory, rng));
        assert_eq!(forged.verify(), Err(RatchetError::BadSignature));
        assert!(bundle_of(&base, None, Some(&OneTimeKyber(vec![0; 1637]))).is_err());
    }

    #[test]
    fn each_rest_is_longer_than_the_one_before_until_it_is_long_enough() {
        let now = Instant::now();
        let mut rest = Rest::after(None, now);
        let mut lengths = vec![];
        for _ in 0..7 {
            assert_eq!(rest.until, now + rest.length);
            lengths.push(rest.length.as_secs());
            rest = Rest::after(Some(rest), now);
        }
        assert_eq!(lengths, [3, 6, 12, 24, 48, 60, 60]);
    }

    #[test]
    fn a_contacts_worker_can_hold_up_its_own_envelopes_only() {
        let codes = [code::UNAVAILABLE, code::QUEUE_FULL, code::NOT_FOUND, code::UPGRADE_NEEDED];
        for refusal in codes.map(|code| CallError::Failure(Failure::new(code, ""))) {
            assert_eq!(from_owner::<()>(Err(refusal)), Ok(None));
        }
        // What a refusal of the last kind has become on its way.
        for error in [NetError::UpgradeNeeded, NetError::BadReply] {
            assert_eq!(from_owner::<()>(Err(error.into())), Ok(None));
        }
        for error in [NetError::Closed, NetError::Timeout, NetError::NoNetwork] {
            assert!(from_owner::<()>(Err(error.into())).unwrap_err().is_offline());
        }
        assert_eq!(from_owner(Ok(7)), Ok(Some(7)));
    }
}
