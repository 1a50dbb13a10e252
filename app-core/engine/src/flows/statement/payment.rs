//! One private payment shown to one verifier who has asked (`money-and-mail.md` B6): by its payer
//! with what he kept of his spend, by its payee with the note, and by a payer whose device has kept
//! nothing with the account's key.
//!
//! The whole log is fetched, so that who serves it does not learn which payment is meant.

mod part;

use std::time::Duration;

use ledger::{AccountProof, Header, pool_key};
use light::{Checkpoint, Step};
use net::{LightNode, NetError};
use shielded::{LogEntry, LogPlace, Pool};
use statement::{
    Asked, LogRun, PaymentDisclosure, PaymentEvidence, PaymentFacts, PaymentReport, PoolCell,
    ProvedHeader, check_payment,
};
use types::TxId;
use wallet::review::contact_fingerprint;
use wire::{Decode, Encode};

use self::part::{no_evidence, not_final, opening};
use super::{FETCHING, LOOK, LOOKS, behind};
use crate::{Code, Engine, Fault, GrantTo};

/// For so many days a disclosure counts at most.
const MOST_DAYS: u32 = 366;
const DAY_MS: u64 = 86_400_000;
/// Most bytes of what is said beside a payment.
const MAX_SAID: usize = 600;

/// A payment that is to be shown.
#[derive(Debug, Clone)]
pub struct PaymentWish {
    /// Which one, as our history calls it.
    pub tx: TxId,
    /// To whom.
    pub to: GrantTo,
    /// What he has asked to be answered.
    pub challenge: [u8; 32],
    /// For how many days it counts.
    pub days: u32,
    /// What we say about it.
    pub text: String,
}

/// A payment that was shown.
#[derive(Debug)]
pub struct PaymentMade {
    /// The file.
    pub file: Vec<u8>,
    /// What names it: its digest.
    pub digest: [u8; 32],
    /// To whom it is made out.
    pub verifier: [u8; 32],
    /// What its verifier will be told.
    pub report: PaymentReport,
}

/// A bundle and its way to the newest header.
struct Proof {
    entry: LogEntry,
    evidence: PaymentEvidence,
    account: AccountProof,
}

impl Engine {
    /// Shows one private payment of ours to one verifier.
    ///
    /// # Errors
    /// `unknown_payment`; `not_private` for a payment that everybody sees; `not_final`;
    /// `bad_purpose`, `bad_days`, `unknown_contact`, `bad_reviewer`, `no_network`, `bad_proof`.
    pub async fn disclose_payment(
        &mut self,
        wish: PaymentWish,
        patience: Duration,
    ) -> Result<PaymentMade, Fault> {
        self.check_signs()?;
        if wish.text.trim().is_empty() || wish.text.len() > MAX_SAID {
            let words = "say what it is for, in at most 600 bytes";
            return Err(Fault::refused("bad_purpose", words));
        }
        if wish.days == 0 || wish.days > MOST_DAYS {
            return Err(Fault::refused("bad_days", "it counts for 1 to 366 days"));
        }
        let verifier = self.verifier(&wish.to).await?;
        if !self.stand_on_proved(patience).await? {
            return Err(behind("the light node does not reach the newest header"));
        }
        let making = self.disclosed(&wish, verifier);
        let made = tokio::time::timeout(FETCHING, making).await;
        let disclosure = made.unwrap_or_else(|_| Err(NetError::Timeout.into()))?;
        let (checkpoint, now) = (Checkpoint::of(self.newest()?), self.clock.now());
        // Nobody gets what his own check would refuse.
        let report = check_payment(&disclosure, (&checkpoint, now), None);
        if report.failed() {
            tracing::warn!(?report, "a disclosure of ours is refused");
            return Err(no_evidence());
        }
        let PaymentFacts { asked, .. } = &disclosure.facts;
        let (digest, verifier) = (*disclosure.facts.digest().bytes(), asked.verifier);
        Ok(PaymentMade { file: disclosure.to_bytes(), digest, verifier, report })
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

    async fn disclosed(
        &mut self,
        wish: &PaymentWish,
        verifier: [u8; 32],
    ) -> Result<PaymentDisclosure, Fault> {
        let node = self.attach().await?;
        self.read_pool(&node).await?;
        let (tx, bundle, part) = self.part_in(wish.tx).await?;
        let Proof { entry, evidence, account } = self.proof_of(&node, bundle).await?;
        let key = self.pool_key(part.period())?;
        let found = opening(&part, &key, &evidence.effects);
        let (action, opening) = found.ok_or_else(no_evidence)?;
        let ms = u64::from(wish.days).saturating_mul(DAY_MS);
        let facts = PaymentFacts {
            chain: self.bound()?.home.chain,
            tx,
            round: entry.round,
            index: entry.index,
            action,
            opening,
            evidence,
            asked: Asked {
                verifier,
                challenge: wish.challenge,
                not_after: self.clock.now().plus_millis(ms),
                text: wish.text.clone(),
            },
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
