//! Reading one envelope: who sealed it, what it says, and what that changes. Nothing is saved here.

use chat::prekeys::spent;
use chat::{
    Change, Contact, Content, Letter, PreKeyKind, Queue, Review, SealedLetter, Standing, Taken,
    Unreadable, Unsealed, Vouched, session_changes, take,
};
use light::Checkpoint;
use ratchet::{
    IdentityKey, KyberPreKey, OneTimePreKey, Opened, PreKeyMessage, PreKeys, RatchetError,
    SessionRecord, SignalMessage, SignedPreKey,
};
use store::LightChange;
use types::{OpenId, Timestamp};
use wallet::KnownGift;
use wallet::review::ReviewChange;
use wire::events::MAX_QUEUES;
use wire::{Decode, Encode};
use zeroize::Zeroizing;

use crate::flows::again::Turn;
use crate::{Code, Engine, Fault};

/// Strangers are let in while there are fewer accepted contacts than this. Every contact has a queue,
/// and one stream tells of so many; a part is left for those that we add ourselves.
const MAX_CONTACTS: u32 = MAX_QUEUES as u32 / 4 * 3;
/// And while fewer of them wait for a decision.
const MAX_REQUESTS: u32 = 50;
/// Most red envelopes of a contact that are looked at at a time.
const OPEN_GIFTS: usize = 32;

/// Why an envelope says nothing. It is deleted all the same: it would say nothing tomorrow either.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Useless {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("not from the contact whose queue this is")]
    OtherWriter,
    #[error("a stranger who begins no session")]
    Stranger,
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

/// What an envelope changes.
pub(crate) struct Read {
    /// To be saved together.
    pub(crate) changes: Vec<Change>,
    /// True if it said something to us.
    pub(crate) news: bool,
    /// What has had its turn once that is saved.
    pub(crate) turn: Option<Turn>,
    /// A contact's word about the ledger, to be saved with the rest.
    pub(crate) word: Option<LightChange>,
    /// The red envelope or private address that it brings, to be saved with the rest.
    pub(crate) gift: Option<wallet::Change>,
    /// What it changes about review keys, to be saved with the rest.
    pub(crate) review: Vec<ReviewChange>,
}

impl Read {
    /// What says nothing, and moves a session on.
    fn of_session(changes: Vec<Change>, turn: Option<Turn>) -> Self {
        Self { changes, news: false, turn, word: None, gift: None, review: vec![] }
    }
}

/// A Kyber prekey of ours: its kind and its encoded record.
type KyberRow = (PreKeyKind, Zeroizing<Vec<u8>>);

/// A decrypted content, and the session that moved on with it.
struct Spoken {
    record: SessionRecord,
    plaintext: Zeroizing<Vec<u8>>,
    /// What becomes of the prekeys that it used up.
    spent: Vec<Change>,
}

impl Engine {
    /// What a letter in an envelope of this queue changes, if anything.
    pub(crate) async fn read(
        &self,
        queue: &Queue,
        sealed: &SealedLetter,
        now: Timestamp,
    ) -> Result<Result<Read, Useless>, Fault> {
        let Unsealed { sender, letter } = match sealed.unseal(&self.keys.identity, now) {
            Ok(unsealed) => unsealed,
            Err(unreadable) => return Ok(Err(unreadable.into())),
        };
        let known = match self.writer_of(queue, &sender).await? {
            Ok(known) => known,
            Err(useless) => return Ok(Err(useless)),
        };
        let (spoken, unread) = match (letter, &known) {
            (Letter::Again(unread), Some(contact)) => {
                let (changes, turn) = self.answer(contact, unread).await?;
                return Ok(Ok(Read::of_session(changes, turn)));
            }
            (Letter::First(message), contact) => {
                let spoken = self.decrypt_first(contact.as_ref(), &message).await?;
                (spoken, *message.message().ratchet_key())
            }
            (Letter::Later(message), Some(contact)) => {
                (self.decrypt_later(contact, &message).await?, *message.ratchet_key())
            }
            (Letter::Later(_) | Letter::Again(_), None) => return Ok(Err(Useless::Stranger)),
        };
        Ok(match (spoken, known) {
            (Ok(spoken), known) => Ok(self.changes_of(spoken, (known, sender), now).await?),
            // A key that was used up, too: this letter is a new one, so it is not the one that we have
            // read with that key, and its writer has an old copy of the session.
            (Err(Useless::Closed(_)), Some(contact)) => {
                let (changes, turn) = self.ask(&contact, &unread);
                Ok(Read::of_session(changes, turn))
            }
            (Err(useless), _) => Err(useless),
        })
    }

    /// The contact who has sealed an envelope of this queue, if we know him. A contact's own queue is
    /// for nobody else.
    async fn writer_of(
        &self,
        queue: &Queue,
        sender: &IdentityKey,
    ) -> Result<Result<Option<Contact>, Useless>, Fault> {
        let account = match queue.contact {
            Some(account) => Some(account),
            None => self.store.contact_by_identity(sender.as_bytes()).await?,
        };
        let Some(account) = account else { return Ok(Ok(None)) };
        let contact = self.store.contact(account).await?;
        Ok(match contact.filter(|contact| contact.card.identity == *sender) {
            Some(contact) => Ok(Some(contact)),
            None => Err(Useless::OtherWriter),
        })
    }

