//! One private payment shown to one verifier who has asked (`money-and-mail.md` B6): by its payer
//! with what he kept of his spend, by its payee with the note, and by a payer whose device has kept
//! nothing with the account's key.
//!
//! The whole log is fetched, so that who serves it does not learn which payment is meant.

mod part;

use std::time::Duration;

use chat::{KnownShowing, ShowingState, write_answer};
use ledger::{AccountProof, Header, pool_key};
use light::{Checkpoint, Step};
use net::{LightNode, NetError};
use shielded::{LogEntry, LogPlace, Pool};
use statement::{
    Asked, LogRun, PaymentDisclosure, PaymentEvidence, PaymentFacts, PaymentReport, PoolCell,
    ProvedHeader, check_payment,
};
use tokio::time::Instant;
use types::{MessageId, TxId};
use wallet::review::{ReviewChange, Serial, ShownPayment, contact_fingerprint};
use wire::{Decode, Encode};

use self::part::{no_evidence, not_final, opening};
use super::{FETCHING, LOOK, LOOKS, behind};
use crate::flows::pay::left;
use crate::showing::span;
use crate::{Code, Engine, Fault, GrantTo};

/// Most bytes of what is said beside a payment.
const MAX_SAID: usize = 600;

/// A payment that is to be shown.
#[derive(Debug, Clone)]
pub struct PaymentWish {
    /// Which one, as our history calls it.
    pub tx: TxId,
    /// To whom.
    pub to: GrantTo,
    /// The reader's name, as we know it.
    pub name: String,
    /// What he has asked to be answered.
    pub challenge: Answering,
    /// What it is for.
    pub purpose: String,
    /// The case that it belongs to.
    pub case: Option<String>,
}

/// What a disclosure answers, and how it gets to its reader.
#[derive(Debug, Clone)]
pub enum Answering {
    /// A challenge that he has handed over, by a file that counts for so many days.
    File([u8; 32], u32),
    /// A challenge of a contact, over chat; it counts as long as that does.
    Chat(Box<KnownShowing>),
}

/// A payment that was shown.
#[derive(Debug)]
pub struct PaymentMade {
    /// The file.
    pub file: Vec<u8>,
    /// What is kept of it.
    pub shown: ShownPayment,
    /// What its verifier will be told.
    pub report: PaymentReport,
    /// What shows it in the conversation, if it goes over chat.
    pub letter: Option<MessageId>,
}

/// A bundle and its way to the newest header.
struct Proof {
    entry: LogEntry,
    evidence: PaymentEvidence,
    account: AccountProof,
}

impl Engine {
    /// Shows one private payment of ours to one verifier: as a file, or over chat. What was shown is
    /// saved with what carries it.
    ///
    /// # Errors
    /// `unknown_payment`; `not_private` for a payment that everybody sees; `not_final`;
    /// `bad_purpose`, `bad_days`, `unknown_contact`, `bad_reviewer`, `no_network`, `bad_proof`;
    /// over chat `challenge_closed`, `expired`, and `too_long_for_chat`.
    pub async fn disclose_payment(
        &mut self,
        wish: PaymentWish,
        patience: Duration,
    ) -> Result<PaymentMade, Fault> {
        self.check_signs()?;
        let end = Instant::now() + patience;
        let asked = self.asked(&wish).await?;
        if !self.stand_on_proved(patience).await? {
            return Err(behind("the light node does not reach the newest header"));
        }
        let making = self.disclosed(wish.tx, asked);
        let made = tokio::time::timeout(FETCHING, making).await;
        let disclosure = made.unwrap_or_else(|_| Err(NetError::Timeout.into()))?;
        let (checkpoint, now) = (Checkpoint::of(self.newest()?), self.clock.now());
        // Nobody gets what his own check would refuse.
        let report = check_payment(&disclosure, (&checkpoint, now), None);
        if report.failed() {
            tracing::warn!(?report, "a disclosure of ours is refused");
            return Err(no_evidence());
        }
        let file = disclosure.to_bytes();
        let shown = self.kept(&wish, &disclosure);
        let (letter, told) = self.carried_by_chat(&wish, &file, &disclosure.facts.asked.text)?;
        let keep = ReviewChange::AddShown(Box::new(shown.clone()));
        let changes = told.into_iter().map(Into::into).chain([keep.into()]);
        self.store.apply(changes.collect()).await?;
        if let Some(contact) = shown.contact {
            self.flush(contact, left(end)).await;
        }
        Ok(PaymentMade { file, shown, report, letter })
    }

    /// To whom it is made out, for what, and until when.
    async fn asked(&self, wish: &PaymentWish) -> Result<Asked, Fault> {
        let text = match &wish.case {
            Some(case) => format!("{} ({case})", wish.purpose),
            None => wish.purpose.clone(),
        };
        if wish.purpose.trim().is_empty() || text.len() > MAX_SAID {
            let words = "say what it is for, in at most 600 bytes";
            return Err(Fault::refused("bad_purpose", words));
        }
        let (verifier, now) = (self.verifier(&wish.to).await?, self.clock.now());
        let (challenge, not_after) = match &wish.challenge {
            Answering::File(challenge, days) => (*challenge, now.plus_millis(span(*days)?)),
            Answering::Chat(known) => {
                match known.state(now) {
                    ShowingState::Open => {}
                    ShowingState::Expired => {
                        let words = "the time for which it was asked is over";
                        return Err(Fault::refused("expired", words));
                    }
                    ShowingState::Answered
                    | ShowingState::Proved
                    | ShowingState::Refused
                    | ShowingState::Declined
                    | ShowingState::Withdrawn => {
                        let words = "this challenge is answered or closed";
                        return Err(Fault::refused("challenge_closed", words));
                    }
                }
                (known.asked.challenge, known.asked.not_after)
            }
        };
        Ok(Asked { verifier, challenge, not_after, text })
    }

