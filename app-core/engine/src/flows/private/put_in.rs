//! Money into the pool, and the addresses where it is paid to us.

use std::time::Duration;

use shielded::ShieldedAddress;
use types::{Abc, Amount, Timestamp};
use wallet::{Destination, Payment, PaymentKind, PaymentLink};

use crate::{Code, Engine, Fault};

impl Engine {
    /// Puts an amount into the pool: everybody sees that this account did, and how much.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`; nothing is saved then.
    pub async fn top_up(
        &mut self,
        amount: Amount<Abc>,
        patience: Duration,
    ) -> Result<Payment, Fault> {
        self.stand_on_proved(patience).await?;
        self.check_pool_runs()?;
        self.finish_private().await?;
        self.begin_top_up(amount, None).await?;
        if let Some(proving) = &mut self.proving {
            proving.wait().await;
        }
        self.keep_proof().await?;
        self.submit_and_tell(None, patience).await.unwrap_or_else(|fault| {
            tracing::warn!(code = fault.code(), "a top-up waits");
        });
        let saved = self.store.last_payment(PaymentKind::TopUp).await?;
        saved.ok_or_else(|| Fault::new(Code::Internal, "a top-up that was saved is not there"))
    }

    /// The same, but comes back once it is known that it can be done; whoever keeps listening does it,
    /// behind a proof that is being made. Nothing is saved before it is signed: a program that ends
    /// before has put nothing in.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`; `top_up_under_way` while another one is.
    pub async fn top_up_later(
        &mut self,
        amount: Amount<Abc>,
        patience: Duration,
    ) -> Result<(), Fault> {
        self.check_signs()?;
        let busy = matches!(self.pool_work(), Some(super::PoolWork::TopUp(_)));
        if busy || self.put_in.is_some() || self.is_topping_up().await? {
            let words = "money is on its way into the private pool; wait until it is there";
            return Err(Fault::refused("top_up_under_way", words));
        }
        self.stand_on_proved(patience).await?;
        self.check_pool_runs()?;
        let (free, costs) = self.free_to_put_in().await?;
        if amount > free {
            let all = Amount::new(u64::MAX);
            let needed = amount.plus(costs).unwrap_or(all);
            let available = free.plus(costs).unwrap_or(all);
            return Err(wallet::Refusal::Insufficient { needed, available }.into());
        }
        if self.proving.is_none() {
            return self.begin_top_up(amount, None).await;
        }
        self.put_in = Some(amount);
        Ok(())
    }

    /// What is being put in because somebody asked for it, while its proof is not made.
    #[must_use]
    pub fn putting_in(&self) -> Option<Amount<Abc>> {
        let proving = self.proving.as_ref().filter(|proving| !proving.is_for_payment());
        match proving.and_then(super::Proving::work) {
            Some(super::PoolWork::TopUp(amount)) => Some(amount),
            Some(_) | None => self.put_in,
        }
    }

    /// An address in the pool to be shown, another one for each label; it is good for this month. What
    /// comes there is known by the label, and by nothing else.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub async fn private_address(&self, label: &str) -> Result<ShieldedAddress, Fault> {
        self.labelled([b"label:", label.as_bytes()].concat(), label).await
    }

    /// A link by which anybody can pay us in the pool, at an address that it alone has.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub async fn private_payment_link(
        &self,
        (amount, memo, expiry): (Option<Amount<Abc>>, Option<String>, Option<Timestamp>),
    ) -> Result<PaymentLink, Fault> {
        let mut id = [0; 32];
        rand_core::Rng::fill_bytes(&mut rand::rng(), &mut id);
        let label = memo.as_deref().unwrap_or_default();
        let address = self.labelled([&b"link:"[..], &id].concat(), label).await?;
        let (chain, to) = (self.bound()?.home.chain, Destination::Private(address));
        Ok(PaymentLink { chain, to, amount, memo, expiry })
    }

    /// It is saved before anybody sees it: what comes there is found by it.
    async fn labelled(&self, id: Vec<u8>, label: &str) -> Result<ShieldedAddress, Fault> {
        let key = self.pool_key(self.present_period().await?)?.viewing_key();
        let address = key.address_for(self.bound()?.home.chain, &id);
        let address =
            address.ok_or_else(|| Fault::new(Code::Internal, "no address can be made"))?;
        let saved = wallet::Change::SaveLabel(address, label.to_owned(), self.clock.now());
        self.store.apply(vec![saved.into()]).await?;
        Ok(address)
    }
}
