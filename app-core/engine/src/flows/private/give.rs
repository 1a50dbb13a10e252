//! Red envelopes out of the private pool: nobody sees who gives them (`money-and-mail.md` A2).
//!
//! The wish is saved with what its members will be told, and they are told in the transaction that
//! saves the signature: before that there is no red envelope, and behind it there is one, once.

use std::time::Duration;

use ledger::{Gift, Transaction};
use shielded::{Draft, SpendingKey};
use store::Change;
use types::{Abc, Amount};
use wallet::private::{PrivatePayee, Transfer, TransferState, seal_gift};
use wallet::{KnownGift, Rest, order_gift};

use crate::flows::pay::{Payee, recipient};
use crate::{Code, Engine, Fault, Giving, Paying, PrivateQuote};

impl Engine {
    /// What a red envelope out of the private pool would take; nothing is saved or signed.
    ///
    /// # Errors
    /// As for [`Engine::give_privately`].
    pub async fn quote_gift(
        &mut self,
        giving: Giving,
        patience: Duration,
    ) -> Result<PrivateQuote, Fault> {
        self.stand_on_proved(patience).await?;
        self.check_pool_runs()?;
        let (wish, _) = self.gift_wished(giving).await?;
        self.quoted(&wish, true).await
    }

    /// Saves the wish for a red envelope out of the private pool, and begins its proof: nobody sees who
    /// gives it. Its members are told once it is signed. What nobody claims waits for us under a key of
    /// its own, for a refund to the account would name the giver, and goes into the pool by itself.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`, `bad_shares`, `unknown_contact`; `top_up_needed` if more has
    /// to be put in than was agreed to. Nothing is saved then.
    pub async fn begin_gift(
        &mut self,
        giving: Giving,
        agreed: Option<Amount<Abc>>,
        patience: Duration,
    ) -> Result<Paying, Fault> {
        self.check_signs()?;
        self.stand_on_proved(patience).await?;
        self.check_pool_runs()?;
        recipient(&self.store, Payee::Contact(giving.contact)).await?;
        let (wish, gift) = self.gift_wished(giving).await?;
        let gives = wallet::Change::GivesEnvelope(wish.intent, Box::new(gift));
        self.save_wish((wish, Some(gives)), true, agreed, patience).await
    }

    /// The same, and goes on with it as far as it gets now.
    ///
    /// # Errors
    /// As for [`Engine::begin_gift`].
    pub async fn give_privately(
        &mut self,
        giving: Giving,
        agreed: Option<Amount<Abc>>,
        patience: Duration,
    ) -> Result<Paying, Fault> {
        let paying = self.begin_gift(giving, agreed, patience).await?;
        self.go_on_with(paying, patience).await
    }

    /// What a person wants to give as a wish that is not saved, and what its members are told.
    async fn gift_wished(&self, giving: Giving) -> Result<(Transfer, Gift), Fault> {
        let wish = self.gift_wish(giving).await?;
        let (contact, amount) = (Some(wish.contact), wish.total);
        let memo = Some(wish.greeting.clone()).filter(|text| !text.is_empty());
        let network = self.bound()?;
        let own = (network.home.chain, &*self.keys.envelope);
        let (order, gift) = order_gift(wish, self.rounds_open()?, own, &mut rand::rng());
        let mut intent = [0; 16];
        rand_core::Rng::fill_bytes(&mut rand::rng(), &mut intent);
        let (to, created) = (PrivatePayee::Envelope(order), network.light.time());
        let (attempt, state) = (None, TransferState::Planned);
        Ok((Transfer { intent, to, contact, amount, memo, created, attempt, state }, gift))
    }

    /// What is saved of a red envelope whose proof is made: the transaction, and the message that tells
    /// of it, in one.
    pub(super) async fn sealed_gift(
        &self,
        (wish, root): (Transfer, [u8; 32]),
        (order, draft): (Transaction, Draft),
        key: &SpendingKey,
    ) -> Result<Vec<Change>, Fault> {
        let lost = || Fault::new(Code::Internal, "a red envelope that was saved is not there");
        let contact = self.store.contact(wish.contact.ok_or_else(lost)?).await?;
        let contact = contact.ok_or_else(lost)?;
        let gift = self.store.gift_of_transfer(wish.intent).await?.ok_or_else(lost)?;
        let rest = self.keys.envelope.refund_key(self.bound()?.home.chain, &root);
        let sealed = seal_gift(order, draft, (key, &rest), &mut rand::rng());
        let not_made = |_| Fault::new(Code::Internal, "a proof could not be made");
        let (attempt, expiry) = sealed.map_err(not_made)?;
        let gift = Gift { tx: attempt.tx, by: attempt.expiry, expiry, ..gift };
        let known = KnownGift::told(gift, contact.account, true, self.clock.now());
        let known = KnownGift { rest: Some(Rest::new(rest.public())), ..known };
        let (attempt, state) = (Some(attempt), TransferState::Queued);
        let saved = Transfer { attempt, state, ..wish };
        let mut changes = self.told(&contact, known)?;
        changes.push(wallet::Change::SaveTransfer(Box::new(saved)).into());
        Ok(changes)
    }
}