    fn kept(&self, wish: &PaymentWish, disclosure: &PaymentDisclosure) -> ShownPayment {
        let PaymentFacts { asked, .. } = &disclosure.facts;
        let digest = disclosure.facts.digest();
        ShownPayment {
            serial: Serial(digest.bytes().first_chunk().copied().unwrap_or_default()),
            contact: match &wish.challenge {
                Answering::File(..) => None,
                Answering::Chat(known) => known.contact,
            },
            name: wish.name.clone(),
            verifier: asked.verifier,
            tx: wish.tx,
            purpose: wish.purpose.clone(),
            case: wish.case.clone(),
            issued: self.clock.now(),
            not_after: asked.not_after,
        }
    }

    /// What carries it over chat, and the message that shows it there.
    fn carried_by_chat(
        &self,
        wish: &PaymentWish,
        file: &[u8],
        words: &str,
    ) -> Result<(Option<MessageId>, Vec<chat::Change>), Fault> {
        let Answering::Chat(known) = &wish.challenge else { return Ok((None, vec![])) };
        let contact = known.contact.ok_or_else(no_evidence)?;
        let (of, said) = ((contact, known.id), (file, words));
        let changes = write_answer(of, said, self.clock.now(), &mut rand::rng());
        let (message, changes) = changes.ok_or_else(|| too_long(file.len()))?;
        Ok((Some(message), changes))
    }

    /// By what a verifier is named: the fingerprint of his inbox, or of a contact's identity.
    async fn verifier(&self, to: &GrantTo) -> Result<[u8; 32], Fault> {
        match to {
            GrantTo::Reviewer(card) if card.holds(self.bound()?.home.chain) => {
                Ok(card.inbox.fingerprint())
            }
            GrantTo::Reviewer(_) => {
                let words = "this reviewer's card was changed, or is of another network";
                Err(Fault::refused("bad_reviewer", words))
            }
            GrantTo::Contact(account) => {
                let contacts = self.store.contacts().await?;
                let found = contacts.iter().find(|contact| contact.account == *account);
                let gone = || Fault::new(Code::UnknownContact, "no such contact any more");
                Ok(contact_fingerprint(found.ok_or_else(gone)?.card.identity.as_bytes()))
            }
        }
    }

    async fn disclosed(&mut self, tx: TxId, asked: Asked) -> Result<PaymentDisclosure, Fault> {
        let node = self.attach().await?;
        self.read_pool(&node).await?;
        let (tx, bundle, part) = self.part_in(tx).await?;
        let Proof { entry, evidence, account } = self.proof_of(&node, bundle).await?;
        let key = self.pool_key(part.period())?;
        let found = opening(&part, &key, &evidence.effects);
        let (action, opening) = found.ok_or_else(no_evidence)?;
        let facts = PaymentFacts {
            chain: self.bound()?.home.chain,
            tx,
            round: entry.round,
            index: entry.index,
            action,
            opening,
            evidence,
            asked,
        };
        let authority = self.authority(&facts, (part, &key), account).await?;
        Ok(facts.by(authority))
    }

    /// The bundle with this digest, under the newest header.
    async fn proof_of(&mut self, node: &LightNode, bundle: [u8; 32]) -> Result<Proof, Fault> {
        let (steps, account) = self.steps(node).await?;
        let top: Header = self.newest()?.clone();
        let mut proved = self.records(node, &top, &[pool_key()]).await?.into_iter();
        let (value, proof) = proved.next().ok_or(NetError::BadReply)?;
        let pool = value.map(|bytes| Pool::from_bytes(&bytes)).transpose()?;
        let cell = PoolCell { pool, proof };
        let entries = self.pool_entries(node, LogPlace::START, &cell.pool()).await?;
        let number = entries.iter().position(|entry| entry.halves().digest() == bundle);
        let number = number.ok_or_else(not_final)?;
        let (before, behind) = entries.split_at(number);
        let entry = behind.first().cloned().ok_or_else(not_final)?;
        let place = u64::try_from(number).unwrap_or(u64::MAX);
        let effects = self.pool_effects(node, place, &entry).await?;
        let header: Option<ProvedHeader> = self.shown(node, entry.round, &top).await?;
        let header = header.ok_or_else(no_evidence)?;
        let log = LogRun::of(LogPlace::START.behind(before), behind);
        let evidence = PaymentEvidence { effects, log, cell, header, steps };
        Ok(Proof { entry, evidence, account })
    }

    /// What leads to the newest header, and our account under it.
    async fn steps(&mut self, node: &LightNode) -> Result<(Vec<Step>, AccountProof), Fault> {
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(LOOK).await;
            }
            let address = self.keys.address();
            if let Some((steps, proof, _)) = self.proved_now(node, address).await? {
                return Ok((steps, proof));
            }
        }
        Err(no_evidence())
    }
}

fn too_long(bytes: usize) -> Fault {
    let words = format!(
        "this proof has {bytes} bytes, more than a chat carries; make it as a file and hand that over"
    );
    Fault::refused("too_long_for_chat", &words)
}