    async fn is_crowded(&self) -> Result<bool, Fault> {
        let accepted = self.store.contact_count(Standing::Accepted).await?;
        let requests = self.store.contact_count(Standing::Request).await?;
        Ok(accepted >= MAX_CONTACTS || requests >= MAX_REQUESTS)
    }

    /// A message that may begin a session.
    async fn decrypt_first(
        &self,
        known: Option<&Contact>,
        message: &PreKeyMessage,
    ) -> Result<Result<Spoken, Useless>, Fault> {
        let mut record = match known {
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
        Ok(opened.map(|(plaintext, spent)| Spoken { record, plaintext, spent }))
    }

    /// A message within a session.
    async fn decrypt_later(
        &self,
        contact: &Contact,
        message: &SignalMessage,
    ) -> Result<Result<Spoken, Useless>, Fault> {
        let mut record = self.session(contact.account).await?;
        let opened = record.decrypt(&self.keys.identity, message, &mut rand::rng());
        let spoken = |Opened { plaintext, .. }| Spoken { record, plaintext, spent: vec![] };
        Ok(opened.map(spoken).map_err(Useless::from))
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

    async fn changes_of(
        &self,
        spoken: Spoken,
        (known, identity): (Option<Contact>, IdentityKey),
        now: Timestamp,
    ) -> Result<Read, Fault> {
        let Spoken { mut record, plaintext, spent: mut changes } = spoken;
        // Only what begins a session uses something up.
        let fresh = !changes.is_empty();
        let known_account = known.as_ref().map(|contact| contact.account);
        let me = self.me()?;
        let taken = Content::from_bytes(&plaintext)
            .map_err(|_| Useless::BadContent)
            .and_then(|content| Ok(take(known, (&identity, fresh), content, &me, now)?));
        let taken = taken.unwrap_or_else(|useless| {
            tracing::debug!(%useless, "a content is dropped");
            Taken::default()
        });
        let word = match known_account {
            Some(contact) => self.word_of(contact, &taken)?,
            None => None,
        };
        let Taken {
            changes: taken,
            receipt,
            mut greet,
            moved,
            asked,
            gift,
            private_address,
            review,
            ..
        } = taken;
        // An account that we know by another identity key is not taken over by a hello.
        if let (None, Some(contact)) = (known_account, &greet)
            && self.store.contact(contact.account).await?.is_some()
        {
            greet = None;
        }
        let mut turn = None;
        let account = known_account.or_else(|| greet.as_ref().map(|contact| contact.account));
        changes.extend(taken);
        if let Some(contact) = greet {
            changes.extend(chat::greet(contact, &me, now, &mut rand::rng()));
        }
        if let (Some(contact), Some(round)) = (known_account, asked) {
            self.asked_of_us().insert(contact, round);
        }
        if let Some(account) = account {
            changes.extend(session_changes(account, &mut record));
            if moved {
                let (again, moved) = self.say_again_to_moved(account).await?;
                changes.extend(again);
                turn = moved;
            }
            if let Some(message) = receipt {
                changes.push(chat::receipt(account, message, now, &mut rand::rng()));
            }
        }
        let gift = match known_account.zip(gift) {
            Some((contact, gift)) => {
                self.told_gift(KnownGift::told(*gift, contact, false, now)).await?
            }
            None => None,
        };
        let told = known_account.zip(private_address);
        let gift =
            gift.or_else(|| told.and_then(|(contact, bytes)| self.told_where(contact, &bytes)));
        let review = match known_account.zip(review) {
            Some((contact, (id, Review::Part(part)))) => {
                let taken = self.taken_part((contact, id), part, now).await?;
                changes.extend(taken.as_ref().map(|_| self.confirm_review(contact, id)));
                changes.extend(taken.unwrap_or_default());
                vec![]
            }
            Some((contact, (id, said))) => {
                let taken = self.taken_review(contact, said, now).await?;
                changes.extend(taken.as_ref().map(|_| self.confirm_review(contact, id)));
                taken.unwrap_or_default()
            }
            None => vec![],
        };
        Ok(Read { changes, news: true, turn, word, gift, review })
    }

    /// Each red envelope is asked for until nothing about it can change: nobody makes us ask for more
    /// than a few at a time.
    async fn told_gift(&self, told: KnownGift) -> Result<Option<wallet::Change>, Fault> {
        let open = self.store.open_gifts().await?;
        let of_contact = open.iter().filter(|known| !known.made && known.contact == told.contact);
        Ok((of_contact.count() < OPEN_GIFTS).then(|| wallet::Change::AddGift(Box::new(told))))
    }

    /// A contact's word about the ledger that both live on: a header of it, or keys that changed.
    fn word_of(&self, contact: OpenId, taken: &Taken) -> Result<Option<LightChange>, Fault> {
        if let Some(round) = taken.keys_changed {
            return Ok(Some(LightChange::KeysSaid { contact, round }));
        }
        let Some(vouched) = taken.vouched else { return Ok(None) };
        let Vouched { round, header, committee, time } = vouched;
        let chain = self.bound()?.light.chain();
        let checkpoint = Checkpoint { chain, round, header, committee, time }.to_bytes();
        Ok(Some(LightChange::Vouched { contact, checkpoint }))
    }

    pub(crate) async fn session(&self, contact: OpenId) -> Result<SessionRecord, Fault> {
        SessionRecord::load(self.store.sessions(contact).await?).map_err(damaged)
    }
}

pub(crate) fn damaged(_: wire::DecodeError) -> Fault {
    Fault::new(Code::DamagedProfile, "a saved key or session cannot be read")
}
