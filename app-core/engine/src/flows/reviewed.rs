//! The reviewer's side: taking grants and keys, and looking at the accounts that they open. What a
//! card says counts only if the account's own key has signed it, which the ledger decides.

use std::time::Duration;

use chat::Review;
use keys::InboxKey;
use light::ProvedAccount;
use net::LightNode;
use tokio::time::timeout;
use types::{MessageId, OpenId, Timestamp};
use wallet::SavedAccount;
use wallet::review::{
    GrantCard, GrantFault, OpenedCard, ReceivedGrant, ReviewChange, ReviewerCard, SealedCard,
    Serial, StandingKey, contact_fingerprint, open_card,
};
use wire::Decode;

use crate::flows::proofs::added;
use crate::{Code, Engine, Fault};

/// Entries of a history that are saved together.
const PIECE: usize = 256;

impl Engine {
    /// What others seal grants to, and compare by its digits. It proves nothing about the ledger, so that
    /// a profile which has only heard of its network can show it.
    ///
    /// # Errors
    /// `no_network` for a profile that knows no node of any network.
    pub async fn reviewer_card(&mut self) -> Result<ReviewerCard, Fault> {
        let chain = match self.bound() {
            Ok(bound) => bound.home.chain,
            // All nodes that a profile knows are of one network.
            Err(fault) => self.candidates().await?.first().ok_or(fault)?.chain,
        };
        let of = (self.inbox().await?.public(), *self.keys.identity.public().as_bytes());
        let card = ReviewerCard::sign(&self.name, of, chain, &self.keys.ring(), &mut rand::rng());
        card.ok_or_else(|| Fault::new(Code::Internal, "no reviewer's card can be made"))
    }

    /// Takes a sealed card that came as a file.
    ///
    /// # Errors
    /// `bad_card` for what is none or was changed; `card_of_another` for one that is made out, or
    /// sealed, to somebody else; `wrong_network`.
    pub async fn import_card(&mut self, file: &[u8]) -> Result<Serial, Fault> {
        let sealed = SealedCard::from_bytes(file).map_err(|_| bad_card())?;
        let (key, chain) = (self.inbox().await?, self.bound()?.home.chain);
        if !sealed.is_for(&key.public()) {
            let words = "this card is sealed to somebody else; only they can open it";
            return Err(Fault::refused("card_of_another", words));
        }
        let OpenedCard { card, mut proofs } =
            open_card(&sealed, &key, chain).ok_or_else(bad_card)?;
        card.check(chain, &key.public().fingerprint()).map_err(|fault| refusal(fault, &card))?;
        let serial = card.grant.terms.serial;
        let known = self.store.grant_received(serial).await?;
        let other = known.is_some_and(|known| known.grant != card.grant);
        // Whoever uses a grant's number once more adds nothing to it.
        proofs.retain(|proof| !other && card.opens(proof.to));
        let changes = [received(card, None, self.clock.now())].into_iter();
        let changes = changes.chain(added(serial, proofs)).map(Into::into).collect();
        self.store.apply(changes).await?;
        Ok(serial)
    }

    /// What a contact's content about review keys changes; `None` if it is worth nothing, or not yet:
    /// then nobody is told that it has come, and it comes again.
    pub(crate) async fn taken_review(
        &self,
        contact: OpenId,
        review: Review,
        now: Timestamp,
    ) -> Result<Option<Vec<ReviewChange>>, Fault> {
        match review {
            Review::Card(bytes) => self.taken_card(contact, &bytes, now),
            Review::Key(bytes) => self.taken_key(contact, &bytes).await,
            Review::Proofs(bytes) => self.taken_proofs(contact, &bytes).await,
            Review::Stopped { serial, since } => {
                let serial = Serial(serial);
                let grant = self.store.grant_received(serial).await?;
                let theirs = grant.is_some_and(|grant| grant.contact == Some(contact));
                Ok(theirs.then(|| vec![ReviewChange::StopReceived(serial, since)]))
            }
            // Of the conversation, not of keys.
            Review::Challenge(_) | Review::Part(_) | Review::Closed { .. } => Ok(None),
        }
    }

