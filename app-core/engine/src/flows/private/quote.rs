//! What a payment out of the pool would take, before anything is saved.

use std::time::Duration;

use types::{Abc, Amount};
use wallet::private::{PrivatePayee, Transfer};

use crate::{Engine, Fault, First, PrivateWanted};

/// What a payment out of the pool would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateQuote {
    /// Whom it would pay.
    pub to: PrivatePayee,
    /// What the payee would get.
    pub amount: Amount<Abc>,
    /// What it would cost beside that.
    pub fee: Amount<Abc>,
    /// What would have to go before it.
    pub first: First,
    /// What lies in the pool, without what is under way out of it.
    pub available: Amount<Abc>,
}

impl Engine {
    /// What a payment out of the pool would take; nothing is saved or signed.
    ///
    /// # Errors
    /// As for [`Engine::pay_privately`].
    pub async fn quote_privately(
        &mut self,
        wanted: PrivateWanted,
        patience: Duration,
    ) -> Result<PrivateQuote, Fault> {
        self.stand_on_proved(patience).await?;
        self.check_pool_runs()?;
        let (wish, payee_exists) = self.wished(wanted, patience).await?;
        self.quoted(&wish, payee_exists).await
    }

    /// What a wish that is not saved would take.
    pub(crate) async fn quoted(
        &self,
        wish: &Transfer,
        payee_exists: bool,
    ) -> Result<PrivateQuote, Fault> {
        let (fee, first) = self.check_affordable(wish, payee_exists).await?;
        let money = self.store.private_money().await?;
        let available = money.balance.minus(money.pending).unwrap_or(Amount::ZERO);
        Ok(PrivateQuote { to: wish.to, amount: wish.amount, fee, first, available })
    }
}