    fn taken_card(
        &self,
        contact: OpenId,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<ReviewChange>>, Fault> {
        let own = contact_fingerprint(self.keys.identity.public().as_bytes());
        let Ok(card) = GrantCard::from_bytes(bytes) else { return Ok(None) };
        let checked = card.check(self.bound()?.home.chain, &own);
        // A contact gives keys of its own account, and of nobody else's.
        if checked.is_err() || card.grant.terms.account != contact {
            tracing::debug!(?checked, "a grant card is dropped");
            return Ok(None);
        }
        Ok(Some(vec![received(card, Some(contact), now)]))
    }

    async fn taken_key(
        &self,
        contact: OpenId,
        bytes: &[u8],
    ) -> Result<Option<Vec<ReviewChange>>, Fault> {
        let Ok(message) = StandingKey::from_bytes(bytes) else { return Ok(None) };
        let known = self.store.grant_received(message.serial).await?;
        let Some(known) = known.filter(|known| known.contact == Some(contact)) else {
            return Ok(None);
        };
        if message.number <= known.tip.0 {
            // It is here, and its receipt was lost.
            return Ok(Some(vec![]));
        }
        if message.check(&known.grant, known.tip).is_err() || !self.signs(&message, &known).await? {
            tracing::debug!("a review key is dropped, or waits for the one before");
            return Ok(None);
        }
        let (serial, tip) = (message.serial, (message.number, message.digest()));
        Ok(Some(vec![ReviewChange::AddKey { serial, key: message.key, tip }]))
    }

    /// True if the key that signed the grant has signed this as well, or the one that the ledger shows.
    async fn signs(&self, message: &StandingKey, known: &ReceivedGrant) -> Result<bool, Fault> {
        if message.signer == known.grant.signer {
            return Ok(true);
        }
        let saved = self.store.reviewed(known.grant.terms.account).await?;
        let account = saved.and_then(|saved| saved.account);
        Ok(message.check_signer(&known.grant, account.as_ref()).is_ok())
    }

    /// Looks at an account that a grant opens: its balance and its whole history, each proved by our
    /// own light node, whether its key has signed the grant, and what the keys show in the private
    /// pool. True if that was done in time.
    ///
    /// # Errors
    /// `unknown_grant`; what a person must act on.
    pub async fn look_at_reviewed(
        &mut self,
        account: OpenId,
        patience: Duration,
    ) -> Result<bool, Fault> {
        if patience.is_zero() || self.is_known_offline() {
            return Ok(false);
        }
        let mut done = false;
        let looking = async {
            let node = self.attach().await?;
            self.follow_reviewed(&node, account).await?;
            self.read_reviewed_pool(&node).await?;
            done = true;
            Ok(())
        };
        let looked = timeout(patience, looking).await;
        self.judge(looked)?;
        Ok(done)
    }

    pub(super) async fn follow_reviewed(
        &mut self,
        node: &LightNode,
        account: OpenId,
    ) -> Result<(), Fault> {
        let grants = self.store.grants_received().await?;
        let grants: Vec<ReceivedGrant> =
            grants.into_iter().filter(|it| it.grant.terms.account == account).collect();
        let unknown =
            || Fault::refused("unknown_grant", "nobody has granted a look at this account");
        let home = grants.first().map(|it| it.grant.terms.home).ok_or_else(unknown)?;
        let known = self.store.reviewed_tip(account).await?;
        let (proved, mut entries) = self.proved_history(node, home, known, None).await?;
        let ProvedAccount { round, home, account: record } = proved;
        let theirs = record.as_ref().and_then(|record| record.open_id);
        if theirs.is_some_and(|theirs| theirs != account) {
            return Err(Fault::new(Code::BadProof, "this address belongs to another account"));
        }
        let mut changes: Vec<store::Change> = vec![];
        for grant in grants.iter().filter(|it| it.grant.terms.round <= round) {
            let proved = grant.grant.check_signer(record.as_ref()).is_ok();
            let serial = grant.grant.terms.serial;
            if grant.proved != Some(proved) {
                changes.push(ReviewChange::SetProved(serial, proved).into());
            }
        }
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(PIECE));
            let piece = self.timed(node, entries).await?;
            self.store.apply(vec![ReviewChange::AddReviewed(account, piece).into()]).await?;
            entries = rest;
        }
        let saved = SavedAccount { round, home, account: record };
        changes.push(ReviewChange::SaveReviewed(account, saved).into());
        Ok(self.store.apply(changes).await?)
    }

    /// What was put on its way about review keys and not confirmed, for a contact that may have missed
    /// it: behind all that is said again.
    pub(crate) async fn letters_again(&self, contact: OpenId) -> Result<Vec<chat::Change>, Fault> {
        let letters = self.store.letters_to(contact).await?;
        Ok(letters.iter().map(chat::ReviewLetter::send).collect())
    }

    pub(crate) async fn inbox(&self) -> Result<InboxKey, Fault> {
        let key = self.store.identity().await?.words.master().inbox_key();
        key.ok_or_else(|| Fault::new(Code::Internal, "these words give no inbox key"))
    }

    /// Tells a contact that something about review keys is here, once it is saved with this.
    pub(crate) fn confirm_review(&self, contact: OpenId, id: MessageId) -> chat::Change {
        chat::receipt(contact, id, self.clock.now(), &mut rand::rng())
    }
}

fn received(card: GrantCard, contact: Option<OpenId>, now: Timestamp) -> ReviewChange {
    let tip = (0, card.grant.digest());
    let grant = ReceivedGrant {
        grant: card.grant,
        contact,
        received: now,
        stopped: None,
        tip,
        proved: None,
    };
    ReviewChange::AddReceived(Box::new(grant), card.keys)
}

fn bad_card() -> Fault {
    Fault::refused("bad_card", "this is no grant card, or it was changed; ask for it again")
}

fn refusal(fault: GrantFault, card: &GrantCard) -> Fault {
    match fault {
        GrantFault::Grantee => {
            let to: String = card.grant.terms.grantee.name.chars().take(64).collect();
            let words = format!("this card is made out to {to}, not to you; it gives you nothing");
            Fault::refused("card_of_another", &words)
        }
        GrantFault::Chain => Fault::new(Code::WrongNetwork, "this card belongs to another network"),
        GrantFault::Signature | GrantFault::Keys | GrantFault::Signer | GrantFault::Order => {
            bad_card()
        }
    }
}
